//! Reads what `aws eks describe-cluster` prints.
//!
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html>

mod mode;
mod node;

use iam_core::cluster::{ClusterArn, ClusterId};
use iam_core::excerpt::Excerpt;
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::certificate::CertificateAuthority;
use crate::cluster::{Cluster, ClusterRef, SignedId};
use node::Node;

pub use mode::authentication_mode;

/// What is wrong with a description, and where: line and column count from 1.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{line}:{column}: {message}")]
pub struct DescribeError {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
}

/// Reads the JSON of `aws eks describe-cluster`, or the object under its key `cluster`.
///
/// # Errors
/// When it is no such JSON, when something that a kubeconfig needs is missing or makes no sense,
/// or when the cluster's status is neither `ACTIVE` nor `UPDATING`.
pub fn parse(text: &str) -> Result<Cluster, DescribeError> {
    let whole = Node {
        text,
        raw: text.trim_matches(JSON_SPACE),
    };
    let inner = whole.object::<Document<'_>>()?.cluster;
    let node = inner.map_or(whole, |raw| Node {
        text,
        raw: raw.get(),
    });
    let object = node.object::<Description<'_>>()?;
    let arn: ClusterArn = node.required("arn", object.arn)?;
    check_status(node, &object, &arn)?;
    check_name(node, &object, &arn)?;
    Ok(Cluster {
        signed: signed_id(node, &object, &arn)?,
        endpoint: node.required("endpoint", object.endpoint)?,
        authority: authority(node, &object)?,
        tls_server_name: None,
        reference: ClusterRef::Arn(arn),
    })
}

/// The ARN of the cluster that is described, whatever else is.
#[must_use]
pub fn arn(text: &str) -> Option<ClusterArn> {
    let answer: Named<'_> = serde_json::from_str(text).ok()?;
    answer.cluster?.arn?.parse().ok()
}

fn check_status(
    node: Node<'_>,
    object: &Description<'_>,
    arn: &ClusterArn,
) -> Result<(), DescribeError> {
    let status: String = node.required("status", object.status)?;
    if matches!(status.as_str(), "ACTIVE" | "UPDATING") {
        return Ok(());
    }
    let hint = format!(
        "aws eks wait cluster-active --name {} --region {}, then describe it again",
        arn.name(),
        arn.region(),
    );
    // The AWS CLI's own words, capital and all: scripts look for them.
    let message = format!(
        "Cluster status is {}; it must be ACTIVE or UPDATING",
        Excerpt(&status)
    );
    Err(node.at(object.status, message).with_hint(hint))
}

fn check_name(
    node: Node<'_>,
    object: &Description<'_>,
    arn: &ClusterArn,
) -> Result<(), DescribeError> {
    let name: ClusterId = node.required("name", object.name)?;
    if &name == arn.name() {
        return Ok(());
    }
    Err(node.at(
        object.name,
        format!("name {name} and arn {arn} are of different clusters"),
    ))
}

fn signed_id(
    node: Node<'_>,
    object: &Description<'_>,
    arn: &ClusterArn,
) -> Result<SignedId, DescribeError> {
    let Some(outpost) = object.outpost_config else {
        return Ok(SignedId::Name(arn.name().clone()));
    };
    let outpost = Node {
        text: node.text,
        raw: outpost.get(),
    }
    .object::<OutpostConfig<'_>>()?;
    // Only a cluster with etcd on AWS's side has an etcd instance type: it is known by its name.
    if outpost.etcd_instance_type.is_some() {
        return Ok(SignedId::Name(arn.name().clone()));
    }
    node.required("id", object.id).map(SignedId::Id)
}

fn authority(
    node: Node<'_>,
    object: &Description<'_>,
) -> Result<CertificateAuthority, DescribeError> {
    let Some(raw) = object.certificate_authority else {
        return Err(node.missing("certificateAuthority"));
    };
    let inner = Node {
        text: node.text,
        raw: raw.get(),
    };
    let data = inner.object::<CertificateData<'_>>()?.data;
    let encoded: String = inner.required("data", data)?;
    CertificateAuthority::from_base64(&encoded).map_err(|error| inner.at(data, error.to_string()))
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    cluster: Option<ArnOfCluster<'a>>,
}

