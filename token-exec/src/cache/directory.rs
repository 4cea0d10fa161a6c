//! The directory of the cache, opened and checked once; every file in it is reached through it.
//!
//! On Unix that is a descriptor: whoever swaps the path for a link afterwards changes nothing.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thiserror::Error;

use super::trust::{Distrust, Trusted};
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub(super) use system::{read_at, write_at};

/// A directory that may be used.
pub(super) struct Directory {
    path: PathBuf,
    handle: system::Handle,
    warned: Cell<bool>,
}

/// What a name in the directory stands for, links not followed.
pub(super) struct Status {
    /// A file, and not a link, a directory or a device.
    pub(super) is_file: bool,
    /// It belongs to this user.
    pub(super) is_ours: bool,
    /// When it was last written, where that is known.
    pub(super) modified: Option<SystemTime>,
}

/// Why a directory is not used. It is left as it is.
#[derive(Debug, Error)]
pub enum Unusable {
    /// It cannot be made.
    #[error("it cannot be made")]
    Make(#[source] io::Error),
    /// It cannot be opened, or is a link.
    #[error("it is no directory, or a link to one, or cannot be opened")]
    Open(#[source] io::Error),
    /// Another user's.
    #[error("it belongs to another user, {owner}")]
    Foreign {
        /// The owner's id.
        owner: u32,
    },
    /// Others could put files there.
    #[error("others may write to it, its mode is {mode:04o}")]
    Writable {
        /// The permission bits.
        mode: u32,
    },
}

impl Unusable {
    /// The one thing to try.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Make(_) | Self::Open(_) | Self::Foreign { .. } => {
                "give another with --cache-dir, or --cache off"
            }
            Self::Writable { .. } => {
                "take the permission away with chmod go-w, or give another with --cache-dir"
            }
        }
    }
}

impl Directory {
    /// The directory, if there is one.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Unusable> {
        let handle = match system::open(path) {
            Err(Unusable::Open(error)) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(None);
            }
            opened => opened?,
        };
        Ok(Some(Self {
            path: path.to_owned(),
            handle,
            warned: Cell::new(false),
        }))
    }

    /// The directory, made for this user alone where there is none, as are those above it.
    pub(super) fn open_or_make(path: &Path) -> Result<Self, Unusable> {
        if let Some(directory) = Self::open(path)? {
            return Ok(directory);
        }
        system::make(path).map_err(Unusable::Make)?;
        let gone = || Unusable::Open(io::ErrorKind::NotFound.into());
        Self::open(path)?.ok_or_else(gone)
    }

    /// Where `name` is, for people to read.
    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Opens a file for reading, if it is there and to be trusted.
    pub(super) fn read(&self, name: &str) -> Option<Trusted> {
        self.checked(name, system::read(&self.handle, name))
    }

    /// Opens a file for reading and writing, made where there is none, if it is to be trusted.
    pub(super) fn update(&self, name: &str) -> Option<File> {
        let file = self.checked(name, system::update(&self.handle, name))?;
        Some(file.into_file())
    }

    /// Makes a file that must not exist yet, to be written.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        system::create(&self.handle, name)
    }

    /// Gives a file another name, which it takes from whatever had it.
    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        system::rename(&self.handle, from, to)
    }

    /// Takes a name away. What a link points to stays.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        system::remove(&self.handle, name)
    }

    /// What `name` begins with, whoever may read or write it.
    pub(super) fn beginning(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        system::read(&self.handle, name)?
            .take(BEGINNING)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Every name, in no order. One that is not UTF-8 is no name of ours and is shown as it can be.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        system::names(&self.handle)
    }

    /// What `name` stands for.
    pub(super) fn status(&self, name: &str) -> io::Result<Status> {
        system::status(&self.handle, name)
    }

    fn checked(&self, name: &str, opened: io::Result<File>) -> Option<Trusted> {
        match opened {
            Ok(file) => Trusted::new(file)
                .inspect_err(|distrust| self.complain(&self.path_of(name), distrust))
                .ok(),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    let path = self.path_of(name);
                    tracing::debug!("{} is not used: {error}", path.display());
                }
                None
            }
        }
    }

    /// Says why a file is not used: aloud and once where others may have read or written it.
    fn complain(&self, path: &Path, distrust: &Distrust) {
        let path = path.display();
        if distrust.is_exposure() && !self.warned.replace(true) {
            tracing::warn!("{path} is not used: {distrust}: remove it");
        } else {
            tracing::debug!("{path} is not used: {distrust}");
        }
    }
}

/// Enough to tell an entry.
const BEGINNING: u64 = 64;
