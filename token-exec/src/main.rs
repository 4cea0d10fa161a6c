//! token-exec: see the library for its contract.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::SystemTime;

use token_exec::cli::{self, Cli};
use token_exec::environment::Environment;
use token_exec::error::Error;
use token_exec::surroundings::Surroundings;

fn main() -> ExitCode {
    token_exec::harden::harden();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    match Cli::from_arguments(&arguments) {
        Ok(cli) => iam_cli::finish(PROGRAM, cli.common.log_format, run(cli)),
        Err(end) => iam_cli::finish(
            PROGRAM,
            iam_cli::usage::log_format(&arguments),
            cli::end(&end),
        ),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge: environment and clock, read once"
)]
fn run(cli: Cli) -> Result<ExitCode, Error> {
    let environment = Environment {
        surroundings: Surroundings::new(|| std::env::vars_os().collect()),
        ..Environment::read(std::env::var_os::<&str>)?
    };
    iam_cli::telemetry::start(&cli.common, environment.rust_log.as_deref());
    let options = cli.into_options(&environment.authenticator)?;
    token_exec::run(&options, &environment, SystemTime::now)
}

const PROGRAM: &str = "token-exec";
