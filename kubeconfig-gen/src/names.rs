//! Names that a kubeconfig holds: of entries, profiles and namespaces.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The name of a cluster, context or user entry: 1 to 253 characters, none of them a control
/// character.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EntryName(String);

/// A name as `--alias` takes it: empty means that there is none, as for the AWS CLI.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Alias(pub Option<EntryName>);

/// The name of an AWS profile: 1 to 253 characters, none of them a control character.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Profile(String);

/// The name of a namespace: an RFC 1123 label.
///
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names>
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Namespace(String);

/// Why a text is not such a name.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum NameError {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// Too many characters.
    #[error("it has {length} characters; at most {limit} are allowed")]
    TooLong {
        /// How many it has.
        length: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A line break, an escape or the like.
    #[error("it holds a control character")]
    Control,
    /// Not a label.
    #[error("lower-case letters, digits and inner hyphens make a namespace")]
    NotALabel,
}

impl FromStr for EntryName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        printable(text, MAX_NAME).map(Self)
    }
}

impl FromStr for Alias {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            Ok(Self(None))
        } else {
            text.parse().map(Some).map(Self)
        }
    }
}

impl FromStr for Profile {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        printable(text, MAX_NAME).map(Self)
    }
}

impl FromStr for Namespace {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = printable(text, MAX_LABEL)?;
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let edges = !name.starts_with('-') && !name.ends_with('-');
        if edges && name.bytes().all(inner) {
            Ok(Self(name))
        } else {
            Err(NameError::NotALabel)
        }
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn printable(text: &str, limit: usize) -> Result<String, NameError> {
    let length = text.chars().count();
    if length == 0 {
        return Err(NameError::Empty);
    }
    if length > limit {
        return Err(NameError::TooLong { length, limit });
    }
    if text.chars().any(char::is_control) {
        return Err(NameError::Control);
    }
    Ok(text.to_owned())
}

/// As long as the longest name of a Kubernetes object.
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_names_are_printable_and_of_bounded_length() {
        let long = "n".repeat(254);
        let table: [(&str, Result<(), NameError>); 6] = [
            ("dev", Ok(())),
            ("arn:aws:eks:us-west-2:111122223333:cluster/dev", Ok(())),
            ("é ☃", Ok(())),
            ("", Err(NameError::Empty)),
            (
                &long,
                Err(NameError::TooLong {
                    length: 254,
                    limit: 253,
                }),
            ),
            ("a\nb", Err(NameError::Control)),
        ];
        for (text, expected) in table {
            assert_eq!(
                text.parse::<EntryName>()
                    .map(|name| assert_eq!(name.to_string(), text)),
                expected
            );
            assert_eq!(
                text.parse::<Profile>()
                    .map(|name| assert_eq!(name.to_string(), text)),
                expected
            );
        }
    }

    #[test]
    fn an_empty_alias_is_none() {
        assert_eq!("".parse(), Ok(Alias(None)));
        assert_eq!("a".parse(), Ok(Alias(Some(EntryName("a".to_owned())))));
        assert_eq!("\u{7}".parse::<Alias>(), Err(NameError::Control));
    }

    #[test]
    fn namespaces_are_labels() {
        let long = "n".repeat(64);
        let table: [(&str, Result<(), NameError>); 8] = [
            ("dev", Ok(())),
            ("a-1", Ok(())),
            ("", Err(NameError::Empty)),
            (
                &long,
                Err(NameError::TooLong {
                    length: 64,
                    limit: 63,
                }),
            ),
            ("-a", Err(NameError::NotALabel)),
            ("a-", Err(NameError::NotALabel)),
            ("Dev", Err(NameError::NotALabel)),
            ("a.b", Err(NameError::NotALabel)),
        ];
        for (text, expected) in table {
            assert_eq!(
                text.parse::<Namespace>()
                    .map(|name| assert_eq!(name.to_string(), text)),
                expected
            );
        }
    }
}
