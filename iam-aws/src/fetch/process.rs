//! Credentials that a command prints: `credential_process`.
//!
//! It inherits our environment, and what it says on stderr is told as it comes, so that it can tell
//! its user something or ask on the terminal; its stdin is empty, because ours may be kubectl's
//! data, and its stdout is ours alone to read. <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

mod command;
mod error;
mod output;
mod run;
mod said;

use iam_core::excerpt::CREDENTIAL_PROCESS;

use crate::credentials::Credentials;
use crate::source::{Origin, Process};

use super::{Context, FetchError};
use error::ProcessError;

/// Runs the command and reads what it printed.
pub(super) async fn fetch(
    process: &Process,
    context: &Context<'_>,
) -> Result<Credentials, FetchError> {
    let failed = |error: ProcessError| {
        let hint = error.hint();
        FetchError::new(doing(&process.origin), error).with_hint(hint)
    };
    let tell = |part: &str| context.aloud(|| tracing::info!(target: CREDENTIAL_PROCESS, "{part}"));
    let stdout = run::run(&process.command, tell).await.map_err(failed)?;
    output::parse(&stdout, context.now()).map_err(failed)
}

fn doing(origin: &Origin) -> String {
    format!("running credential_process of {origin}")
}
