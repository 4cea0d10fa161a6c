//! Writes kubeconfig entries for clusters whose users sign in with AWS IAM through token-exec.
//!
//! `update`: input is the name of a cluster, about which EKS is asked, or `--all`, or the description
//! of a cluster, as a file of `aws eks describe-cluster` or as flags; then AWS is not asked. Output
//! is kubeconfig files, edited so that only what changes is written, each whole or not at all and
//! under kubectl's lock, and on stdout the line `Added new context NAME to FILE` or `Updated context
//! NAME in FILE` for each (with `--dry-run` the files themselves). `convert` edits users alike and
//! says `Converted user NAME in FILE`; `list` prints the contexts.
//!
//! `check` prints what it finds on stdout; `prune` drops entries of existing files, and prints a line
//! for each on stdout.
//!
//! stderr: one line for an error, and one for its remedy; a warning for each of many that fails.
//! Exit codes: 0 done, 1 refused, failed, failed in part or found wrong, 2 usage.

pub mod all;
mod apply;
pub mod certificate;
mod check;
pub mod cli;
pub mod cluster;
pub mod convert;
pub mod describe;
pub mod eks;
pub mod endpoint;
pub mod error;
mod field;
pub mod kubeconfig;
pub mod kuberc;
pub mod list;
mod lock;
mod merged;
mod mfa;
pub mod names;
pub mod options;
pub mod plugin;
mod prune;
mod records;
mod schema;
mod shadow;
mod shown;
pub mod stanza;
pub mod store;
pub mod target;
#[cfg(test)]
mod testing;
mod unquoted;
pub mod update;

use std::process::ExitCode;
use std::time::SystemTime;

use check::CheckOptions;
use clap::CommandFactory as _;
use cli::{Cli, Command, Environment, ListArgs};
use convert::ConvertOptions;
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
        Command::Convert(arguments) => {
            done(convert::run(&ConvertOptions::new(arguments, environment)?)?)
        }
        Command::List(ListArgs { kubeconfig, output }) => {
            let files = environment.files(kubeconfig).map_err(OptionsError::from)?;
            done(list::run(&files, output)?)
        }
        Command::Definition(wanted) => done(wanted.print(Cli::command())?),
    };
    iam_cli::stdout::print(&output)?;
    Ok(code)
}
