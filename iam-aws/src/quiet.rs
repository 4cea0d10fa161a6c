//! Calls into libraries whose log lines could hold a secret.

use tracing::subscriber::{NoSubscriber, with_default};

/// Runs `call` with nobody listening to its `tracing` events, whatever `RUST_LOG` says.
///
/// The parser of the AWS files quotes lines of them, and the signer logs what it signs.
pub fn quietly<T>(call: impl FnOnce() -> T) -> T {
    with_default(NoSubscriber::new(), call)
}
