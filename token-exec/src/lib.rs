//! token-exec: the exec credential plugin. Presigned STS tokens from AWS credentials.
//!
//! Input: the command line, the environment ([`environment::Environment`]), and, where keys or a
//! region are not exported, the shared AWS files. Nothing is asked over the network.
//!
//! stdout: one `ExecCredential` of the version that `KUBERNETES_EXEC_INFO` asks for, or the bare
//! token, or the report of `inspect`. stderr: warnings, notices, and at most one error with a
//! hint. Nothing secret ever goes there.
//!
//! Exit codes: 0; 1 when there are no credentials, the client asks for an unknown version, or
//! `inspect` found a fault; 2 when the command line, the region or an endpoint setting is wrong.

pub mod cache;
pub mod cli;
pub mod cluster_name;
pub mod environment;
pub mod error;
pub mod harden;
pub mod inspect;
pub mod mint;
pub mod options;
pub mod sign;
pub mod usage;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::SystemTime;

use crate::environment::Environment;
use crate::error::Error;
use crate::options::Options;

/// Does what `options` ask for, at the moment `now`.
///
/// # Errors
/// See [`Error`].
pub fn run(
    options: &Options,
    environment: &Environment,
    now: SystemTime,
) -> Result<ExitCode, Error> {
    let (text, code) = match options {
        Options::Mint(options) => (mint::mint(options, environment, now)?, ExitCode::SUCCESS),
        Options::Inspect(options) => inspect::inspect(options, now)?,
    };
    // One write: a client that reads this never sees a part.
    io::stdout()
        .write_all(text.as_bytes())
        .map_err(Error::Stdout)?;
    Ok(code)
}
