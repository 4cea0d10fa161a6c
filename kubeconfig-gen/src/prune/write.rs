//! Writes what is left of a file, under kubectl's lock.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use iam_cli::file::{self, Mode};

use super::plan::Removal;
use crate::error::Error;

/// Puts the file's new text in the place of the one that the plan was made from; through links, and
/// with the mode that it had.
///
/// # Errors
/// When somebody else holds the lock, the file is not as it was, or it cannot be written.
pub(super) fn write(removal: &Removal) -> Result<(), Error> {
    let failed = |source: io::Error| Error::Read {
        file: removal.path.display().to_string(),
        source,
    };
    let path = fs::canonicalize(&removal.path).map_err(failed)?;
    let _lock = Lock::take(&path)?;
    if fs::read(&path).map_err(failed)? != removal.before.as_bytes() {
        return Err(Error::Changed { path });
    }
    let permissions = fs::metadata(&path).map_err(failed)?.permissions();
    file::replace(&path, removal.after.as_bytes(), Mode::Private).map_err(Error::Write)?;
    fs::set_permissions(&path, permissions).map_err(failed)
}

/// `NAME.lock`, which kubectl makes as well.
struct Lock(PathBuf);

impl Lock {
    fn take(file: &Path) -> Result<Self, Error> {
        let mut name = file.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => Ok(Self(path)),
            Err(source) => Err(Error::Locked { path, source }),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!("the lock {} stays: {error}", self.0.display());
        }
    }
}
