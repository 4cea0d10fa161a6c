//! Credentials from the environment, or static ones from a profile.

mod error;
mod profile;

use std::str::FromStr;
use std::time::SystemTime;

use iam_core::credentials::{AccessKeyId, SecretAccessKey, SecretError, SessionToken};
use iam_core::time::Rfc3339;

use crate::environment::Environment;
use crate::place::Place;
pub use error::{CredentialsError, MissingProfile};
pub use profile::from_profile;

/// What a token is signed with.
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
    let Environment { access_key_id, secret_access_key, session_token, .. } = environment;
    let parts = Parts {
        access_key_id: (access_key_id.as_deref(), Place::Variable("AWS_ACCESS_KEY_ID")),
        secret_access_key: (secret_access_key.as_deref(), Place::Variable("AWS_SECRET_ACCESS_KEY")),
        session_token: (session_token.as_deref(), Place::Variable("AWS_SESSION_TOKEN")),
    };
    let Some(credentials) = parts.assemble()? else { return Ok(None) };
    let expiry = environment.credential_expiration.as_deref().map(|text| expiry(text, now));
    Ok(Some(Credentials { expiry: expiry.transpose()?, ..credentials }))
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
        let access_key_id: AccessKeyId =
            id.parse().map_err(|_| CredentialsError::key_id(self.access_key_id.1))?;
        let secret_access_key = parse_secret(secret, self.secret_access_key.1)?;
        let (token, place) = self.session_token;
        let session_token = token.map(|text| parse_secret(text, place)).transpose()?;
        self.check_kind(&access_key_id, session_token.is_some())?;
        Ok(Some(Credentials { access_key_id, secret_access_key, session_token, expiry: None }))
    }

    /// A session token belongs to a temporary key, and to no other.
    fn check_kind(&self, id: &AccessKeyId, has_token: bool) -> Result<(), CredentialsError> {
        let (key, token) = (self.access_key_id.1.to_string(), self.session_token.1.to_string());
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
    text.parse().map_err(|source| CredentialsError::Secret { place: place.to_string(), source })
}
