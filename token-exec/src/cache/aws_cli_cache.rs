//! Role credentials that the AWS CLI left in `~/.aws/cli/cache`: found by its own keys, read, and
//! never written.
//!
//! The keys are those of botocore's `credentials.py`: `AssumeRoleCredentialFetcher`,
//! `AssumeRoleWithWebIdentityCredentialFetcher` and `SSOCredentialFetcher`. They say nothing of
//! who assumes the role.

mod python_json;

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use iam_aws::credentials::Credentials;
use iam_core::time::Rfc3339;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::trust::Trusted;
use python_json::{Separators, python_json};

/// The arguments of `AssumeRole`, as a profile gives them.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumeRoleArguments<'a> {
    // Python sorts the keys; these stand in that order.
    /// `duration_seconds`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// `external_id`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<&'a str>,
    /// `role_arn`
    pub role_arn: &'a str,
    /// `role_session_name`; a name that was made up is not part of the key.
    #[serde(skip_serializing_if = "is_made_up")]
    pub role_session_name: Option<&'a str>,
    /// `mfa_serial`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<&'a str>,
}

/// Where a role of IAM Identity Center is found.
#[derive(Clone, Copy, Debug)]
pub enum SsoPortal<'a> {
    /// The name of the `sso-session` section.
    Session(&'a str),
    /// `sso_start_url` of a profile without one.
    StartUrl(&'a str),
}

/// The name, without `.json`, of the file for a role that a profile assumes.
#[must_use]
pub fn assume_role_key(arguments: &AssumeRoleArguments<'_>) -> String {
    key(arguments, Separators::Spaced)
}

/// The name, without `.json`, of the file for a role that a web identity assumes.
#[must_use]
pub fn web_identity_key(role_arn: &str, role_session_name: Option<&str>) -> String {
    assume_role_key(&AssumeRoleArguments {
        duration_seconds: None,
        external_id: None,
        role_arn,
        role_session_name,
        serial_number: None,
    })
}

/// The name, without `.json`, of the file for a role of IAM Identity Center.
#[must_use]
pub fn sso_key(account_id: &str, role_name: &str, portal: SsoPortal<'_>) -> String {
    let (session_name, start_url) = match portal {
        SsoPortal::Session(name) => (Some(name), None),
        SsoPortal::StartUrl(url) => (None, Some(url)),
    };
    let arguments = SsoArguments {
        account_id,
        role_name,
        session_name,
        start_url,
    };
    key(&arguments, Separators::Dense)
}

/// The credentials in the file at `path`, if they are there, are for this user alone to read, and
/// are good for a quarter of an hour more, which is what the AWS CLI asks of them.
#[must_use]
pub fn read(path: &Path, now: SystemTime) -> Option<Credentials> {
    let shown = path.display();
    let file = match open(path) {
        Ok(file) => file,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::debug!("{shown} is not used: {error}");
            }
            return None;
        }
    };
    let file = match Trusted::new(file) {
        Ok(file) => file,
        Err(distrust) => {
            if distrust.is_exposure() {
                tracing::warn!("{shown} is not used: {distrust}: remove it");
            } else {
                tracing::debug!("{shown} is not used: {distrust}");
            }
            return None;
        }
    };
    let credentials = file.contents().ok().and_then(|text| parse(&text));
    if credentials.is_none() {
        tracing::debug!("{shown} is not used: it holds no credentials with an end");
    }
    credentials.filter(|credentials| {
        let is_good = credentials.expiry.is_some_and(|end| end >= now + MIN_LEFT);
        if !is_good {
            tracing::debug!("{shown} is not used: it ends too soon");
        }
        is_good
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SsoArguments<'a> {
    account_id: &'a str,
    role_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_url: Option<&'a str>,
}

/// What is needed of a file; the AWS CLI writes more.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    credentials: Keys,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Zeroizing<String>,
    expiration: String,
}

fn parse(text: &[u8]) -> Option<Credentials> {
    let Document { credentials: keys } = serde_json::from_slice(text).ok()?;
    Some(Credentials {
        access_key_id: keys.access_key_id.parse().ok()?,
        secret_access_key: keys.secret_access_key.parse().ok()?,
        session_token: Some(keys.session_token.try_into().ok()?),
        expiry: Some(expiration(&keys.expiration)?),
    })
}

/// `2026-01-02T03:04:05UTC`, which is Python's `%Z`, or a time of RFC 3339.
fn expiration(text: &str) -> Option<SystemTime> {
    let time: Rfc3339 = match text.strip_suffix("UTC") {
        Some(rest) => format!("{rest}Z").parse().ok()?,
        None => text.parse().ok()?,
    };
    Some(time.instant())
}

/// botocore makes a name up where the given one is empty, too.
fn is_made_up(name: &Option<&str>) -> bool {
    name.is_none_or(str::is_empty)
}

fn key(arguments: &impl Serialize, separators: Separators) -> String {
    let text = python_json(arguments, separators);
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, &text);
    digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    Ok(rustix::fs::open(path, OFlags::RDONLY | flags, Mode::empty())?.into())
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// botocore's `CachedCredentialFetcher.DEFAULT_EXPIRY_WINDOW_SECONDS`.
const MIN_LEFT: Duration = Duration::from_mins(15);

#[cfg(test)]
mod tests;
