//! Writes kubeconfig entries for clusters whose users sign in with AWS IAM through token-exec.
//!
//! Input: the name of a cluster, about which EKS is asked, or its description, as a file of `aws eks
//! describe-cluster` or as flags; then AWS is not asked. Output: a new kubeconfig, written whole or not at all, and on stdout the line
//! `Added new context NAME to FILE` (with `--dry-run` the file itself). stderr: one line for an
//! error, and one for its remedy. Exit codes: 0 done, 1 refused or failed, 2 usage.

pub mod certificate;
mod check;
pub mod cli;
pub mod cluster;
pub mod describe;
pub mod eks;
pub mod endpoint;
pub mod error;
pub mod kubeconfig;
mod merged;
pub mod names;
pub mod options;
pub mod plugin;
pub mod target;
#[cfg(test)]
mod testing;
mod unquoted;
pub mod update;
mod yaml;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::SystemTime;

use check::CheckOptions;
use clap::CommandFactory as _;
use cli::{Cli, Command, Environment};
use eks::Aws;
use error::Error;
use options::{Options, OptionsError};

/// Runs the program.
///
/// # Errors
/// When the kubeconfig was not written; see [`Error`].
pub fn run(
    cli: Cli,
    environment: &Environment,
    clock: fn() -> SystemTime,
) -> Result<ExitCode, Error> {
    let Cli { common, command } = cli;
    let aws = Aws {
        environment: &environment.aws,
        clock,
    };
    let done = |text| (text, ExitCode::SUCCESS);
    let (output, code) = match command {
        Command::Update(arguments) => {
            let options = Options::new(arguments, common.verbose, environment)?;
            done(update::run(options, &aws)?)
        }
        Command::Check(arguments) => {
            let options = CheckOptions::new(arguments, environment).map_err(OptionsError::from)?;
            let report = check::check(&options, &aws);
            (report.to_string(), report.exit_code())
        }
        Command::Definition(wanted) => done(wanted.print(Cli::command())?),
    };
    std::io::stdout()
        .write_all(output.as_bytes())
        .map_err(Error::Stdout)?;
    Ok(code)
}
