//! The program: parse, start telemetry, run, report.

use std::process::ExitCode;

use clap::Parser as _;
use kubeconfig_gen::cli::{Cli, Environment};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let environment = Environment::read();
    iam_cli::telemetry::start(&cli.common, environment.rust_log.as_deref());
    let format = cli.common.log_format;
    iam_cli::finish(
        env!("CARGO_PKG_NAME"),
        format,
        kubeconfig_gen::run(cli, &environment),
    )
}
