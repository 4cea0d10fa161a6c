//! Keys that stand in the environment or in a profile.

mod error;

use std::str::FromStr;
use std::time::SystemTime;

use iam_core::credentials::{AccessKeyId, SecretAccessKey, SecretError, SessionToken};
use iam_core::time::Rfc3339;

use crate::environment::Environment;
use crate::place::Place;
use crate::shared_config::Section;
pub use error::CredentialsError;

/// What a token is signed with.
#[derive(Clone)]
pub struct Credentials {
    /// Which key.
    pub access_key_id: AccessKeyId,
    /// Its secret.
    pub secret_access_key: SecretAccessKey,
    /// What temporary credentials carry besides.
    pub session_token: Option<SessionToken>,
    /// When AWS stops taking them, where that is known.
    pub expiry: Option<SystemTime>,
}

/// The texts that credentials are made of, and where each was looked for.
struct Parts<'a> {
    access_key_id: (Option<&'a str>, Place<'a>),
    secret_access_key: (Option<&'a str>, Place<'a>),
    session_token: (Option<&'a str>, Place<'a>),
}

/// The keys that the environment exports, if it does.
///
/// # Errors
/// When one of two is set, one is malformed, or `AWS_CREDENTIAL_EXPIRATION` has passed.
pub fn exported(
    environment: &Environment,
    now: SystemTime,
) -> Result<Option<Credentials>, CredentialsError> {
    let Environment {
        access_key_id,
        secret_access_key,
        session_token,
        ..
    } = environment;
    let parts = Parts {
        access_key_id: (
            access_key_id.as_deref(),
            Place::Variable("AWS_ACCESS_KEY_ID"),
        ),
        secret_access_key: (
            secret_access_key.as_deref(),
            Place::Variable("AWS_SECRET_ACCESS_KEY"),
        ),
        session_token: (
            session_token.as_deref(),
            Place::Variable("AWS_SESSION_TOKEN"),
        ),
    };
    let Some(credentials) = parts.assemble()? else {
        return Ok(None);
    };
    let expiry = environment
        .credential_expiration
        .as_deref()
        .map(|text| expiry(text, now));
    Ok(Some(Credentials {
        expiry: expiry.transpose()?,
        ..credentials
    }))
}

/// The keys of one section, if it has any. Keys of one file are never mixed with those of the other.
///
/// # Errors
/// When one of two is set, or one is malformed.
pub(crate) fn of_section(section: Section<'_>) -> Result<Option<Credentials>, CredentialsError> {
    let part = |key| (section.get(key), Place::in_section(section, key));
    let parts = Parts {
        access_key_id: part("aws_access_key_id"),
        secret_access_key: part("aws_secret_access_key"),
        session_token: part("aws_session_token"),
    };
    parts.assemble()
}

fn expiry(text: &str, now: SystemTime) -> Result<SystemTime, CredentialsError> {
    let at: Rfc3339 = text.parse().map_err(CredentialsError::Expiration)?;
    if at.instant() <= now {
        return Err(CredentialsError::Expired { at });
    }
    Ok(at.instant())
}

impl Parts<'_> {
    /// `None` when there are no keys at all.
    fn assemble(&self) -> Result<Option<Credentials>, CredentialsError> {
        let (id, secret) = match (self.access_key_id, self.secret_access_key) {
            ((None, _), (None, _)) => return Ok(None),
            ((Some(id), _), (Some(secret), _)) => (id, secret),
            ((Some(_), present), (None, missing)) | ((None, missing), (Some(_), present)) => {
                return Err(CredentialsError::half(present, missing));
            }
        };
        // The parser's own error quotes the text, which after a slip in copying is the secret.
        let access_key_id: AccessKeyId = id
            .parse()
            .map_err(|_| CredentialsError::key_id(self.access_key_id.1))?;
        let secret_access_key = parse_secret(secret, self.secret_access_key.1)?;
        let (token, place) = self.session_token;
        let session_token = token.map(|text| parse_secret(text, place)).transpose()?;
        self.check_kind(&access_key_id, session_token.is_some())?;
        Ok(Some(Credentials {
            access_key_id,
            secret_access_key,
            session_token,
            expiry: None,
        }))
    }

    /// A session token belongs to a temporary key, and to no other.
    fn check_kind(&self, id: &AccessKeyId, has_token: bool) -> Result<(), CredentialsError> {
        let (key, token) = (
            self.access_key_id.1.to_string(),
            self.session_token.1.to_string(),
        );
        match (id.is_temporary(), has_token) {
            (true, false) => Err(CredentialsError::TokenMissing { key, token }),
            (false, true) => Err(CredentialsError::TokenForLongTermKey { key, token }),
            (true, true) | (false, false) => Ok(()),
        }
    }
}

