//! Objects `IAMIdentityMapping` of `iamauthenticator.k8s.aws/v1alpha1`, each as a file by itself.

use std::collections::BTreeMap;

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::OriginError;
use crate::call::{Answer, Call, CallError, refused};
use crate::connection::Cluster;
use crate::input::Input;
use crate::yaml;

/// An object, as far as it matters.
#[derive(Deserialize)]
pub(crate) struct IdentityMapping {
    metadata: Metadata,
    #[serde(default)]
    spec: Value,
    #[serde(default)]
    status: Value,
}

/// All of them by their names: `iamidentitymapping/NAME`. What an object's annotation
/// `aws-auth-sync/allow` accepts stands in a comment, as in a file.
pub(super) async fn read(cluster: &Cluster) -> Result<Vec<Input>, OriginError> {
    let objects = list(cluster).await?.into_iter();
    let mut inputs: Vec<Input> = objects.map(IdentityMapping::input).collect();
    inputs.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(inputs)
}

/// All of them.
pub(crate) async fn list(cluster: &Cluster) -> Result<Vec<IdentityMapping>, OriginError> {
    let mut objects = Vec::new();
    let mut next = String::new();
    loop {
        let page = page(cluster, &next).await?;
        objects.extend(page.items.into_iter().flatten());
        if objects.len() > MOST {
            return Err(OriginError::TooMany);
        }
        next = page.metadata.next.unwrap_or_default();
        if next.is_empty() {
            return Ok(objects);
        }
    }
}

async fn page(cluster: &Cluster, next: &str) -> Result<Page, OriginError> {
    let query = [("limit", PAGE), ("continue", next)];
    let query =
        query.map(|(key, value)| format!("{key}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    let call = Call {
        what: LIST,
        method: Method::GET,
        path: &format!("{COLLECTION}?{}", query.join("&")),
        body: None,
    };
    match cluster.call(call).await? {
        Answer::Object(page) => Ok(*page),
        Answer::Status(status) if status.code == 404 => Err(OriginError::NoKind),
        Answer::Status(status) => Err(refused(LIST, status).into()),
    }
}

#[derive(Deserialize)]
struct Page {
    metadata: Continued,
    /// The API server says null where there are none.
    items: Option<Vec<IdentityMapping>>,
}

#[derive(Deserialize)]
struct Continued {
    #[serde(rename = "continue")]
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    resource_version: String,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

impl IdentityMapping {
    /// Has its status tell people the ARN as callers show it, where it does not; as
    /// aws-iam-authenticator and authz-webhook do, which spell it alike.
    pub(crate) async fn tell_canonical_arn(&self, cluster: &Cluster) -> Result<(), CallError> {
        let arn = self.spec.get("arn").and_then(Value::as_str);
        let canonical = arn.unwrap_or_default().to_ascii_lowercase();
        if self.status.get(CANONICAL_ARN).and_then(Value::as_str) == Some(&canonical) {
            return Ok(());
        }
        let Metadata {
            name,
            resource_version,
            ..
        } = &self.metadata;
        let body = json!({
            "metadata": {"resourceVersion": resource_version},
            "status": {CANONICAL_ARN: canonical},
        });
        let call = Call {
            what: PATCH,
            method: Method::PATCH,
            path: &format!("{COLLECTION}/{name}/status"),
            body: Some(("application/merge-patch+json", body)),
        };
        match cluster.call::<Value>(call).await? {
            Answer::Object(_) => Ok(()),
            // Somebody was faster, or it is gone: the watch says so.
            Answer::Status(status) if matches!(status.code, 404 | 409) => Ok(()),
            Answer::Status(status) => Err(refused(PATCH, status)),
        }
    }

    fn input(self) -> Input {
        let Metadata {
            name, annotations, ..
        } = self.metadata;
        let mut text = yaml::write(&json!({
            "apiVersion": "iamauthenticator.k8s.aws/v1alpha1",
            "kind": "IAMIdentityMapping",
            "metadata": {"name": name},
        }));
        let spec = yaml::write(&json!({"spec": self.spec}));
        match (annotations.get(ALLOW), spec.strip_prefix(SPEC)) {
            (Some(codes), Some(spec)) => {
                let codes = codes.replace(|letter: char| !letter.is_ascii_alphanumeric(), " ");
                text.push_str(&format!("{SPEC}  # {ALLOWED}{codes}\n{spec}"));
            }
            (None, _) | (_, None) => text.push_str(&spec),
        }
        Input {
            file: format!("iamidentitymapping/{name}").into(),
            bytes: text.into_bytes(),
        }
    }
}

/// More than any aws-auth has room for.
pub(super) const MOST: usize = 20_000;
const PAGE: &str = "500";
const LIST: &str = "list iamidentitymappings";
const PATCH: &str = "patch the status of an iamidentitymapping";
const CANONICAL_ARN: &str = "canonicalARN";
const COLLECTION: &str = "/apis/iamauthenticator.k8s.aws/v1alpha1/iamidentitymappings";
const ALLOW: &str = "aws-auth-sync/allow";
const ALLOWED: &str = "aws-auth-sync: allow ";
const SPEC: &str = "spec:\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_a_file_with_what_its_annotation_accepts() {
        let object: IdentityMapping = serde_json::from_value(json!({
            "metadata": {
                "name": "ann",
                "resourceVersion": "7",
                "annotations": {"aws-auth-sync/allow": "C11,\nG05"},
            },
            "spec": {
                "arn": "arn:aws:iam::111122223333:user/ann",
                "username": "on",
                "groups": ["system:masters"],
            },
            "status": {"canonicalARN": "x"},
        }))
        .unwrap();
        let expected = "apiVersion: iamauthenticator.k8s.aws/v1alpha1
kind: IAMIdentityMapping
metadata:
  name: ann
spec:
  # aws-auth-sync: allow C11  G05
  arn: arn:aws:iam::111122223333:user/ann
  groups:
  - system:masters
  username: \"on\"
";
        let input = object.input();
        assert_eq!(&*input.file, "iamidentitymapping/ann");
        assert_eq!(String::from_utf8(input.bytes).unwrap(), expected);
    }
}
