//! From a source to credentials: the step that may ask others.
//!
//! Keys of the settings cost nothing. Everything else runs on a runtime of one thread, which is
//! built then and there, and every wait on a peer ends by a deadline ([`Context::within`]).

mod agent;
mod asking;
mod caller;
mod container;
mod context;
mod error;
mod hex;
mod instance_metadata;
mod login;
mod process;
mod query;
mod role;
mod secret_file;
pub(crate) mod service_error;
mod session_file;
mod sign_in_url;
mod single_sign_on;
mod sts;
mod web_identity;

use std::path::PathBuf;

use iam_core::region::Region;

use crate::credentials::Credentials;
use crate::environment::Environment;
use crate::quiet::quietly;
use crate::source::Source;
pub use caller::{Caller, Denial, VerifyError, caller, verify};
pub use context::{Context, MfaPrompt, TimedOut};
pub use error::{BoxError, FetchError};
pub use query::{Ec2Place, QueryAnswer, ec2, ec2_place};

/// Asks `source` for credentials, and those that it rests on before.
///
/// Blocks until they are there or a deadline has passed. Nobody listens to what the SDK logs
/// meanwhile: it may hold secrets.
///
/// # Errors
/// When somebody who was asked refused, did not answer in time or answered with what are no
/// credentials, or with some that have expired.
pub fn fetch(source: &Source, context: &Context<'_>) -> Result<Credentials, FetchError> {
    if let Source::Keys(keys) = source {
        return Ok(keys.credentials.clone());
    }
    run(ask(source, context))
}

/// The region of the EC2 instance; to be asked for only when the credentials are the instance's
/// and no other setting names a region.
///
/// # Errors
/// When the metadata service is ruled out, not there, or senseless.
pub fn region(context: &Context<'_>) -> Result<Region, FetchError> {
    run(instance_metadata::region(context))
}

/// The file that says on whose behalf the bottom of `source` answers, and that somebody else writes:
/// who signed in to IAM Identity Center, which pod a container's agent is asked by.
#[must_use]
pub fn bearer_file(source: &Source, environment: &Environment) -> Option<PathBuf> {
    match bottom(source) {
        Source::SingleSignOn(source) => {
            let home = environment.home.as_deref()?;
            Some(single_sign_on::token_file(source, home))
        }
        Source::Container(_) => environment.workload.container_token_file.clone(),
        Source::Keys(_)
        | Source::Role(_)
        | Source::WebIdentity(_)
        | Source::Process(_)
        | Source::Login(_)
        | Source::InstanceMetadata(_) => None,
    }
}

/// What the roles of `source` rest on.
fn bottom(mut source: &Source) -> &Source {
    while let Source::Role(role) = source {
        source = &role.base;
    }
    source
}

/// Runs a step that asks others, on a runtime of its own.
fn run<T>(step: impl Future<Output = Result<T, FetchError>>) -> Result<T, FetchError> {
    block_on(step)?
}

/// Waits for `step` on a runtime of one thread, which ends with it. Nobody listens to what it logs.
///
/// # Errors
/// When the system has no room for a runtime.
pub fn block_on<T>(step: impl Future<Output = T>) -> Result<T, FetchError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| FetchError::new("starting an async runtime", error))?;
    // One thread runs everything, so that this silences tasks that are spawned, too.
    let found = quietly(|| runtime.block_on(step));
    // A name that is still being looked up would hold us beyond the deadline.
    runtime.shutdown_background();
    Ok(found)
}

/// Asks the source at the bottom of a chain of roles, then for one role after the other.
async fn ask(source: &Source, context: &Context<'_>) -> Result<Credentials, FetchError> {
    let mut roles = Vec::new();
    let mut bottom = source;
    while let Source::Role(role) = bottom {
        roles.push(role);
        bottom = &role.base;
    }
    let mut credentials = ask_bottom(bottom, context).await?;
    for role in roles.into_iter().rev() {
        credentials = role::fetch(role, &credentials, context).await?;
    }
    Ok(credentials)
}

async fn ask_bottom(source: &Source, context: &Context<'_>) -> Result<Credentials, FetchError> {
    match source {
        Source::Keys(keys) => Ok(keys.credentials.clone()),
        Source::Role(_) => unreachable!("the bottom of a chain is what no role is left of"),
        Source::WebIdentity(identity) => web_identity::fetch(identity, context).await,
        Source::Process(process) => process::fetch(process, context).await,
        Source::SingleSignOn(source) => single_sign_on::fetch(source, context).await,
        Source::Login(source) => login::fetch(source, context).await,
        Source::Container(container) => container::fetch(container, context).await,
        Source::InstanceMetadata(instance) => instance_metadata::fetch(instance, context).await,
    }
}

#[cfg(test)]
mod tests;
