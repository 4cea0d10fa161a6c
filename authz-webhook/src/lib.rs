//! The webhook that kube-apiserver asks who a bearer token of AWS belongs to, and what he may do.
//!
//! `serve` answers TokenReviews and SubjectAccessReviews over TLS, `init` writes the certificate and the kube-apiserver's
//! kubeconfig, `check` reads everything `serve` would and reports every fault.
//!
//! # Contract
//! - stdout carries data only: `--print-address` prints one line of JSON, `completions` a script,
//!   `man` a page.
//! - stderr carries notices, warnings, errors, and one line of JSON per decision.
//! - Exit codes: 0 done (also after SIGTERM or SIGINT), 1 a fault, 2 usage.

pub mod access_review;
pub mod admin;
pub mod assembly;
pub mod audit;
pub mod authenticate;
pub mod authorization_config;
pub mod authorize;
pub mod callers;
pub mod certificate;
pub mod certificate_files;
pub mod certificate_reload;
pub mod certificate_setup;
pub mod check;
pub mod cli;
pub mod clock_skew;
pub mod config;
pub mod connection;
pub mod deadline;
pub mod ec2;
pub mod error;
pub mod file_watch;
pub mod http;
pub mod http_body;
pub mod http_response;
pub mod identity;
pub mod init;
pub mod json;
pub mod json_body;
pub mod kubeconfig;
pub mod limits;
pub mod listener;
pub mod mappings;
pub mod metrics;
pub mod options;
pub mod panics;
pub mod refusal;
pub mod review;
pub mod serve;
pub mod service_manager;
pub mod shutdown;
pub mod sts;
#[cfg(test)]
mod test_sts;
pub mod text_file;
pub mod tls;
pub mod watched;

use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory as _;
use cli::{Cli, Command, Environment};
use config::{Config, ConfigErrors, Overrides};
use error::Error;
use options::{Action, Options};
use serve::ServeSettings;

/// Runs one command.
///
/// # Errors
/// See [`error::Error`].
pub fn run(cli: Cli, environment: &Environment) -> Result<ExitCode, Error> {
    match cli.command {
        Command::Job(job) => work(job.into_options(environment)?, environment)?,
        Command::Definition(wanted) => {
            iam_cli::stdout::print(&wanted.print(Cli::command())?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn work(options: Options, environment: &Environment) -> Result<(), Error> {
    let Options {
        action,
        config,
        overrides,
    } = options;
    match action {
        Action::Serve(print_address) => {
            let settings = ServeSettings {
                print_address,
                clock: environment.clock,
                aws: environment.aws.clone(),
                notify_socket: environment.notify_socket.clone(),
                sockets: environment.sockets.clone(),
            };
            serve::serve(&load(&config, &overrides)?, &settings)?;
        }
        Action::Init => init::init(&load(&config, &overrides)?, (environment.clock)())?,
        Action::Check => check::check(&config, &overrides, &environment.aws)?,
    }
    Ok(())
}

fn load(path: &Path, overrides: &Overrides) -> Result<Config, ConfigErrors> {
    let config = Config::load(path, overrides).inspect_err(ConfigErrors::report)?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(config)
}
