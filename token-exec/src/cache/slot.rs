//! The place of one entry: looked into, filled.

use std::error::Error;
use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::PathBuf;

use super::ask::{Ask, Refresh};
use super::clean;
use super::directory::Directory;
use super::entry::{Kind, State, Times};
use super::key::Key;
use super::served::Served;

/// The place of the entry `key`.
pub(super) struct Slot<'a, K> {
    directory: &'a Directory,
    key: &'a Key,
    /// What the names of its files begin with.
    name: String,
    kind: &'a K,
    ask: &'a Ask<'a>,
}

/// What is in a place.
pub(super) enum Found<V> {
    /// What may be served, and now counts as served.
    Good(Entry<V>),
    /// What may be served if nothing better is to be had.
    Due(Entry<V>),
    /// Nothing, or nothing that this client may have.
    Nothing,
    /// What this client was served with before.
    Refused,
}

/// What may be served.
pub(super) struct Entry<V> {
    pub(super) value: V,
    times: Times,
    served: Option<Served>,
}

impl<'a, K: Kind> Slot<'a, K> {
    pub(super) fn new(
        directory: &'a Directory,
        key: &'a Key,
        kind: &'a K,
        ask: &'a Ask<'a>,
    ) -> Self {
        Self {
            directory,
            key,
            name: key.to_string(),
            kind,
            ask,
        }
    }

    /// Where the entry is, for people to read.
    pub(super) fn path(&self) -> PathBuf {
        self.directory.path_of(&self.entry_name())
    }

    pub(super) fn lock_name(&self) -> String {
        format!("{}{LOCK}", self.name)
    }

    /// Looks for an entry that this client may have. A good one counts as served from here on.
    pub(super) fn find(&self) -> Found<K::Value> {
        if self.ask.refresh == Refresh::Now {
            return Found::Nothing;
        }
        let Some((value, times)) = self.read() else {
            return Found::Nothing;
        };
        // The time after reading: an entry made in between is not one from the future.
        let is_due = match times.state::<K>((self.ask.clock)()) {
            State::Over => return Found::Nothing,
            State::Due => self.ask.refresh == Refresh::Early,
            State::Good => false,
        };
        let served = match self.unless_served(&times) {
            Ok(served) => served,
            Err(Unserved::Refused) => {
                tracing::debug!("the client was served with this before: fetching afresh");
                return Found::Refused;
            }
            Err(Unserved::Unknown) => {
                tracing::debug!("the client may have been served with this: fetching afresh");
                return Found::Nothing;
            }
        };
        let entry = Entry {
            value,
            times,
            served,
        };
        if is_due {
            Found::Due(entry)
        } else if self.note(&entry) {
            Found::Good(entry)
        } else {
            Found::Nothing
        }
    }

    /// The value of `entry`, which counts as served from here on.
    pub(super) fn serve(&self, entry: Entry<K::Value>) -> K::Value {
        self.note(&entry);
        entry.value
    }

    /// Keeps `value`, if it can be kept.
    pub(super) fn keep(&self, value: &K::Value) {
        let now = (self.ask.clock)();
        let Some(times) = self.times(value) else {
            return;
        };
        if times.state::<K>(now) == State::Over {
            tracing::debug!(
                "nothing is kept: too little is left of it, or it claims to live too long"
            );
            return;
        }
        let written = match self.kind.encode(self.key, value, &times) {
            Ok(text) => self.write(&text),
            Err(error) => Err(io::Error::other(error)),
        };
        if let Err(error) = written {
            tracing::warn!("cannot write {}: {error}", self.path().display());
            return;
        }
        if K::MAKING_IS_SERVING {
            self.note_maker(&times);
        }
        clean::sweep(self.directory, now);
    }

    fn times(&self, value: &K::Value) -> Option<Times> {
        let life = self.kind.life(value, (self.ask.clock)())?;
        Times::new::<K>(life, self.ask.seed).ok()
    }

    fn read(&self) -> Option<(K::Value, Times)> {
        let file = self.directory.read(&self.entry_name())?;
        let text = file.contents().inspect_err(|error| self.pass_over(error));
        let read = self.kind.decode(self.key, &text.ok()?);
        read.inspect_err(|corrupt| self.pass_over(corrupt)).ok()
    }

    fn pass_over(&self, why: &dyn Error) {
        tracing::debug!("{} is not used: {why}", self.path().display());
    }

    /// The record of who was served; an error when this client was, or it cannot be known.
    fn unless_served(&self, times: &Times) -> Result<Option<Served>, Unserved> {
        let Some(parent) = self.ask.parent else {
            return Ok(None);
        };
        let served = self.served().ok_or(Unserved::Unknown)?;
        if served.includes(parent, times.made_at, (self.ask.clock)()) {
            Err(Unserved::Refused)
        } else {
            Ok(Some(served))
        }
    }

    /// Notes that the client is served. If that fails, a client that is refused would be served
    /// with the same again and again.
    fn note(&self, entry: &Entry<K::Value>) -> bool {
        let (Some(parent), Some(served)) = (self.ask.parent, &entry.served) else {
            return true;
        };
        let until = K::content_until(&entry.times, (self.ask.clock)());
        served
            .add(parent, entry.times.made_at, until)
            .inspect_err(|error| tracing::debug!("cannot note who is served: {error}"))
            .is_ok()
    }

    fn note_maker(&self, times: &Times) {
        let Some(parent) = self.ask.parent else {
            return;
        };
        let served = self.served().or_else(|| {
            // What has its name is no record; in this directory only this user can have put it.
            self.directory.remove(&self.served_name()).ok()?;
            self.served()
        });
        let until = K::content_until(times, (self.ask.clock)());
        let noted = served.map(|served| served.add(parent, times.made_at, until));
        if !matches!(noted, Some(Ok(()))) {
            tracing::debug!("cannot note who is served");
        }
    }

    fn served(&self) -> Option<Served> {
        self.directory.update(&self.served_name()).map(Served::new)
    }

    /// Whoever reads sees the entry before or the new one, and never a part; nor does a crash of
    /// the system leave a part, since the bytes are on the disk before the name is theirs. The
    /// directory is not flushed: if the name is lost, so is nothing but a fetch.
    fn write(&self, text: &[u8]) -> io::Result<()> {
        let (name, mut file) = self.temporary()?;
        file.write_all(text)
            .and_then(|()| file.sync_all())
            .and_then(|()| self.directory.rename(&name, &self.entry_name()))
            .inspect_err(|_| {
                // What cannot be removed now is swept later.
                let _ = self.directory.remove(&name);
            })
    }

    fn temporary(&self) -> io::Result<(String, File)> {
        let mut attempts = 0;
        loop {
            // A number that nobody guesses is not needed where nobody else may write; one that is
            // seldom drawn twice is.
            let random = RandomState::new().hash_one(std::process::id());
            let name = format!("{}.{random:016x}{TEMPORARY}", self.name);
            match self.directory.create(&name) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempts < 8 => {
                    attempts += 1;
                }
                created => return Ok((name, created?)),
            }
        }
    }

    fn entry_name(&self) -> String {
        format!("{}{ENTRY}", self.name)
    }

    fn served_name(&self) -> String {
        format!("{}{SERVED}", self.name)
    }
}

/// Why an entry is not for a client.
enum Unserved {
    /// It was served with it before.
    Refused,
    /// Whether it was cannot be known.
    Unknown,
}

pub(super) const ENTRY: &str = ".json";
pub(super) const LOCK: &str = ".lock";
pub(super) const SERVED: &str = ".served";
pub(super) const TEMPORARY: &str = ".tmp";
