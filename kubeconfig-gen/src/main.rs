//! The program: parse, start telemetry, run, report.

use std::process::ExitCode;
use std::time::SystemTime;

use kubeconfig_gen::cli::{Cli, Environment};
use kubeconfig_gen::error::Error;

fn main() -> ExitCode {
    match iam_cli::parse(PROGRAM) {
        Ok(cli) => {
            let cli: Cli = cli;
            iam_cli::finish(PROGRAM, cli.common.log_format, run(cli))
        }
        Err(code) => code,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge: environment and clock, read once"
)]
fn run(cli: Cli) -> Result<ExitCode, Error> {
    let environment = Environment::read()?;
    iam_cli::telemetry::start(&cli.common, environment.rust_log.as_deref());
    kubeconfig_gen::run(cli, &environment, SystemTime::now)
}

const PROGRAM: &str = env!("CARGO_PKG_NAME");
