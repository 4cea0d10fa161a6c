//! Names of role sessions.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::name::is_name_byte;
use crate::excerpt::Excerpt;

/// A role session's name, chosen by whoever assumes the role: 2 to 64 of `[\w+=,.@-]`.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SessionName(String);

impl SessionName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for SessionName {
    type Err = SessionNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if (2..=64).contains(&text.len()) && text.bytes().all(is_name_byte) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SessionNameError {
                found: text.to_owned(),
            })
        }
    }
}

/// The text cannot be a session name.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "\"{}\" is not a session name (2 to 64 letters, digits and _ + = , . @ -)",
    Excerpt(found)
)]
pub struct SessionNameError {
    found: String,
}

/// An EC2 instance's id: `i-` and 8 or 17 lower-case hexadecimal digits.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html>
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct InstanceId(String);

impl InstanceId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for InstanceId {
    type Err = InstanceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_prefix("i-")
            .filter(|digits| matches!(digits.len(), 8 | 17))
            .filter(|digits| {
                digits
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            })
            .map(|_| Self(text.to_owned()))
            .ok_or_else(|| InstanceIdError {
                found: text.to_owned(),
            })
    }
}

/// The text is not an instance id.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "\"{}\" is not an instance id (i- and 8 or 17 of 0-9 a-f)",
    Excerpt(found)
)]
pub struct InstanceIdError {
    found: String,
}