#[derive(Deserialize)]
struct ArnOfCluster<'a> {
    arn: Option<&'a str>,
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    cluster: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    arn: Option<&'a RawValue>,
    status: Option<&'a RawValue>,
    endpoint: Option<&'a RawValue>,
    certificate_authority: Option<&'a RawValue>,
    outpost_config: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct CertificateData<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OutpostConfig<'a> {
    #[serde(borrow)]
    etcd_instance_type: Option<&'a RawValue>,
}

/// What JSON takes for white space.
const JSON_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{certificate_data, describe};

    #[test]
    fn reads_the_output_of_aws_eks_describe_cluster() {
        let data = certificate_data();
        let text = describe(&data);
        let expected = Cluster {
            reference: "arn:aws:eks:us-west-2:111122223333:cluster/dev"
                .parse()
                .unwrap(),
            signed: SignedId::Name("dev".parse().unwrap()),
            endpoint: "https://dev.example".parse().unwrap(),
            authority: CertificateAuthority::from_base64(&data).unwrap(),
            tls_server_name: None,
        };
        assert_eq!(parse(&text), Ok(expected.clone()));
        let updating = text.replace("ACTIVE", "UPDATING");
        assert_eq!(parse(&updating), Ok(expected.clone()));
        let bare = text
            .trim()
            .strip_prefix("{\n  \"cluster\": ")
            .unwrap()
            .strip_suffix('}')
            .unwrap();
        assert_eq!(parse(bare), Ok(expected));
    }

    #[test]
    fn signs_for_the_id_of_a_local_cluster_on_an_outpost_only() {
        let base = describe(&certificate_data());
        let with = |extra: &str| base.replace("\"name\"", &format!("{extra}, \"name\""));
        let id = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
        let table = [
            (
                with("\"outpostConfig\": null"),
                SignedId::Name("dev".parse().unwrap()),
            ),
            (
                with(r#""outpostConfig": {"outpostArns": [], "etcdInstanceType": "m5.xlarge"}"#),
                SignedId::Name("dev".parse().unwrap()),
            ),
            (
                with(&format!(
                    r#""outpostConfig": {{"outpostArns": []}}, "id": "{id}""#
                )),
                SignedId::Id(id.parse().unwrap()),
            ),
        ];
        for (text, signed) in table {
            assert_eq!(
                parse(&text).map(|cluster| cluster.signed),
                Ok(signed),
                "{text}"
            );
        }
    }

    #[test]
    fn says_where_a_description_is_at_fault() {
        let base = describe(&certificate_data());
        let change = |from: &str, to: &str| base.replacen(from, to, 1);
        let table = [
            (String::new(), "1:1: a JSON object is expected here"),
            ("[]".to_owned(), "1:1: a JSON object is expected here"),
            (
                " {\"cluster\": 5}".to_owned(),
                "1:14: a JSON object is expected here",
            ),
            (
                "{\n \"cluster\": {,}}".to_owned(),
                "2:14: key must be a string",
            ),
            ("{} x".to_owned(), "1:4: trailing characters"),
            ("{}".to_owned(), "1:1: the object has no arn"),
            (
                change("\"ACTIVE\"", "\"CREATING\""),
                "5:15: Cluster status is CREATING; it must be ACTIVE or UPDATING",
            ),
            (
                change("\"ACTIVE\"", "null"),
                "2:14: the object has no status",
            ),
            (change("\"ACTIVE\"", "7"), "5:15: status is not a string"),
            (
                change("\"dev\"", "\"prod\""),
                "3:13: name prod and arn arn:aws:eks:us-west-2:111122223333:cluster/dev are of different clusters",
            ),
            (
                change("https://", "http://"),
                "6:17: endpoint: its scheme is not https",
            ),
            (
                change("\"https://dev.example\"", "null"),
                "2:14: the object has no endpoint",
            ),
            (
                change(":cluster/dev", ":nodegroup/dev"),
                "4:12: arn: \"nodegroup/dev\" is not cluster/NAME (a letter or digit, then up to 99 of letters, digits, - and _)",
            ),
            (
                change("\"data\": \"", "\"data\": \"%"),
                "8:15: the certificate data is not base64",
            ),
            (
                change("\"data\"", "\"date\""),
                "7:29: the object has no data",
            ),
            (
                change("\"certificateAuthority\"", "\"x\""),
                "2:14: the object has no certificateAuthority",
            ),
            (
                change("\"name\"", "\"outpostConfig\": {}, \"name\""),
                "2:14: the object has no id",
            ),
        ];
        for (text, message) in table {
            assert_eq!(parse(&text).unwrap_err().to_string(), message, "{text}");
        }
    }
}
