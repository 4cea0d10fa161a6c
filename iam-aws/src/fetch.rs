//! From a source to credentials: the step that may ask others.
//!
//! Keys of the settings cost nothing. Everything else runs on a runtime of one thread, which is
//! built then and there, and every wait on a peer ends by a deadline ([`Context::within`]).

mod context;
mod error;
mod process;
mod role;

use std::pin::Pin;

use crate::credentials::Credentials;
use crate::quiet::quietly;
use crate::source::Source;
pub use context::{Context, MfaPrompt, TimedOut};
pub use error::{BoxError, FetchError};

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
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| FetchError::new("starting an async runtime", error))?;
    // One thread runs everything, so that this silences tasks that are spawned, too.
    let credentials = quietly(|| runtime.block_on(ask(source, context)));
    // A name that is still being looked up would hold us beyond the deadline.
    runtime.shutdown_background();
    credentials
}

/// Boxed, since a role asks the source that it rests on.
fn ask<'a>(
    source: &'a Source,
    context: &'a Context<'_>,
) -> Pin<Box<dyn Future<Output = Result<Credentials, FetchError>> + 'a>> {
    Box::pin(async move {
        match source {
            Source::Keys(keys) => Ok(keys.credentials.clone()),
            Source::Role(role) => {
                let base = ask(&role.base, context).await?;
                role::fetch(role, base, context).await
            }
            Source::WebIdentity(_) => Err(FetchError::unsupported("web identity tokens")),
            Source::Process(process) => process::fetch(process, context).await,
            Source::SingleSignOn(_) => Err(FetchError::unsupported("IAM Identity Center")),
            Source::Login(_) => Err(FetchError::unsupported("sessions of `aws login`")),
            Source::Container(_) => Err(FetchError::unsupported("container credentials")),
            Source::InstanceMetadata(_) => Err(FetchError::unsupported("instance metadata")),
        }
    })
}
