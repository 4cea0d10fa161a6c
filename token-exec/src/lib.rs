//! token-exec: the exec credential plugin. Presigned STS tokens from AWS credentials.
//!
//! Input: the command line, the environment ([`environment::Environment`]), and, where keys or a
//! region are not exported, the shared AWS files. Whatever keys are not found so is asked for: of
//! STS, IAM Identity Center, a process, a container's agent, the EC2 instance; what that gave is
//! kept on disk ([`cache`]).
//!
//! stdout: one `ExecCredential` of the version that `KUBERNETES_EXEC_INFO` asks for, or the bare
//! token, or the report of `inspect`, `verify` or `whoami`. stderr: warnings, notices, and at most
//! one error with a hint. Nothing secret ever goes there.
//!
//! Exit codes: 0; 1 when there are no credentials, a service refuses, the client asks for an
//! unknown version, or `inspect` found a fault; 2 when the command line, the region or an endpoint
//! setting is wrong.

pub mod aws_cli;
pub mod cache;
pub mod clean;
pub mod cli;
pub mod cluster_name;
pub mod costly;
pub mod environment;
pub mod error;
pub mod given_token;
pub mod harden;
pub mod inspect;
pub mod keyed;
pub mod mint;
pub mod obtain;
pub mod options;
pub mod report;
pub mod settings;
pub mod sign;
pub mod surroundings;
pub mod usage;
pub mod verify;
pub mod wanted;
pub mod whoami;

use std::process::ExitCode;
use std::time::SystemTime;

use clap::CommandFactory as _;

use crate::cli::Cli;
use crate::environment::Environment;
use crate::error::Error;
use crate::options::Options;

/// Does what `options` ask for, by the time of `clock`.
///
/// # Errors
/// See [`Error`].
pub fn run(
    options: &Options,
    environment: &Environment,
    clock: fn() -> SystemTime,
) -> Result<ExitCode, Error> {
    let done = |text| (text, ExitCode::SUCCESS);
    let (text, code) = match options {
        Options::Mint(options) => done(mint::mint(options, environment, clock)?),
        Options::Inspect(options) => inspect::inspect(options, clock())?,
        Options::Verify(options) => done(verify::verify(options, environment, clock)?),
        Options::Whoami(options) => done(whoami::whoami(options, environment, clock)?),
        Options::Clean(options) => done(clean::clean(options, environment, clock())?),
        Options::Definition(wanted) => done(wanted.print(Cli::command())?),
    };
    iam_cli::stdout::print(&text)?;
    Ok(code)
}
