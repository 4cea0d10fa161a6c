//! stdout, which is for data alone.

use std::io::{self, ErrorKind, Write as _};

use thiserror::Error;

use crate::Failure;

/// What was to be printed is not.
#[derive(Debug, Error)]
#[error("write to stdout")]
pub struct StdoutError(#[source] io::Error);

impl Failure for StdoutError {}

/// Prints `text` in one piece: whoever reads it never sees a part of a line.
///
/// # Errors
/// When it cannot be written, as on a full disk.
pub fn print(text: &str) -> Result<(), StdoutError> {
    let mut stdout = io::stdout();
    let written = stdout.write_all(text.as_bytes());
    unless_unread(written.and_then(|()| stdout.flush()))
}

/// Prints the help or the version that clap found to be asked for.
///
/// # Errors
/// As [`print()`].
pub fn print_asked_for(answer: &clap::Error) -> Result<(), StdoutError> {
    unless_unread(answer.print())
}

/// A reader that is gone, such as `head`, wants no more of it, and that is no fault.
fn unless_unread(written: io::Result<()>) -> Result<(), StdoutError> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(StdoutError(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
