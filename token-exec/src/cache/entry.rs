//! What an entry holds besides its value, and when it may be served.

use std::time::{Duration, SystemTime};

use iam_core::time::{Rfc3339, TimeError};
use serde::Serialize;
use thiserror::Error;
use zeroize::Zeroizing;

use super::early::Early;
use super::key::Key;

/// What is kept: how it is written and read, and how long it is good.
pub(super) trait Kind {
    /// What is kept.
    type Value;

    /// How early it is refreshed.
    const EARLY: Early;

    /// Longer than any of its kind lives: an entry that claims more is not believed.
    const MAX_LIFE: Duration;

    /// With less than this left it is neither kept nor served.
    const MIN_LEFT: Duration;

    /// When a value was made and when it ends; `None` for one that is not kept. `now` is when it
    /// was got.
    fn life(&self, value: &Self::Value, now: SystemTime) -> Option<Life>;

    /// The text of an entry.
    fn encode(&self, key: &Key, value: &Self::Value, times: &Times) -> Encoded;

    /// Reads the text of an entry.
    fn decode(&self, key: &Key, text: &[u8]) -> Result<(Self::Value, Times), Corrupt>;

    /// Until when a client that is served at `now` has no reason of its own to ask again.
    fn content_until(times: &Times, now: SystemTime) -> SystemTime;

    /// Whether the client that a value was made for counts as served with it.
    const MAKING_IS_SERVING: bool;
}

/// The bytes of an entry; an error only where a time is outside the years 1970 to 9999.
pub(super) type Encoded = Result<Zeroizing<Vec<u8>>, TimeError>;

/// From when until when a value is good.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Life {
    pub(super) made_at: SystemTime,
    pub(super) expiration: SystemTime,
}

/// The times of an entry, in whole seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Times {
    pub(super) made_at: Rfc3339,
    pub(super) refresh_after: Rfc3339,
    pub(super) expiration: Rfc3339,
}

impl Times {
    /// The times of a new entry; `seed` says where in the window it falls due.
    pub(super) fn new<K: Kind>(life: Life, seed: u64) -> Result<Self, TimeError> {
        let Life {
            made_at,
            expiration,
        } = life;
        Ok(Self {
            made_at: Rfc3339::new(made_at)?,
            refresh_after: Rfc3339::new(K::EARLY.refresh_after(made_at, expiration, seed))?,
            expiration: Rfc3339::new(expiration)?,
        })
    }

    /// Reads the three times of an entry.
    pub(super) fn parse(made_at: &str, after: &str, expiration: &str) -> Result<Self, Corrupt> {
        let time = |text: &str| text.parse::<Rfc3339>().map_err(|_| Corrupt::Time);
        Ok(Self {
            made_at: time(made_at)?,
            refresh_after: time(after)?,
            expiration: time(expiration)?,
        })
    }

    /// What to do with the entry at `now`.
    pub(super) fn state<K: Kind>(&self, now: SystemTime) -> State {
        let [made_at, after, end] =
            [self.made_at, self.refresh_after, self.expiration].map(Rfc3339::instant);
        let life = end.duration_since(made_at).ok();
        let is_sensible =
            made_at <= after && after <= end && life.is_some_and(|life| life <= K::MAX_LIFE);
        // An entry from the future: the clock was set back, and how far nobody knows.
        if !is_sensible || made_at > now || now + K::MIN_LEFT >= end {
            State::Over
        } else if now >= after {
            State::Due
        } else {
            State::Good
        }
    }
}

/// What may be done with an entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// Serve it.
    Good,
    /// Get another; serve it if there is none.
    Due,
    /// Not good any more, or not sensible.
    Over,
}

/// Why an entry cannot be read. Nothing of its text is shown: that may be a secret.
#[derive(Debug, Eq, Error, PartialEq)]
pub(super) enum Corrupt {
    #[error("it is not an entry's JSON at line {line} column {column}")]
    Json { line: usize, column: usize },
    #[error("it is of another version or kind")]
    Version,
    #[error("it was written under another name")]
    Key,
    #[error("one of its times cannot be read")]
    Time,
    #[error("its value cannot be read")]
    Value,
}

impl From<serde_json::Error> for Corrupt {
    fn from(error: serde_json::Error) -> Self {
        Self::Json {
            line: error.line(),
            column: error.column(),
        }
    }
}

/// What every entry begins with.
pub(super) struct Header<'a> {
    pub(super) api_version: &'a str,
    pub(super) kind: &'a str,
    pub(super) key: &'a str,
}

impl Header<'_> {
    /// Whether this is the entry `key` of `kind`.
    pub(super) fn check(&self, kind: &str, key: &Key) -> Result<(), Corrupt> {
        if self.api_version != API_VERSION || self.kind != kind {
            Err(Corrupt::Version)
        } else if self.key != key.to_string() {
            Err(Corrupt::Key)
        } else {
            Ok(())
        }
    }
}

/// `document` as JSON, in a buffer that need not grow to `capacity`.
pub(super) fn written(document: &impl Serialize, capacity: usize) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    serde_json::to_writer(&mut *bytes, document).expect("a struct of strings can be written");
    bytes.push(b'\n');
    bytes
}

/// The version of the entries' form.
pub(super) const API_VERSION: &str = "token-exec/v1";

/// What entries of every version begin with.
pub(super) const MARK: &[u8] = b"{\"apiVersion\":\"token-exec/";

/// More than an entry has beside its value.
pub(super) const FRAME_BYTES: usize = 512;
