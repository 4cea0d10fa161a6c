//! JSON objects from outside that may hold secrets: read key by key, never quoted.

use std::time::{Duration, SystemTime};

use iam_core::credentials::{AccessKeyId, SecretError};
use iam_core::time::Rfc3339;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::credentials::Credentials;

/// The object that a JSON document must be.
///
/// # Errors
/// When it is not JSON, or JSON of another kind.
pub(crate) fn parse(text: &[u8]) -> Result<Map<String, Value>, DocumentError> {
    match serde_json::from_slice(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(DocumentError::NotAnObject),
        // The error's own text may quote a character of a secret.
        Err(error) => Err(DocumentError::NotJson {
            line: error.line(),
            column: error.column(),
        }),
    }
}

/// One object, read by key; `null` counts as missing, as for the AWS CLI.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a>(pub(crate) &'a Map<String, Value>);

/// What the three parts of a key are called in a document, spelled differently by each service.
#[derive(Clone, Copy)]
pub(crate) struct KeyNames {
    pub(crate) access_key_id: &'static str,
    pub(crate) secret_access_key: &'static str,
    pub(crate) session_token: &'static str,
}

/// What is wrong with a document. Never holds a value out of it.
#[derive(Debug, Eq, Error, PartialEq)]
pub(crate) enum DocumentError {
    /// No JSON.
    #[error("it is not JSON (line {line}, column {column})")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// JSON, but not of the kind that has keys.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// A key that must be there.
    #[error("it has no {key}")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A value of another type, or one that makes no sense.
    #[error("its {key} is not {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A secret that AWS does not give out.
    #[error("its {key} cannot be one")]
    Secret {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        source: SecretError,
    },
    /// A temporary key alone.
    #[error("its {key} is of a temporary key, but it has no {token}")]
    TokenMissing {
        /// The key's name.
        key: &'static str,
        /// The token's name.
        token: &'static str,
    },
    /// A long-term key with the session token of another.
    #[error(
        "its {key} is of a long-term key, but it has a {token}, which belongs to a temporary one"
    )]
    TokenForLongTermKey {
        /// The key's name.
        key: &'static str,
        /// The token's name.
        token: &'static str,
    },
}

impl<'a> Object<'a> {
    /// A text that must be there.
    pub(crate) fn text(self, key: &'static str) -> Result<&'a str, DocumentError> {
        self.optional_text(key)?
            .ok_or(DocumentError::Missing { key })
    }

    /// A text that may be there; an empty one counts as missing.
    pub(crate) fn optional_text(self, key: &'static str) -> Result<Option<&'a str>, DocumentError> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(DocumentError::Value {
                key,
                expected: "a string",
            }),
        }
    }

    /// An object that must be there.
    pub(crate) fn object(self, key: &'static str) -> Result<Object<'a>, DocumentError> {
        match self.value(key) {
            None => Err(DocumentError::Missing { key }),
            Some(Value::Object(object)) => Ok(Object(object)),
            Some(_) => Err(DocumentError::Value {
                key,
                expected: "an object",
            }),
        }
    }

    /// A length of time in whole seconds that must be there.
    pub(crate) fn seconds(self, key: &'static str) -> Result<Duration, DocumentError> {
        match self.value(key) {
            None => Err(DocumentError::Missing { key }),
            Some(value) => value
                .as_u64()
                .filter(|seconds| *seconds <= MAX_SECONDS)
                .map(Duration::from_secs)
                .ok_or(DocumentError::Value {
                    key,
                    expected: "a number of seconds",
                }),
        }
    }

    /// An instant in milliseconds since 1970 that must be there.
    pub(crate) fn milliseconds(self, key: &'static str) -> Result<SystemTime, DocumentError> {
        let instant = match self.value(key) {
            None => return Err(DocumentError::Missing { key }),
            Some(value) => value.as_u64().and_then(|milliseconds| {
                SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds))
            }),
        };
        instant.ok_or(DocumentError::Value {
            key,
            expected: "a time in milliseconds",
        })
    }

    /// An instant that must be there.
    pub(crate) fn instant(self, key: &'static str) -> Result<SystemTime, DocumentError> {
        self.optional_instant(key)?
            .ok_or(DocumentError::Missing { key })
    }

    /// An instant that may be there. The AWS CLI once ended it with `UTC` where RFC 3339 has `Z`.
    pub(crate) fn optional_instant(
        self,
        key: &'static str,
    ) -> Result<Option<SystemTime>, DocumentError> {
        let Some(text) = self.optional_text(key)? else {
            return Ok(None);
        };
        let parsed = match text.strip_suffix("UTC") {
            Some(text) => format!("{text}Z").parse::<Rfc3339>(),
            None => text.parse(),
        };
        parsed
            .map(|at| Some(at.instant()))
            .map_err(|_| DocumentError::Value {
                key,
                expected: "a time such as 2026-01-31T23:59:59Z",
            })
    }

    /// The credentials that stand in it.
    pub(crate) fn credentials(
        self,
        names: KeyNames,
        expiry: Option<SystemTime>,
    ) -> Result<Credentials, DocumentError> {
        let (key, token) = (names.access_key_id, names.session_token);
        // The parser's own error quotes the text, which after a slip is the secret.
        let access_key_id: AccessKeyId =
            self.text(key)?.parse().map_err(|_| DocumentError::Value {
                key,
                expected: "an access key id (AKIA or ASIA, then 12 to 124 capital letters and digits)",
            })?;
        let secret = |key: &'static str| move |source| DocumentError::Secret { key, source };
        let secret_access_key = self
            .text(names.secret_access_key)?
            .parse()
            .map_err(secret(names.secret_access_key))?;
        let session_token = self
            .optional_text(token)?
            .map(|text| text.parse().map_err(secret(token)))
            .transpose()?;
        match (access_key_id.is_temporary(), session_token.is_some()) {
            (true, false) => Err(DocumentError::TokenMissing { key, token }),
            (false, true) => Err(DocumentError::TokenForLongTermKey { key, token }),
            (true, true) | (false, false) => Ok(Credentials {
                access_key_id,
                secret_access_key,
                session_token,
                expiry,
            }),
        }
    }

    fn value(self, key: &'static str) -> Option<&'a Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }
}

