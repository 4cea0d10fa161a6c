//! Tokens and credentials kept between runs, where getting them costs a network call, a process or
//! a prompt.
//!
//! ```no_run
//! # use std::time::SystemTime;
//! # use iam_core::{region::Region, sts_host::StsHost};
//! # use token_exec::cache::{Ask, CacheDir, CacheVariables, KeyBuilder, SignedToken};
//! # use token_exec::cache::Client;
//! # fn fetch_and_sign(_: Client) -> Result<SignedToken, std::io::Error> {
//! #     Err(std::io::ErrorKind::Unsupported.into())
//! # }
//! # fn run(variables: CacheVariables<'_>, host: StsHost, clock: fn() -> SystemTime)
//! # -> Result<(), std::io::Error> {
//! let key = KeyBuilder::new("token").field("profile", "dev").field("cluster", "c").finish();
//! let signed = match CacheDir::locate(None, &variables) {
//!     Some(cache) => cache.token(&key, &host, &Ask::new(&clock), fetch_and_sign)?,
//!     None => fetch_and_sign(Client::Content)?,
//! };
//! # Ok(())
//! # }
//! ```
//!
//! An entry is three files: `KEY.json`, the entry; `KEY.lock`, held while it is refreshed, so that
//! of many processes one asks and the others read; `KEY.served`, which clients it was given to.
//! Nothing that is wrong with any of them is an error: a file that cannot be believed is a miss,
//! and one that cannot be written is a warning.

mod ask;
pub mod aws_cli_cache;
mod clean;
mod credentials;
mod directory;
mod early;
mod entry;
mod key;
mod location;
mod lock;
mod parent;
mod served;
mod slot;
mod token;
mod trust;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use iam_aws::credentials::Credentials;
use iam_core::error_chain::ErrorChain;
use iam_core::sts_host::StsHost;

pub use ask::{Ask, Client, Refresh};
pub use clean::{CleanError, Cleaned, Left, Reason};
pub use directory::Unusable;
pub use key::{Key, KeyBuilder};
pub use location::CacheVariables;
pub use parent::Parent;
pub use token::SignedToken;

use credentials::RoleCredentials;
use directory::Directory;
use entry::Kind;
use slot::{Found, Slot};
use token::Tokens;

/// The cache: a directory for this user alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CacheDir {
    path: PathBuf,
}

impl CacheDir {
    /// The directory that `flag` names, else `token-exec` under `KUBECACHEDIR` or the platform's
    /// directory for caches. Without a home there is none, and nothing is kept.
    #[must_use]
    pub fn locate(flag: Option<&Path>, variables: &CacheVariables<'_>) -> Option<Self> {
        location::locate(flag, variables, location::Platform::HERE).map(|path| Self { path })
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The token for `host` that is kept as `key`, or the one that `fetch` makes, which is then
    /// kept.
    ///
    /// The key says all that decides what `fetch` makes, the cluster too: of a token read here,
    /// the host and the date alone can be told.
    ///
    /// # Errors
    /// Only those of `fetch`.
    pub fn token<E: Error>(
        &self,
        key: &Key,
        host: &StsHost,
        ask: &Ask<'_>,
        fetch: impl FnOnce(Client) -> Result<SignedToken, E>,
    ) -> Result<SignedToken, E> {
        self.obtain(key, &Tokens { host }, ask, fetch)
    }

    /// The credentials that are kept as `key`, or those that `fetch` gets, which are then kept if
    /// they have an end.
    ///
    /// # Errors
    /// Only those of `fetch`.
    pub fn credentials<E: Error>(
        &self,
        key: &Key,
        ask: &Ask<'_>,
        fetch: impl FnOnce(Client) -> Result<Credentials, E>,
    ) -> Result<Credentials, E> {
        self.obtain(key, &RoleCredentials, ask, fetch)
    }

    /// Removes what token-exec wrote here, and nothing else.
    ///
    /// # Errors
    /// When there is a directory and it cannot be read, or is not for this user alone.
    pub fn clean(&self, now: SystemTime) -> Result<Cleaned, CleanError> {
        clean::clean(&self.path, now)
    }

    fn obtain<K: Kind, E: Error>(
        &self,
        key: &Key,
        kind: &K,
        ask: &Ask<'_>,
        fetch: impl FnOnce(Client) -> Result<K::Value, E>,
    ) -> Result<K::Value, E> {
        let directory = match Directory::open_or_make(&self.path) {
            Ok(directory) => directory,
            Err(unusable) => {
                self.warn_of(&unusable);
                return fetch(Client::Content);
            }
        };
        let slot = Slot::new(&directory, key, kind, ask);
        let due = match slot.find() {
            Found::Good(entry) => return Ok(entry.value),
            Found::Due(entry) => Some(entry),
            Found::Nothing | Found::Refused => None,
        };
        // Where there is something to serve, nobody waits for the one who refreshes it.
        let wait = if due.is_some() {
            Duration::ZERO
        } else {
            ask.wait
        };
        let lock = lock::wait(&directory, &slot.lock_name(), wait);
        if lock.is_err() {
            if let Some(entry) = due {
                return Ok(slot.serve(entry));
            }
            tracing::debug!("no lock for {}: going on without", slot.path().display());
        }
        // Whoever held the lock has put something there.
        let client = match slot.find() {
            Found::Good(entry) => return Ok(entry.value),
            Found::Refused => Client::Refused,
            Found::Due(_) | Found::Nothing => Client::Content,
        };
        match (fetch(client), due) {
            (Ok(value), _) => {
                slot.keep(&value);
                Ok(value)
            }
            (Err(error), Some(entry)) => {
                tracing::warn!(
                    "what is kept is used once more, since it cannot be refreshed: {}",
                    ErrorChain(&error),
                );
                Ok(slot.serve(entry))
            }
            (Err(error), None) => Err(error),
        }
    }

    fn warn_of(&self, unusable: &Unusable) {
        tracing::warn!(
            "nothing is kept in {}: {}: {}",
            self.path.display(),
            ErrorChain(unusable),
            unusable.remedy(),
        );
    }
}

#[cfg(test)]
mod tests;
