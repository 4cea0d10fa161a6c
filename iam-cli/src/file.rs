//! Whole-file writes: a reader sees the old file or the new one, never a part.
//!
//! The bytes go to a temporary file in the same directory, are flushed to the disk, and only then
//! take the name.

mod rewrite;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

pub use rewrite::{destination, rewrite};

/// Who may read a new file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// The owner alone: 0600.
    Private,
    /// Everybody: 0644.
    Public,
}

/// Why a file was not written. The file of that name is as it was.
#[derive(Debug, Error)]
pub enum FileError {
    /// A file of that name exists.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Something of that name that is no file: a directory, a device.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// What it is about.
        path: PathBuf,
    },
    /// The new file would not belong to whom the old one does.
    #[error("{} belongs to somebody else, and would not any more", path.display())]
    Owner {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl FileError {
    /// What kind of refusal it was.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Exists { .. } => io::ErrorKind::AlreadyExists,
            Self::NotAFile { .. } => io::ErrorKind::InvalidInput,
            Self::Owner { source, .. } | Self::Write { source, .. } => source.kind(),
        }
    }
}

/// Writes a file that must not exist yet.
///
/// # Errors
/// When a file of that name exists, or the system refuses.
pub fn create_new(path: &Path, bytes: &[u8], mode: Mode) -> Result<(), FileError> {
    let temporary = temporary(path, bytes, mode).map_err(|source| failed(path, source))?;
    settle(temporary, path)
}

/// Gives a temporary file a name that must be free.
fn settle(temporary: NamedTempFile, path: &Path) -> Result<(), FileError> {
    match temporary.persist_noclobber(path) {
        Ok(_) => sync_parent(path),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(FileError::Exists {
                path: path.to_owned(),
            })
        }
        Err(error) => Err(failed(path, error.error)),
    }
}

/// Writes a file, in place of one of that name if there is one.
///
/// # Errors
/// When the system refuses.
pub fn replace(path: &Path, bytes: &[u8], mode: Mode) -> Result<(), FileError> {
    let temporary = temporary(path, bytes, mode).map_err(|source| failed(path, source))?;
    temporary
        .persist(path)
        .map_err(|error| failed(path, error.error))?;
    sync_parent(path)
}

/// Writes files in place of those of their names. All are on the disk before the first takes its
/// name: a full disk leaves every one as it was, and none belongs to another time.
///
/// # Errors
/// When the system refuses.
pub fn replace_all(files: &[(&Path, &[u8], Mode)]) -> Result<(), FileError> {
    let mut written = Vec::new();
    for (path, bytes, mode) in files {
        let temporary = temporary(path, bytes, *mode).map_err(|source| failed(path, source))?;
        written.push((path, temporary));
    }
    for (path, temporary) in written {
        temporary
            .persist(path)
            .map_err(|error| failed(path, error.error))?;
        sync_parent(path)?;
    }
    Ok(())
}

fn temporary(path: &Path, bytes: &[u8], mode: Mode) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    filled(builder.prefix(".").suffix(".tmp"), path, bytes, mode)
}

/// A file beside `path` that holds `bytes`, on the disk.
fn filled(
    builder: &mut tempfile::Builder<'_, '_>,
    path: &Path,
    bytes: &[u8],
    mode: Mode,
) -> io::Result<NamedTempFile> {
    let mut file = with_mode(builder, mode).tempfile_in(parent(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(unix)]
fn with_mode<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
    mode: Mode,
) -> &'c mut tempfile::Builder<'a, 'b> {
    use std::os::unix::fs::PermissionsExt as _;
    let bits = match mode {
        Mode::Private => 0o600,
        Mode::Public => 0o644,
    };
    builder.permissions(std::fs::Permissions::from_mode(bits))
}

#[cfg(not(unix))]
fn with_mode<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
    _mode: Mode,
) -> &'c mut tempfile::Builder<'a, 'b> {
    builder
}

/// The directory that holds `path`.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the new name last: a rename is on the disk when its directory is.
fn sync_parent(path: &Path) -> Result<(), FileError> {
    if cfg!(unix) {
        std::fs::File::open(parent(path))
            .and_then(|directory| directory.sync_all())
            .map_err(|source| failed(path, source))?;
    }
    Ok(())
}

fn failed(path: &Path, source: io::Error) -> FileError {
    FileError::Write {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn creates_a_file_once_and_never_over_another() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        create_new(&path, b"one", Mode::Private).unwrap();
        let again = create_new(&path, b"two", Mode::Private);
        assert!(matches!(again, Err(FileError::Exists { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(names(directory.path()), ["f"]);
    }

    #[test]
    fn replaces_a_file_whole_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        replace(&path, b"one", Mode::Private).unwrap();
        replace(&path, b"two", Mode::Public).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(names(directory.path()), ["f"]);
    }

    #[test]
    fn replaces_all_files_or_none() {
        let directory = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| directory.path().join(name));
        let beyond = directory.path().join("none").join("f");
        let write = |last: &Path| {
            replace_all(&[(&one, b"new", Mode::Private), (last, b"new", Mode::Public)])
        };
        write(&other).unwrap();
        replace(&one, b"old", Mode::Private).unwrap();
        write(&beyond).unwrap_err();
        assert_eq!(std::fs::read(&one).unwrap(), b"old");
        let mut left = names(directory.path());
        left.sort();
        assert_eq!(left, ["one", "other"]);
    }

    #[test]
    fn names_the_file_when_its_directory_is_missing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("none").join("f");
        let error = create_new(&path, b"", Mode::Private).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot write {}", path.display())
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        for (name, mode, bits) in [("k", Mode::Private, 0o600), ("c", Mode::Public, 0o644)] {
            let path = directory.path().join(name);
            create_new(&path, b"", mode).unwrap();
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                bits
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn rewrites_through_links_and_keeps_them_and_the_mode() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        std::fs::create_dir(path("d")).unwrap();
        std::fs::write(path("d/f"), b"one").unwrap();
        std::fs::set_permissions(path("d/f"), std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink("d/f", path("l")).unwrap();
        symlink("l", path("ll")).unwrap();
        symlink("d/new", path("dangling")).unwrap();
        symlink("circle", path("circle")).unwrap();
        rewrite(&path("ll"), b"two").unwrap();
        rewrite(&path("dangling"), b"new").unwrap();
        let mode = |name| path(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (std::fs::read(path("d/f")).unwrap(), mode("d/f")),
            (b"two".to_vec(), 0o640)
        );
        assert_eq!(
            (std::fs::read(path("d/new")).unwrap(), mode("d/new")),
            (b"new".to_vec(), 0o600)
        );
        assert_eq!(std::fs::read_link(path("ll")).unwrap(), Path::new("l"));
        assert!(matches!(
            rewrite(&path("d"), b""),
            Err(FileError::NotAFile { .. })
        ));
        assert!(rewrite(&path("circle"), b"").is_err());
        let mut left = names(&path("d"));
        left.sort();
        assert_eq!(left, ["f", "new"]);
    }

    fn names(directory: &Path) -> Vec<String> {
        std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}
