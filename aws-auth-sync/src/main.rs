//! The program: parse, start telemetry, run, report.

use std::process::ExitCode;

use aws_auth_sync::cli::Cli;
use clap::Parser as _;

fn main() -> ExitCode {
    let cli = Cli::parse();
    iam_cli::telemetry::start(&cli.common, Cli::rust_log().as_deref());
    let format = cli.common.log_format;
    iam_cli::finish(env!("CARGO_PKG_NAME"), format, aws_auth_sync::run(cli))
}
