//! What a `credential_process` prints.

use std::time::SystemTime;

use iam_core::time::Rfc3339;
use serde_json::Value;

use super::ProcessError;
use crate::credentials::Credentials;
use crate::document::{self, DocumentError, KeyNames, Object};

/// The credentials in what a command printed.
pub(super) fn parse(stdout: &[u8], now: SystemTime) -> Result<Credentials, ProcessError> {
    if stdout.iter().all(u8::is_ascii_whitespace) {
        return Err(ProcessError::Silent);
    }
    let object = document::parse(stdout)?;
    match object.get("Version").and_then(Value::as_f64) {
        Some(1.0) => {}
        Some(_) => return Err(ProcessError::Version),
        None => return Err(no_version(&object).into()),
    }
    let output = Object(&object);
    let expiry = output.optional_instant("Expiration")?;
    if let Some(at) = expiry.filter(|&at| at <= now) {
        let at = Rfc3339::nearest(at);
        return Err(ProcessError::Expired { at });
    }
    Ok(output.credentials(NAMES, expiry)?)
}

fn no_version(object: &serde_json::Map<String, Value>) -> DocumentError {
    let key = "Version";
    match object.get(key) {
        None | Some(Value::Null) => DocumentError::Missing { key },
        Some(_) => DocumentError::Value {
            key,
            expected: "the number 1",
        },
    }
}

const NAMES: KeyNames = KeyNames {
    access_key_id: "AccessKeyId",
    secret_access_key: "SecretAccessKey",
    session_token: "SessionToken",
};

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_hours(1)
    }

    /// The parts of the credentials, or the chain of the error.
    fn outcome(stdout: &str) -> String {
        match parse(stdout.as_bytes(), now()) {
            Ok(credentials) => format!(
                "{} {} {:?} {:?}",
                credentials.access_key_id,
                credentials.secret_access_key.expose(),
                credentials
                    .session_token
                    .as_ref()
                    .map(|token| token.expose()),
                credentials
                    .expiry
                    .map(|at| Rfc3339::nearest(at).to_string()),
            ),
            Err(error) => match error.source() {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            },
        }
    }

    #[test]
    fn takes_what_the_aws_cli_takes() {
        for (stdout, expected) in [
            (
                r#"{"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "k"}"#,
                "AKIAIOSFODNN7EXAMPLE k None None",
            ),
            (
                r#" {"SessionToken": "t", "Version": 1, "AccountId": "111122223333", "Other": [],
                     "Expiration": "1970-01-01T02:00:00Z",
                     "AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "k"}
                "#,
                "ASIAIOSFODNN7EXAMPLE k Some(\"t\") Some(\"1970-01-01T02:00:00Z\")",
            ),
            (
                r#"{"Version": 1.0, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "k",
                    "SessionToken": null, "Expiration": null}"#,
                "AKIAIOSFODNN7EXAMPLE k None None",
            ),
        ] {
            assert_eq!(outcome(stdout), expected, "{stdout}");
        }
    }

    #[test]
    fn names_what_is_wrong_with_the_output_without_quoting_it() {
        let with = |change: &str| {
            format!(
                r#"{{"Version": 1, "AccessKeyId": "ASIAIOSFODNN7EXAMPLE", {change}
                    "SecretAccessKey": "s3cret", "SessionToken": "t0ken"}}"#
            )
        };
        for (stdout, expected) in [
            (String::new(), "the command printed nothing on stdout"),
            (" \n".to_owned(), "the command printed nothing on stdout"),
            (
                "s3cret".to_owned(),
                "the command's output: it is not JSON (line 1, column 1)",
            ),
            (
                "[\"s3cret\"]".to_owned(),
                "the command's output: it is not a JSON object",
            ),
            (
                "{\"AccessKeyId\": \"s3cret\"}".to_owned(),
                "the command's output: it has no Version",
            ),
            (
                "{\"Version\": \"1\"}".to_owned(),
                "the command's output: its Version is not the number 1",
            ),
            (
                "{\"Version\": 2}".to_owned(),
                "the command's output is of another Version than 1",
            ),
            (
                "{\"Version\": 1, \"AccessKeyId\": \"ASIAIOSFODNN7EXAMPLE\"}".to_owned(),
                "the command's output: it has no SecretAccessKey",
            ),
            (
                "{\"Version\": 1, \"SecretAccessKey\": \"s3cret\"}".to_owned(),
                "the command's output: it has no AccessKeyId",
            ),
            (
                with("\"Expiration\": \"1970-01-01T01:00:00Z\","),
                "the command printed credentials that expired at 1970-01-01T01:00:00Z",
            ),
            (
                with("\"Expiration\": \"s3cret\","),
                "the command's output: its Expiration is not a time such as 2026-01-31T23:59:59Z",
            ),
            (
                with("\"Expiration\": 1,"),
                "the command's output: its Expiration is not a string",
            ),
        ] {
            assert_eq!(outcome(&stdout), expected, "{stdout}");
        }
    }
}