/// A hundred years: no token lives longer, and the sum with any instant can still be told.
const MAX_SECONDS: u64 = 100 * 365 * 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn object(text: &str) -> Map<String, Value> {
        parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_document_is_a_json_object() {
        let not_json = |line, column| Err(DocumentError::NotJson { line, column });
        for (text, expected) in [
            ("", not_json(1, 0)),
            ("{", not_json(1, 1)),
            ("{\n\"a\": s3cret}", not_json(2, 6)),
            ("{} {}", not_json(1, 4)),
            ("[]", Err(DocumentError::NotAnObject)),
            ("\"s3cret\"", Err(DocumentError::NotAnObject)),
            (" {} \n", Ok(Map::new())),
        ] {
            assert_eq!(parse(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(parse(b"{\"a\": \"\xff\"}"), not_json(1, 8));
    }

    #[test]
    fn texts_and_instants_are_read_by_key() {
        let map = object(
            r#"{"t": "x", "empty": "", "null": null, "n": 7, "z": "2026-01-31T23:59:59Z",
                "utc": "1970-01-01T00:01:00UTC", "half": "1970-01-01T01:00:30.5+01:00",
                "ms": 1500, "o": {"t": "y"}}"#,
        );
        let it = Object(&map);
        let missing = |key| DocumentError::Missing { key };
        assert_eq!(it.text("t"), Ok("x"));
        assert_eq!(it.object("o").and_then(|inner| inner.text("t")), Ok("y"));
        for key in ["empty", "null", "none"] {
            assert_eq!(it.optional_text(key), Ok(None));
            assert_eq!(it.text(key), Err(missing(key)));
        }
        let text = DocumentError::Value {
            key: "n",
            expected: "a string",
        };
        assert_eq!(it.optional_text("n"), Err(text));
        assert_eq!(it.seconds("n"), Ok(Duration::from_secs(7)));
        assert_eq!(
            it.milliseconds("ms"),
            Ok(UNIX_EPOCH + Duration::from_millis(1500))
        );
        let at = |seconds| Ok(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(it.instant("z"), at(1_769_903_999));
        assert_eq!(it.instant("utc"), at(60));
        assert_eq!(it.instant("half"), at(30));
        assert!(it.instant("t").is_err() && it.seconds("t").is_err() && it.object("t").is_err());
    }

    const NAMES: KeyNames = KeyNames {
        access_key_id: "i",
        secret_access_key: "s",
        session_token: "t",
    };

    #[test]
    fn says_what_is_wrong_with_credentials_without_showing_them() {
        for (text, expected) in [
            ("{}", "it has no i"),
            (
                r#"{"i": "wJalr/s3cret", "s": "x"}"#,
                "its i is not an access key id (AKIA or ASIA, then 12 to 124 capital letters and \
                 digits)",
            ),
            (r#"{"i": "AKIAIOSFODNN7EXAMPLE"}"#, "it has no s"),
            (
                r#"{"i": "AKIAIOSFODNN7EXAMPLE", "s": "a b"}"#,
                "its s cannot be one",
            ),
            (
                r#"{"i": "ASIAIOSFODNN7EXAMPLE", "s": "x"}"#,
                "its i is of a temporary key, but it has no t",
            ),
            (
                r#"{"i": "AKIAIOSFODNN7EXAMPLE", "s": "x", "t": "y"}"#,
                "its i is of a long-term key, but it has a t, which belongs to a temporary one",
            ),
            (
                r#"{"i": "ASIAIOSFODNN7EXAMPLE", "s": "x", "t": 1}"#,
                "its t is not a string",
            ),
        ] {
            let found = Object(&object(text)).credentials(NAMES, None).err();
            let found = found.map(|error| error.to_string());
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
    }
}
