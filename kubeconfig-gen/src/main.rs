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

/// musl's allocator gives memory back at every turn, and asks for it again: a third of the time that
/// a plan over many entries takes.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

const PROGRAM: &str = env!("CARGO_PKG_NAME");
