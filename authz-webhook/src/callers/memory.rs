//! The bounded memory of callers, and the shorter one of tokens that STS rejected.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use quick_cache::sync::Cache;
use tokio::time::Instant;

use super::token_key::TokenKey;
use crate::identity::Caller;
use crate::refusal::Refusal;

/// About 630 bytes each, 6 MiB in all. More tokens than that in their 15 minutes cost STS a question
/// each, and memory nothing.
const MOST_CALLERS: usize = 10_000;
const MOST_REJECTIONS: usize = 10_000;
/// A rejection spares STS the same question in a loop; a key that was just made active must not
/// wait long.
const REJECTED_FOR: Duration = Duration::from_secs(10);

/// Callers and rejections, each within a bound.
#[derive(Debug)]
pub(super) struct Memory {
    freshness: Duration,
    callers: Cache<TokenKey, Known>,
    rejections: Cache<TokenKey, Rejection>,
}

/// A caller and until when he is known, by the clock on the wall and by the one that never jumps.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) caller: Arc<Caller>,
    fresh_until: Instant,
    expires_at: SystemTime,
    dies_at: Instant,
}

impl Known {
    /// Whether STS need not be asked.
    pub(super) fn is_fresh(&self) -> bool {
        Instant::now() < self.fresh_until
    }

    /// Whether the token is still within its 15 minutes, by both clocks.
    pub(super) fn is_alive(&self, now: SystemTime) -> bool {
        now < self.expires_at && Instant::now() < self.dies_at
    }
}

#[derive(Clone, Debug)]
struct Rejection {
    refusal: Refusal,
    until: Instant,
}

impl Memory {
    pub(super) fn new(freshness: Duration) -> Self {
        Self {
            freshness,
            callers: Cache::new(MOST_CALLERS),
            rejections: Cache::new(MOST_REJECTIONS),
        }
    }

    /// The caller of this token, while the token lives.
    pub(super) fn known(&self, key: &TokenKey, now: SystemTime) -> Option<Known> {
        let known = self.callers.get(key)?;
        if known.is_alive(now) {
            return Some(known);
        }
        self.callers.remove(key);
        None
    }

    /// STS vouched for the caller; the token expires at `expires_at`, which is `dies_at` by the
    /// clock that never jumps.
    pub(super) fn learn(
        &self,
        key: TokenKey,
        caller: Arc<Caller>,
        expires_at: SystemTime,
        dies_at: Instant,
    ) {
        let fresh_until = (Instant::now() + self.freshness).min(dies_at);
        self.callers.insert(
            key,
            Known {
                caller,
                fresh_until,
                expires_at,
                dies_at,
            },
        );
    }

    /// The rejection of this token, while it is recent.
    pub(super) fn rejection(&self, key: &TokenKey) -> Option<Refusal> {
        let rejection = self.rejections.get(key)?;
        if Instant::now() < rejection.until {
            return Some(rejection.refusal);
        }
        self.rejections.remove(key);
        None
    }

    /// STS rejected the token: whoever it stood for is forgotten.
    pub(super) fn reject(&self, key: TokenKey, refusal: Refusal) {
        self.forget(&key);
        self.rejections.insert(
            key,
            Rejection {
                refusal,
                until: Instant::now() + REJECTED_FOR,
            },
        );
    }

    /// Forgets the caller.
    pub(super) fn forget(&self, key: &TokenKey) {
        self.callers.remove(key);
    }
}
