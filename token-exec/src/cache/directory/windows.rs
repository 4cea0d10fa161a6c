//! The calls of Windows, where `%LOCALAPPDATA%` is the user's alone and files have no modes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::{Status, Unusable};

pub(super) type Handle = PathBuf;

pub(super) fn open(path: &Path) -> Result<Handle, Unusable> {
    let metadata = fs::symlink_metadata(path).map_err(Unusable::Open)?;
    if metadata.is_dir() {
        Ok(path.to_owned())
    } else {
        Err(Unusable::Open(io::ErrorKind::NotADirectory.into()))
    }
}

pub(super) fn make(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

pub(super) fn read(directory: &Handle, name: &str) -> io::Result<File> {
    open_file(directory, name, OpenOptions::new().read(true))
}

pub(super) fn update(directory: &Handle, name: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    open_file(directory, name, &options)
}

pub(super) fn create(directory: &Handle, name: &str) -> io::Result<File> {
    open_file(
        directory,
        name,
        OpenOptions::new().write(true).create_new(true),
    )
}

pub(super) fn rename(directory: &Handle, from: &str, to: &str) -> io::Result<()> {
    fs::rename(directory.join(from), directory.join(to))
}

pub(super) fn remove(directory: &Handle, name: &str) -> io::Result<()> {
    fs::remove_file(directory.join(name))
}

pub(super) fn names(directory: &Handle) -> io::Result<Vec<String>> {
    fs::read_dir(directory)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}

pub(super) fn status(directory: &Handle, name: &str) -> io::Result<Status> {
    let metadata = fs::symlink_metadata(directory.join(name))?;
    Ok(Status {
        is_file: metadata.is_file(),
        is_ours: true,
        modified: metadata.modified().ok(),
    })
}

/// Fills `bytes` from `offset` on.
pub(in super::super) fn read_at(mut file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}

/// Writes `bytes` from `offset` on.
pub(in super::super) fn write_at(mut file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

fn open_file(directory: &Handle, name: &str, options: &OpenOptions) -> io::Result<File> {
    let path = directory.join(name);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if !metadata.is_file() => Err(io::ErrorKind::InvalidInput.into()),
        Ok(_) | Err(_) => options.open(path),
    }
}
