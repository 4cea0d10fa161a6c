//! Who declares the entries.

use std::fmt;
use std::str::FromStr;

use iam_core::excerpt::Excerpt;
use thiserror::Error;

/// The name under which a set of sources owns what it wrote: 1 to 57 letters, digits, `-`, `_`
/// and `.`, the first and the last of them a letter or digit.
///
/// It becomes part of an annotation's key, hence the rules:
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set>
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Owner(String);

/// The text is not an owner's name.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "\"{}\" is not an owner's name (1 to {MAX_LEN} letters, digits and inner - _ .)",
    Excerpt(found)
)]
pub struct OwnerError {
    found: String,
}

impl Owner {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Owner {
    type Err = OwnerError;

    fn from_str(text: &str) -> Result<Self, OwnerError> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        let fits = text.len() <= MAX_LEN
            && text.bytes().all(inner)
            && edge(text.bytes().next())
            && edge(text.bytes().next_back());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(OwnerError {
                found: text.to_owned(),
            })
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name part of an annotation's key has at most 63 characters; `owned.` takes 6 of them.
const MAX_LEN: usize = 57;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_fits_into_an_annotation_key() {
        let long = "o".repeat(57);
        for text in ["platform", "a", "Team_1.x-y", &long] {
            assert_eq!(
                text.parse::<Owner>().map(|owner| owner.to_string()),
                Ok(text.to_owned())
            );
        }
        let too_long = "o".repeat(58);
        for text in ["", "-a", "a-", ".", "a b", "a/b", "é", &too_long] {
            assert_eq!(
                text.parse::<Owner>(),
                Err(OwnerError {
                    found: text.to_owned()
                })
            );
        }
    }
}