fn parse_secret<T: FromStr<Err = SecretError>>(
    text: &str,
    place: Place<'_>,
) -> Result<T, CredentialsError> {
    text.parse().map_err(|source| CredentialsError::Secret {
        place: place.to_string(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const NOW: SystemTime = UNIX_EPOCH;

    fn environment() -> Environment {
        let own = |text: &str| Some(text.to_owned());
        Environment {
            access_key_id: own("ASIAIOSFODNN7EXAMPLE"),
            secret_access_key: own("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            session_token: own("FwoGZXIvYXdzEBYaDH"),
            credential_expiration: own("1970-01-01T02:00:30.5+01:00"),
            ..Environment::default()
        }
    }

    #[test]
    fn exported_keys_are_taken_whole() {
        let credentials = exported(&environment(), NOW).unwrap().unwrap();
        assert_eq!(credentials.access_key_id.as_str(), "ASIAIOSFODNN7EXAMPLE");
        assert_eq!(
            credentials.secret_access_key.expose(),
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        );
        assert_eq!(
            credentials
                .session_token
                .map(|token| token.expose().to_owned())
                .as_deref(),
            Some("FwoGZXIvYXdzEBYaDH"),
        );
        assert_eq!(
            credentials.expiry,
            Some(UNIX_EPOCH + Duration::from_secs(3630))
        );
        assert!(exported(&Environment::default(), NOW).unwrap().is_none());
    }

    #[test]
    fn says_what_is_wrong_with_exported_keys_without_showing_them() {
        type Change = fn(&mut Environment);
        let table: [(Change, &str); 9] = [
            (
                |e| e.access_key_id = None,
                "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not",
            ),
            (
                |e| e.secret_access_key = None,
                "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not",
            ),
            (
                |e| e.session_token = None,
                "AWS_ACCESS_KEY_ID is a temporary key, but AWS_SESSION_TOKEN is not set",
            ),
            (
                |e| e.access_key_id = Some("AKIAIOSFODNN7EXAMPLE".to_owned()),
                "AWS_ACCESS_KEY_ID is a long-term key, but AWS_SESSION_TOKEN is set, which belongs \
                 to a temporary one",
            ),
            (
                |e| e.access_key_id.clone_from(&e.secret_access_key),
                "AWS_ACCESS_KEY_ID is not an access key id (AKIA or ASIA, then 12 to 124 capital \
                 letters and digits)",
            ),
            (
                |e| e.secret_access_key = Some("a b".to_owned()),
                "AWS_SECRET_ACCESS_KEY",
            ),
            (
                |e| e.session_token = Some("a\n".to_owned()),
                "AWS_SESSION_TOKEN",
            ),
            (
                |e| e.credential_expiration = Some("soon".to_owned()),
                "AWS_CREDENTIAL_EXPIRATION",
            ),
            (
                |e| e.credential_expiration = Some("1970-01-01T00:00:00Z".to_owned()),
                "the exported keys expired at 1970-01-01T00:00:00Z, says AWS_CREDENTIAL_EXPIRATION",
            ),
        ];
        for (change, expected) in table {
            let mut environment = environment();
            change(&mut environment);
            let error = exported(&environment, NOW)
                .err()
                .map(|error| error.to_string());
            assert_eq!(error.as_deref(), Some(expected));
        }
    }
}
