//! The signature of a presigned request.

use std::fmt;
use std::str::{self, FromStr};

use thiserror::Error;
use zeroize::Zeroize;

/// A Signature Version 4: 64 lower-case hexadecimal digits. It is as good as the token, so a secret:
/// redacted in `Debug`, without `Display`, wiped when dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// The digits. Whoever calls this answers for where they go.
    #[must_use]
    pub fn expose(&self) -> &str {
        str::from_utf8(&self.0).expect("the only constructor takes nothing but hexadecimal digits")
    }
}

impl Drop for Signature {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(redacted)")
    }
}

impl FromStr for Signature {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        <[u8; 64]>::try_from(text.as_bytes())
            .ok()
            .filter(|digits| {
                // Without a branch per byte it runs many bytes at once.
                let is_digit = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
                digits.iter().fold(true, |all, byte| all & is_digit(byte))
            })
            .map(Self)
            .ok_or(SignatureError)
    }
}

/// The text is not a signature. It is never shown.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a signature is 64 lower-case hexadecimal digits")]
pub struct SignatureError;
