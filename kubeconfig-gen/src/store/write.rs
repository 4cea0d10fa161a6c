//! New texts put in place, under kubectl's locks.

use std::collections::BTreeSet;
use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use iam_cli::file;

use crate::error::Error;
use crate::lock::Locks;

/// A file, and what it becomes.
pub(crate) struct Write {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// Plans without locks, takes those of the files that change, reads again and writes: what others
/// wrote in between is seen, and planned with.
///
/// # Errors
/// What `read` and `plan` say; or when a lock is not to be had, or the system refuses a file.
pub(crate) fn under_locks<T: PartialEq, O>(
    read: impl Fn() -> Result<T, Error>,
    plan: impl Fn(&T) -> Result<(Vec<Write>, O), Error>,
) -> Result<O, Error> {
    let mut texts = read()?;
    let (mut writes, mut outcome) = plan(&texts)?;
    while !writes.is_empty() {
        let wanted = paths(&writes);
        for path in &wanted {
            make_directory_of(path)?;
        }
        let locks = Locks::take(wanted.iter().map(PathBuf::as_path), PATIENCE)?;
        let now = read()?;
        if now != texts {
            texts = now;
            (writes, outcome) = plan(&texts)?;
        }
        if paths(&writes).is_subset(&wanted) {
            for write in writes {
                file::rewrite(&write.path, write.text.as_bytes()).map_err(Error::Write)?;
            }
            return Ok(outcome);
        }
        drop(locks);
    }
    Ok(outcome)
}

fn paths(writes: &[Write]) -> BTreeSet<PathBuf> {
    writes.iter().map(|write| write.path.clone()).collect()
}

fn make_directory_of(path: &Path) -> Result<(), Error> {
    let target = file::destination(path).unwrap_or_else(|_| path.to_owned());
    for path in [path, &target] {
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        if let Some(parent) = parent {
            make_private(parent).map_err(|source| Error::Directory {
                path: parent.to_owned(),
                source,
            })?;
        }
    }
    Ok(())
}

/// Makes a directory and those above it, for the owner alone where they are new.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// An edit takes milliseconds: 32 at a time are through long before.
const PATIENCE: Duration = Duration::from_secs(20);
