//! Why a command gave no credentials.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use iam_core::excerpt::Excerpt;
use iam_core::time::Rfc3339;
use thiserror::Error;

use crate::document::DocumentError;

/// Why a command gave no credentials. Holds nothing of what it printed, nor of its arguments.
#[derive(Debug, Error)]
pub(super) enum ProcessError {
    /// Nothing that can be started.
    #[error("credential_process is no command line: it is blank, or a quotation does not end")]
    Line,
    /// The system refused to start it.
    #[error("cannot start \"{}\"", Excerpt(program))]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// Its output cannot be read.
    #[error("cannot follow the command")]
    Follow(#[source] io::Error),
    /// It did not end.
    #[error("the command did not end within {} seconds", .0.as_secs())]
    Timeout(Duration),
    /// It ended badly.
    #[error("the command failed ({0})")]
    Failed(ExitStatus),
    /// More than any credentials.
    #[error("the command printed more than {} KiB", .0 >> 10)]
    TooLong(usize),
    /// Nothing.
    #[error("the command printed nothing on stdout")]
    Silent,
    /// Not what is agreed upon.
    #[error("the command's output")]
    Output(#[from] DocumentError),
    /// Of an agreement that is not known.
    #[error("the command's output is of another Version than 1")]
    Version,
    /// Credentials that are over.
    #[error("the command printed credentials that expired at {at}")]
    Expired {
        /// When.
        at: Rfc3339,
    },
}

impl ProcessError {
    /// The one thing to try.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Line => "write the command as in a shell, with its quotes in pairs",
            Self::Start { .. } => {
                "credential_process takes the whole path of a program, or the name of one in PATH"
            }
            Self::Failed(_) => {
                "what it had to say stands above; run the command of credential_process by hand"
            }
            Self::Timeout(_) | Self::Follow(_) => {
                "run the command of credential_process by hand, to see what it waits for"
            }
            Self::TooLong(_) | Self::Silent | Self::Output(_) | Self::Version => {
                "it must print one JSON object on stdout, with Version 1, AccessKeyId, \
                 SecretAccessKey and, for temporary keys, SessionToken and Expiration; run it by hand"
            }
            Self::Expired { .. } => {
                "sign in again where the command of credential_process gets them from"
            }
        }
    }
}
