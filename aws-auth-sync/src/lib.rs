//! Makes aws-auth, the ConfigMap that maps AWS IAM principals to Kubernetes users and groups, from
//! declarative files.
//!
//! Input: files in the native format or manifests of the ConfigMap. stdout: `plan` prints what
//! would change, `render` the manifest, `apply`, `rollback` and `watch --once` a line for each
//! changed entry and one for the result, `watch` nothing, the other commands their documents. stderr: what is wrong with the sources
//! as `FILE:LINE:COLUMN: …`, warnings, and one line for an error with its remedy. Exit codes: 0 done
//! or nothing to do, 1 error, 2 usage or `plan` found changes, 3 the sources are invalid, 4 what
//! others wrote is in the way or changed meanwhile, 5 a guard refused.

pub mod access;
pub mod access_entries;
pub mod apply;
mod bare_arn;
pub mod call;
pub mod cli;
pub mod cluster;
pub mod combined;
mod commands;
pub mod confirm;
pub mod connection;
pub mod desired;
pub mod digest;
pub mod edit;
pub mod error;
pub mod explain;
pub mod export;
pub mod finding;
pub mod guard;
pub mod history;
pub mod input;
pub mod key;
pub mod known;
pub mod lint;
pub mod live;
pub mod live_file;
mod markdown;
pub mod meaning;
pub mod merge;
pub mod migrate;
pub mod name;
pub mod origin;
pub mod owner;
pub mod pending;
pub mod plan;
pub mod plugin;
pub mod policies;
pub mod proxy;
pub mod rbac;
mod reading;
pub mod record;
pub mod render;
pub mod report;
pub mod rights;
pub mod rollback;
pub mod rounds;
mod rule_told;
mod shown;
pub mod source;
pub mod subject;
pub mod undo;
pub mod verify;
pub mod warning;
pub mod watch;
mod yaml;

use std::process::ExitCode;
use std::time::SystemTime;

use clap::CommandFactory as _;
use cli::{Cli, Command, MigrateArgs};
use error::Error;

/// Runs the program.
///
/// # Errors
/// See [`Error`].
pub fn run(cli: Cli, clock: fn() -> SystemTime) -> Result<ExitCode, Error> {
    let mut code = ExitCode::SUCCESS;
    let output = match cli.command {
        Command::Lint(arguments) => {
            let (output, found) = commands::lint(arguments, clock)?;
            code = found;
            output
        }
        Command::Explain(arguments) => commands::explain(arguments)?,
        Command::Report(arguments) => commands::report(arguments, clock)?,
        Command::Export(arguments) => commands::export(arguments)?,
        Command::History(arguments) => commands::history(arguments)?,
        Command::Migrate(MigrateArgs { command }) => {
            let (output, found) = commands::migrate(command, clock)?;
            code = found;
            output
        }
        Command::Policies(arguments) => commands::policies(arguments)?,
        Command::Schema => SCHEMA.to_owned(),
        Command::Plan(arguments) => {
            let (output, found) = commands::plan(arguments, clock)?;
            code = found;
            output
        }
        Command::Render(arguments) => commands::render(arguments)?,
        Command::Apply(arguments) => commands::apply(arguments, clock)?,
        Command::Rollback(arguments) => commands::rollback(arguments, clock)?,
        Command::Watch(arguments) => commands::watch(arguments, clock)?,
        Command::Definition(wanted) => wanted.print(Cli::command())?,
    };
    iam_cli::stdout::print(&output)?;
    Ok(code)
}

/// The JSON Schema of the native format.
pub const SCHEMA: &str = include_str!("schema.json");

/// What talks to a cluster runs on this.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    // A second installation in one process keeps the first provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(Error::Runtime)
}
