//! Keys that a service hands out, and for how long it says they are good.

use std::time::SystemTime;

use crate::support::clock::{rfc3339, shifted};
use crate::support::keys::Keys;

/// Keys of a session, handed out for so many seconds from each asking.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    pub(crate) keys: Keys,
    pub(crate) seconds: i64,
}

impl Lease {
    /// For an hour.
    pub(crate) fn new(keys: &Keys) -> Self {
        Self {
            keys: keys.clone(),
            seconds: 3600,
        }
    }

    pub(crate) fn token(&self) -> &str {
        self.keys.session_token.as_deref().unwrap_or_default()
    }

    pub(crate) fn end(&self, now: SystemTime) -> SystemTime {
        shifted(now, self.seconds)
    }

    pub(crate) fn expiration(&self, now: SystemTime) -> String {
        rfc3339(self.end(now))
    }
}
