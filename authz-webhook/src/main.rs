//! The program: parse, start telemetry, run, report.

use std::process::ExitCode;

use authz_webhook::cli::{Cli, Environment};
use clap::Parser as _;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let environment = Environment::read();
    iam_cli::telemetry::start(&cli.common, environment.rust_log.as_deref());
    let format = cli.common.log_format;
    iam_cli::finish(
        env!("CARGO_PKG_NAME"),
        format,
        authz_webhook::run(cli, &environment),
    )
}
