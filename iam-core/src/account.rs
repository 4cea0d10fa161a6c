//! Account numbers.

use std::fmt;
use std::str::{self, FromStr};

use thiserror::Error;

use crate::excerpt::Excerpt;

/// An AWS account number: exactly twelve ASCII digits.
///
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html>
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AccountId([u8; 12]);

impl AccountId {
    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("the only constructor takes nothing but ASCII digits")
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AccountId").field(&self.as_str()).finish()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        <[u8; 12]>::try_from(text.as_bytes())
            .ok()
            .filter(|digits| digits.iter().all(u8::is_ascii_digit))
            .map(Self)
            .ok_or_else(|| AccountIdError {
                found: text.to_owned(),
            })
    }
}

/// The text is not an account number.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("\"{}\" is not an account number (exactly 12 digits)", Excerpt(found))]
pub struct AccountIdError {
    found: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_anything_but_twelve_ascii_digits() {
        for text in [
            "",
            "12345678901",
            "0123456789012",
            "12345678901a",
            "-12345678901",
            " 23456789012",
            "12345678901\u{661}",
            "1.2345679e+1",
        ] {
            assert_eq!(
                text.parse::<AccountId>(),
                Err(AccountIdError {
                    found: text.to_owned()
                }),
                "{text}"
            );
        }
    }

    #[test]
    fn keeps_leading_zeros() {
        assert_eq!(
            "000000000000".parse::<AccountId>().unwrap().as_str(),
            "000000000000"
        );
    }
}
