//! AWS credentials. Secrets are redacted in `Debug`, have no `Display`, and are wiped when dropped.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::excerpt::{Excerpt, first_unprintable};

/// The public half of a key pair: `AKIA…` of an IAM user, `ASIA…` of a session.
///
/// `A(KIA|SIA)[A-Z0-9]{12,124}`, see
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html> for the length and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html> for the prefixes.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AccessKeyId(String);

impl AccessKeyId {
    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the key is of a session, and so comes with a session token.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.0.starts_with(TEMPORARY)
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for AccessKeyId {
    type Err = AccessKeyIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_prefix(PERMANENT)
            .or_else(|| text.strip_prefix(TEMPORARY))
            .filter(|rest| (12..=124).contains(&rest.len()))
            .filter(|rest| {
                rest.bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            })
            .map(|_| Self(text.to_owned()))
            .ok_or_else(|| AccessKeyIdError {
                found: text.to_owned(),
            })
    }
}

/// The text is not an access key id.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "\"{}\" is not an access key id (AKIA or ASIA, then 12 to 124 capital letters and digits)",
    Excerpt(found)
)]
pub struct AccessKeyIdError {
    found: String,
}

/// The secret half of a key pair: 1 to 256 printable ASCII characters.
#[derive(Clone, Eq, PartialEq)]
pub struct SecretAccessKey(Zeroizing<String>);

impl SecretAccessKey {
    /// The secret. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretAccessKey(redacted)")
    }
}

impl FromStr for SecretAccessKey {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        check_secret(text, "secret access key", MAX_SECRET_KEY_LEN)?;
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

/// What proves that a temporary key is still good: 1 to 8192 printable ASCII characters.
///
/// STS promises no length, only that tokens may grow; today they are at most 4096 bytes.
#[derive(Clone, Eq, PartialEq)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    /// The secret. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(redacted)")
    }
}

impl FromStr for SessionToken {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(Zeroizing::new(text.to_owned()))
    }
}

impl TryFrom<Zeroizing<String>> for SessionToken {
    type Error = SecretError;

    /// Takes the text without another copy of it.
    fn try_from(text: Zeroizing<String>) -> Result<Self, Self::Error> {
        check_secret(&text, "session token", MAX_SESSION_TOKEN_LEN)?;
        Ok(Self(text))
    }
}

/// A secret that cannot be one. The text is never shown.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SecretError {
    /// Nothing there.
    #[error("the {what} is empty")]
    Empty {
        /// Which secret.
        what: &'static str,
    },
    /// Longer than any such secret.
    #[error("the {what} has {len} bytes, more than {max}")]
    TooLong {
        /// Which secret.
        what: &'static str,
        /// Its length in bytes.
        len: usize,
        /// The longest allowed.
        max: usize,
    },
    /// A space, a line break, or something outside ASCII: most often a slip in copying.
    #[error(
        "the {what} holds a space, a line break or a character outside ASCII at byte {position}"
    )]
    Character {
        /// Which secret.
        what: &'static str,
        /// Where, in bytes from 0.
        position: usize,
    },
}

fn check_secret(text: &str, what: &'static str, max: usize) -> Result<(), SecretError> {
    if text.is_empty() {
        return Err(SecretError::Empty { what });
    }
    if text.len() > max {
        return Err(SecretError::TooLong {
            what,
            len: text.len(),
            max,
        });
    }
    match first_unprintable(text.as_bytes()) {
        Some(position) => Err(SecretError::Character { what, position }),
        None => Ok(()),
    }
}

const PERMANENT: &str = "AKIA";
const TEMPORARY: &str = "ASIA";
const MAX_SECRET_KEY_LEN: usize = 256;
const MAX_SESSION_TOKEN_LEN: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_temporary_keys_from_permanent_ones() {
        for (text, temporary) in [
            ("AKIAIOSFODNN7EXAMPLE", false),
            ("ASIAIOSFODNN7EXAMPLE", true),
            ("AKIA012345678901", false),
            (&format!("ASIA{}", "Z".repeat(124)), true),
        ] {
            let id: AccessKeyId = text.parse().unwrap();
            assert_eq!(
                (id.to_string().as_str(), id.is_temporary()),
                (text, temporary)
            );
        }
    }

    #[test]
    fn refuses_what_is_no_access_key_id() {
        let too_long = format!("AKIA{}", "Z".repeat(125));
        for text in [
            "",
            "AKIA",
            "AKIA01234567890",
            "AROAIOSFODNN7EXAMPLE",
            "akiaiosfodnn7example",
            "AKIAIOSFODNN7EXAMPLe",
            "AKIAIOSFODNN7EXAMPL/",
            "AKIAIOSFODNN7EXAMPL ",
            "AKIAIOSFODNN7EXAMPL\u{c9}",
            "Throttling",
            &too_long,
        ] {
            assert_eq!(
                text.parse::<AccessKeyId>(),
                Err(AccessKeyIdError {
                    found: text.to_owned()
                }),
                "{text}"
            );
        }
    }

    #[test]
    fn secrets_are_never_in_debug_output_or_errors() {
        let key: SecretAccessKey = "wJalrXUtnFEMI".parse().unwrap();
        let token: SessionToken = "FwoGZXIvYXdzEJr".parse().unwrap();
        assert_eq!(
            format!("{key:?} {token:?}"),
            "SecretAccessKey(redacted) SessionToken(redacted)"
        );
        assert_eq!(
            (key.expose(), token.expose()),
            ("wJalrXUtnFEMI", "FwoGZXIvYXdzEJr")
        );
        let error = "wJalr XUtnFEMI".parse::<SecretAccessKey>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the secret access key holds a space, a line break or a character outside ASCII at byte 5"
        );
    }

    #[test]
    fn secrets_have_bounds() {
        let what = "session token";
        assert_eq!("".parse::<SessionToken>(), Err(SecretError::Empty { what }));
        assert_eq!(
            "x".repeat(8193).parse::<SessionToken>(),
            Err(SecretError::TooLong {
                what,
                len: 8193,
                max: 8192
            })
        );
        assert!("x".repeat(8192).parse::<SessionToken>().is_ok());
    }
}
