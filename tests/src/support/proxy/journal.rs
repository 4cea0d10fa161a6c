//! What a proxy was asked for.

use std::sync::{Mutex, PoisonError};

/// A request to the proxy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proxied {
    /// `CONNECT`, or the method of a request in absolute form.
    pub method: String,
    /// `host:port` of a `CONNECT`, `host` or `host:port` of a URL.
    pub authority: String,
    /// What it answered itself: 200 where it connected, 400, 403 for an address outside loopback,
    /// 407, 502 where nobody listens.
    pub status: u16,
}

#[derive(Default)]
pub(super) struct Journal(Mutex<Vec<Proxied>>);

impl Journal {
    pub(super) fn push(&self, proxied: Proxied) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(proxied);
    }

    pub(super) fn all(&self) -> Vec<Proxied> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
