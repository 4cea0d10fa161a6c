//! The program: parse, start telemetry, run, report.

use std::process::ExitCode;

use kubeconfig_gen::cli::{Cli, Environment};

fn main() -> ExitCode {
    let cli: Cli = match iam_cli::parse(PROGRAM) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let environment = Environment::read();
    iam_cli::telemetry::start(&cli.common, environment.rust_log.as_deref());
    let format = cli.common.log_format;
    iam_cli::finish(PROGRAM, format, kubeconfig_gen::run(cli, &environment))
}

const PROGRAM: &str = env!("CARGO_PKG_NAME");
