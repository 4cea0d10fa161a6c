//! How the cache is asked.

use std::time::{Duration, SystemTime};

use super::parent::Parent;

/// How the cache is asked, and by whom.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The time, which is asked again after waiting.
    pub clock: &'a dyn Fn() -> SystemTime,
    /// The client, which is not served twice with the same. Without one, whoever asks is served.
    ///
    /// A client that is no client-go, as a shell is, asks as often as it likes and means nothing
    /// by it: give the parent only where `KUBERNETES_EXEC_INFO` is set.
    pub parent: Option<Parent>,
    /// How long to wait while another process refreshes: longer where a person is asked.
    pub wait: Duration,
    /// When to fetch although something is there.
    pub refresh: Refresh,
    /// Says when a new entry falls due, within a window: any number that differs from one machine
    /// to the next.
    pub seed: u64,
}

/// What is known of the client for which something is fetched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Client {
    /// Nothing that matters.
    Content,
    /// It was served with what is kept and asks again: whatever else was kept before it was
    /// refused may be to blame as well.
    Refused,
}

/// When to fetch although something is there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Refresh {
    /// Some time before it ends.
    #[default]
    Early,
    /// Not before it ends: where a fetch asks a person.
    AtEnd,
    /// Now: `--force-refresh`.
    Now,
}

impl<'a> Ask<'a> {
    /// Asks for nobody in particular, and waits two seconds.
    #[must_use]
    pub fn new(clock: &'a dyn Fn() -> SystemTime) -> Self {
        let since = clock()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            clock,
            parent: None,
            wait: Duration::from_secs(2),
            refresh: Refresh::default(),
            // Containers of a fleet have the same process ids, but not the same nanosecond.
            seed: u64::from(since.subsec_nanos()),
        }
    }
}
