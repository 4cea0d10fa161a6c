//! Settings that have a form.

use std::fmt::Display;

use iam_core::account::AccountIdError;
use iam_core::excerpt::Excerpt;
use iam_core::principal::SessionNameError;
use iam_core::region::RegionError;
use thiserror::Error;

use super::error::SourceError;
use crate::place::Place;

/// A text and where it stands.
pub(super) type Located<'a> = (&'a str, Place<'a>);

/// What is wrong with the value of a setting.
#[derive(Debug, Error)]
pub enum SettingError {
    /// Not the ARN of a role.
    #[error(
        "\"{}\" is not the ARN of an IAM role, arn:PARTITION:iam::ACCOUNT:role/NAME",
        Excerpt(found)
    )]
    RoleArn {
        /// The text.
        found: String,
    },
    /// Not a name for a session.
    #[error(transparent)]
    SessionName(#[from] SessionNameError),
    /// An external id that STS does not take; it is not shown.
    #[error("it is not 2 to 1224 letters, digits and _ + = , . @ : / -")]
    ExternalId,
    /// Not a duration.
    #[error("\"{}\" is not a number of seconds from 900 to 43200", Excerpt(found))]
    Duration {
        /// The text.
        found: String,
    },
    /// Not an MFA device.
    #[error(
        "\"{}\" is not an MFA device: its ARN, or a serial number of 9 to 256 letters, digits and \
         _ + = / : , . @ -",
        Excerpt(found)
    )]
    MfaSerial {
        /// The text.
        found: String,
    },
    /// Not a region.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// Not an account.
    #[error(transparent)]
    Account(#[from] AccountIdError),
    /// Not one of the three.
    #[error(
        "\"{}\" is none of Environment, EcsContainer and Ec2InstanceMetadata",
        Excerpt(found)
    )]
    CredentialSource {
        /// The text.
        found: String,
    },
}

/// The value of a setting, if there is one.
pub(super) fn read<T>(
    setting: Option<Located<'_>>,
    parse: impl FnOnce(&str) -> Result<T, SettingError>,
) -> Result<Option<T>, SourceError> {
    setting.map(|setting| one(&setting, parse)).transpose()
}

/// The value of a setting.
pub(super) fn one<T>(
    (text, place): &(&str, impl Display),
    parse: impl FnOnce(&str) -> Result<T, SettingError>,
) -> Result<T, SourceError> {
    parse(text).map_err(|source| SourceError::Setting {
        place: place.to_string(),
        source,
    })
}
