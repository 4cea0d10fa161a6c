//! Writes kubeconfig entries for clusters whose users sign in with AWS IAM through token-exec.
//!
//! `update`: input is the name of a cluster, about which EKS is asked, or `--all`, or the description
//! of a cluster, as a file of `aws eks describe-cluster` or as flags; then AWS is not asked. Output
//! is a new kubeconfig, written whole or not at all, and on stdout the line `Added new context NAME
//! to FILE` for each (with `--dry-run` the file itself).
//!
//! `check` prints what it finds on stdout; `prune` drops entries of existing files, and prints a line
//! for each on stdout.
//!
//! stderr: one line for an error, and one for its remedy; a warning for each of many that fails.
//! Exit codes: 0 done, 1 refused, failed, failed in part or found wrong, 2 usage.

pub mod all;
pub mod certificate;
mod check;
pub mod cli;
pub mod cluster;
pub mod describe;
pub mod eks;
pub mod endpoint;
pub mod error;
pub mod kubeconfig;
pub mod merged;
pub mod names;
pub mod options;
pub mod plugin;
mod prune;
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
use prune::PruneOptions;

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
            update::run(options, &aws)?
        }
        Command::Prune(arguments) => {
            let options = PruneOptions::new(arguments, environment).map_err(OptionsError::from)?;
            prune::run(&options, &aws)?
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
