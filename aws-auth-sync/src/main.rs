//! The program: parse, start telemetry, run, report.

use std::process::ExitCode;

use aws_auth_sync::cli::Cli;

fn main() -> ExitCode {
    let cli: Cli = match iam_cli::parse(PROGRAM) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    iam_cli::telemetry::start(&cli.common, Cli::rust_log().as_deref());
    let format = cli.common.log_format;
    iam_cli::finish(PROGRAM, format, aws_auth_sync::run(cli, Cli::now))
}

const PROGRAM: &str = env!("CARGO_PKG_NAME");
