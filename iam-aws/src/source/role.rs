//! How a role is assumed, as a profile says.

use std::time::Duration;

use iam_core::arn::Arn;
use iam_core::principal::{RoleArn, SessionName};

use super::RoleRequest;
use super::error::SourceError;
use super::setting::{SettingError, read};
use crate::shared_config::Profile;

/// The role of a profile; `None` where it names none.
pub(super) fn request(profile: &Profile<'_>) -> Result<Option<RoleRequest>, SourceError> {
    let Some(role_arn) = read(profile.locate("role_arn"), role_arn)? else {
        return Ok(None);
    };
    Ok(Some(RoleRequest {
        role_arn,
        session_name: read(profile.locate("role_session_name"), session_name)?,
        external_id: read(profile.locate("external_id"), external_id)?,
        duration: read(profile.locate("duration_seconds"), duration)?,
        mfa_serial: read(profile.locate("mfa_serial"), mfa_serial)?,
    }))
}

/// The ARN of an IAM role.
///
/// # Errors
/// When it is anything else.
pub fn role_arn(text: &str) -> Result<Arn, SettingError> {
    let role = text.parse::<RoleArn>().ok();
    role.and_then(|_| text.parse().ok())
        .ok_or_else(|| SettingError::RoleArn {
            found: text.to_owned(),
        })
}

/// The name of a session.
///
/// # Errors
/// When STS would not take it.
pub fn session_name(text: &str) -> Result<SessionName, SettingError> {
    Ok(text.parse()?)
}

/// An external id.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
///
/// # Errors
/// When STS would not take it.
pub fn external_id(text: &str) -> Result<String, SettingError> {
    if (2..=1224).contains(&text.len()) && text.chars().all(is_of_an_id) {
        Ok(text.to_owned())
    } else {
        Err(SettingError::ExternalId)
    }
}

/// A number of seconds that a role's credentials can live.
///
/// # Errors
/// When STS would not take it.
pub fn duration(text: &str) -> Result<Duration, SettingError> {
    let seconds = text
        .parse()
        .ok()
        .filter(|seconds| SECONDS.contains(seconds));
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| SettingError::Duration {
            found: text.to_owned(),
        })
}

/// The serial number or the ARN of an MFA device.
///
/// # Errors
/// When STS would not take it.
pub fn mfa_serial(text: &str) -> Result<String, SettingError> {
    if (9..=256).contains(&text.len()) && text.chars().all(is_of_an_id) {
        Ok(text.to_owned())
    } else {
        Err(SettingError::MfaSerial {
            found: text.to_owned(),
        })
    }
}

fn is_of_an_id(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_+=,.@:/-".contains(character)
}

/// From 15 minutes to 12 hours.
const SECONDS: std::ops::RangeInclusive<u64> = 900..=43_200;
