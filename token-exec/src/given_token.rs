//! The token that `inspect` and `verify` look at: an argument, or stdin.

use std::io::{self, Read};

use thiserror::Error;
use zeroize::Zeroizing;

use crate::options::GivenToken;

/// Why there is nothing to look at.
#[derive(Debug, Error)]
pub enum InputError {
    /// The system refused.
    #[error("cannot read it")]
    Unreadable(#[source] io::Error),
    /// No token is that long.
    #[error("there are more than {} KiB", MAX_INPUT_BYTES >> 10)]
    TooLong,
}

impl InputError {
    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> String {
        "token-exec --cluster-name NAME --output token | token-exec inspect -".to_owned()
    }
}

/// The text of the token, without line breaks at its end; `None` means stdin.
///
/// # Errors
/// When stdin is asked for and cannot be read.
pub fn text(given: Option<&GivenToken>) -> Result<Zeroizing<String>, InputError> {
    let mut text = match given {
        Some(token) => Zeroizing::new(token.expose().to_owned()),
        None => read(io::stdin().lock())?,
    };
    let len = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(len);
    Ok(text)
}

/// Bytes that are not UTF-8 stay in as a sign that no token has, for the report to name.
fn read(input: impl Read) -> Result<Zeroizing<String>, InputError> {
    let mut bytes = Zeroizing::new(Vec::new());
    input
        .take(MAX_INPUT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(InputError::Unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_INPUT_BYTES) {
        return Err(InputError::TooLong);
    }
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Four times the longest token.
const MAX_INPUT_BYTES: u64 = 64 << 10;
