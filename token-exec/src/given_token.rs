//! The token that `inspect` and `verify` look at: an argument, or stdin; bare, or in the
//! `ExecCredential` that a Kubernetes client is given.

use std::io::{self, Read};

use serde::Deserialize;
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
    /// It begins as JSON does, and is none.
    #[error("the ExecCredential is no JSON, or cut off (line {line}, column {column})")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Another document.
    #[error("the JSON has no token in status.token, as an ExecCredential has it")]
    NoToken,
}

impl InputError {
    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "token-exec --cluster-name NAME | token-exec inspect -"
    }
}

/// The text of the token, without white space around it; `None` means stdin.
///
/// # Errors
/// When stdin is asked for and cannot be read, or a document has no token.
pub fn text(given: Option<&GivenToken>) -> Result<Zeroizing<String>, InputError> {
    let text = match given {
        Some(token) => Zeroizing::new(token.expose().to_owned()),
        None => read(io::stdin().lock())?,
    };
    let text = text.trim();
    if text.starts_with('{') {
        in_credential(text)
    } else {
        Ok(Zeroizing::new(text.to_owned()))
    }
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

/// What the error of the parser says beside the place may be a piece of the token.
fn in_credential(json: &str) -> Result<Zeroizing<String>, InputError> {
    let credential: Credential = serde_json::from_str(json).map_err(|error| {
        if error.is_data() {
            InputError::NoToken
        } else {
            let (line, column) = (error.line(), error.column());
            InputError::Json { line, column }
        }
    })?;
    Ok(credential.status.token)
}

/// <https://kubernetes.io/docs/reference/config-api/client-authentication.v1/>
#[derive(Deserialize)]
struct Credential {
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    token: Zeroizing<String>,
}

/// Four times the longest token.
const MAX_INPUT_BYTES: u64 = 64 << 10;
