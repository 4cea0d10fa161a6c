//! A `ConfigMap` whose keys are files.

use std::fmt;
use std::str::FromStr;

use http::Method;
use iam_core::excerpt::Excerpt;
use k8s_openapi::api::core::v1::ConfigMap;
use thiserror::Error;

use super::OriginError;
use crate::call::{Answer, Call, refused};
use crate::connection::Cluster;
use crate::input::Input;

/// The namespace and name of a `ConfigMap`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigMapName {
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
}

/// The text names no `ConfigMap`.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("\"{}\" is not NAMESPACE/NAME of a configmap", Excerpt(found))]
pub struct ConfigMapNameError {
    found: String,
}

impl FromStr for ConfigMapName {
    type Err = ConfigMapNameError;

    fn from_str(text: &str) -> Result<Self, ConfigMapNameError> {
        let refused = || ConfigMapNameError {
            found: text.to_owned(),
        };
        let (namespace, name) = text.split_once('/').ok_or_else(refused)?;
        if [namespace, name].into_iter().all(names_an_object) {
            Ok(Self {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            })
        } else {
            Err(refused())
        }
    }
}

impl fmt::Display for ConfigMapName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { namespace, name } = self;
        write!(f, "{namespace}/{name}")
    }
}

/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names>
fn names_an_object(text: &str) -> bool {
    let edge = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut bytes = text.as_bytes().iter();
    let (first, last) = (text.as_bytes().first(), text.as_bytes().last());
    text.len() <= 253
        && first.is_some_and(edge)
        && last.is_some_and(edge)
        && bytes.all(|byte| edge(byte) || matches!(byte, b'-' | b'.'))
}

/// Its files by their names: `configmap/NAMESPACE/NAME/KEY`.
pub(super) async fn read(
    cluster: &Cluster,
    name: &ConfigMapName,
) -> Result<Vec<Input>, OriginError> {
    let ConfigMapName {
        namespace,
        name: own,
    } = name;
    let call = Call {
        what: GET,
        method: Method::GET,
        path: &format!("/api/v1/namespaces/{namespace}/configmaps/{own}"),
        body: None,
    };
    let object: ConfigMap = match cluster.call(call).await? {
        Answer::Object(object) => *object,
        Answer::Status(status) if status.code == 404 => {
            return Err(OriginError::Absent { name: name.clone() });
        }
        Answer::Status(status) => return Err(refused(GET, status).into()),
    };
    let texts = object.data.into_iter().flatten();
    let texts = texts.map(|(key, text)| (key, text.into_bytes()));
    let bytes = object.binary_data.into_iter().flatten();
    let files = texts.chain(bytes.map(|(key, bytes)| (key, bytes.0)));
    let inputs = files.map(|(key, bytes)| Input {
        file: format!("configmap/{name}/{key}").into(),
        bytes,
    });
    let mut inputs: Vec<Input> = inputs.collect();
    inputs.sort_by(|one, other| one.file.cmp(&other.file));
    if inputs.is_empty() {
        return Err(OriginError::Empty { name: name.clone() });
    }
    Ok(inputs)
}

const GET: &str = "read the sources (a configmap)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configmap_is_named_with_its_namespace() {
        let name: ConfigMapName = "aws-auth-sync/access.v1".parse().unwrap();
        assert_eq!(name.to_string(), "aws-auth-sync/access.v1");
        let long = format!("a/{}", "b".repeat(254));
        for text in [
            "", "a", "/a", "a/", "a/b/c", "a/B", "a/..", "-a/b", "a/b?", &long,
        ] {
            assert!(text.parse::<ConfigMapName>().is_err(), "{text}");
        }
    }
}
