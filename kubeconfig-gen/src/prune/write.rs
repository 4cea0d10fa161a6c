//! Writes what is left of a file, under kubectl's lock.

use std::fs;

use iam_cli::file;

use super::plan::Removal;
use crate::error::Error;
use crate::lock::Locks;
use crate::store::PATIENCE;

/// Puts the file's new text in the place of the one that the plan was made from; through links, and
/// with the mode and the owner that it had.
///
/// # Errors
/// When somebody else holds the lock, the file is not as it was, or it cannot be written.
pub(super) fn write(removal: &Removal) -> Result<(), Error> {
    let path = removal.path.clone();
    let _locks = Locks::take([path.as_path()], PATIENCE)?;
    let now = fs::read(&path).map_err(|source| Error::Read {
        file: path.display().to_string(),
        source,
    })?;
    if now != removal.before.as_bytes() {
        return Err(Error::Changed { path });
    }
    file::rewrite(&path, removal.after.as_bytes()).map_err(Error::Write)
}
