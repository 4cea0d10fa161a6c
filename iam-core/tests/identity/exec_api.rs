//! The exec credential plugin interface.

use iam_core::exec_api::{ExecApiVersion, ExecInfo, ExecInfoError, exec_credential};
use iam_core::partition::Partition;
use iam_core::sts_host::StsHosts;
use iam_core::token::Token;

use crate::support::{PresignedUrl, signed_at_plus};

fn info(api_version: ExecApiVersion, interactive: bool) -> ExecInfo {
    ExecInfo {
        api_version,
        interactive,
    }
}

#[test]
fn nothing_asked_for_is_v1beta1() {
    for value in [None, Some("")] {
        assert_eq!(
            ExecInfo::parse(value),
            Ok(info(ExecApiVersion::V1Beta1, false))
        );
    }
}

#[test]
fn each_known_version_is_answered_in_kind() {
    for version in ExecApiVersion::ALL {
        let value = format!(
            r#"{{"apiVersion":"{version}","kind":"ExecCredential","spec":{{"interactive":true}}}}"#
        );
        assert_eq!(ExecInfo::parse(Some(&value)), Ok(info(version, true)));
        assert_eq!(version.to_string().parse(), Ok(version));
        assert_eq!(version.is_deprecated(), version == ExecApiVersion::V1Alpha1);
    }
}

#[test]
fn what_is_left_out_or_null_has_its_default_and_clusters_are_accepted() {
    for rest in [
        "",
        r#","spec":null"#,
        r#","spec":{}"#,
        r#","spec":{"interactive":null}"#,
        r#","spec":{"cluster":{"server":"https://x","certificate-authority-data":"AA==","config":{"a":[1]}}}"#,
        r#","spec":{"interactive":false,"later":[]},"status":{}"#,
    ] {
        let value = format!(r#"{{"apiVersion":"client.authentication.k8s.io/v1"{rest}}}"#);
        assert_eq!(
            ExecInfo::parse(Some(&value)),
            Ok(info(ExecApiVersion::V1, false)),
            "{value}"
        );
    }
}

#[test]
fn anything_else_is_an_error() {
    let of_type = |field, expected| ExecInfoError::Type { field, expected };
    let object = "an object";
    for (value, error) in [
        (" ", ExecInfoError::Json { line: 1, column: 1 }),
        ("{", ExecInfoError::Json { line: 1, column: 1 }),
        ("{}x", ExecInfoError::Json { line: 1, column: 3 }),
        ("null", of_type("the document", object)),
        ("[]", of_type("the document", object)),
        ("\"x\"", of_type("the document", object)),
        ("{}", ExecInfoError::NoVersion),
        (r#"{"apiVersion":null}"#, ExecInfoError::NoVersion),
        (r#"{"apiVersion":1}"#, of_type("apiVersion", "a string")),
        (
            r#"{"apiVersion":"client.authentication.k8s.io/v2"}"#,
            ExecInfoError::UnknownVersion {
                found: "client.authentication.k8s.io/v2".to_owned(),
            },
        ),
        (
            r#"{"apiVersion":"v1"}"#,
            ExecInfoError::UnknownVersion {
                found: "v1".to_owned(),
            },
        ),
        (
            r#"{"apiVersion":"client.authentication.k8s.io/v1","spec":[]}"#,
            of_type("spec", object),
        ),
        (
            r#"{"apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":"yes"}}"#,
            of_type("spec.interactive", "true or false"),
        ),
    ] {
        assert_eq!(ExecInfo::parse(Some(value)), Err(error), "{value}");
    }
    let deep = "[".repeat(10_000);
    assert!(matches!(
        ExecInfo::parse(Some(&deep)),
        Err(ExecInfoError::Json { .. })
    ));
    let long = " ".repeat((1 << 20) + 1);
    assert_eq!(
        ExecInfo::parse(Some(&long)),
        Err(ExecInfoError::TooLong { len: (1 << 20) + 1 })
    );
}

#[test]
fn the_credential_is_one_json_document_and_a_line_break() {
    let url = PresignedUrl::permanent();
    let request = Token::parse(&url.token(), &StsHosts::of(Partition::Aws, &[])).unwrap();
    let text = exec_credential(
        ExecApiVersion::V1,
        &Token::mint(&request),
        signed_at_plus(840),
    );
    let expected = format!(
        r#"{{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{{"interactive":false}},"status":{{"expirationTimestamp":"2023-04-28T00:14:00Z","token":"{}"}}}}"#,
        url.token()
    );
    assert_eq!(text, expected + "\n");
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
}
