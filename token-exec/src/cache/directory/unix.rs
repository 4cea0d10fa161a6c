//! The calls of Unix: everything relative to the descriptor of the directory, no link followed.

use std::ffi::OsString;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, renameat, statat, unlinkat};
use rustix::process::geteuid;

use super::{Status, Unusable};

pub(super) type Handle = File;

pub(super) fn open(path: &Path) -> Result<Handle, Unusable> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle: File = openat(CWD, path, flags, Mode::empty())
        .map_err(|error| Unusable::Open(error.into()))?
        .into();
    let metadata = handle.metadata().map_err(Unusable::Open)?;
    if metadata.uid() != geteuid().as_raw() {
        return Err(Unusable::Foreign {
            owner: metadata.uid(),
        });
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(Unusable::Writable {
            mode: metadata.mode() & 0o7777,
        });
    }
    Ok(handle)
}

pub(super) fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

pub(super) fn read(directory: &Handle, name: &str) -> io::Result<File> {
    open_file(directory, name, OFlags::RDONLY)
}

pub(super) fn update(directory: &Handle, name: &str) -> io::Result<File> {
    open_file(directory, name, OFlags::RDWR | OFlags::CREATE)
}

pub(super) fn create(directory: &Handle, name: &str) -> io::Result<File> {
    open_file(
        directory,
        name,
        OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL,
    )
}

pub(super) fn rename(directory: &Handle, from: &str, to: &str) -> io::Result<()> {
    Ok(renameat(directory, from, directory, to)?)
}

pub(super) fn remove(directory: &Handle, name: &str) -> io::Result<()> {
    Ok(unlinkat(directory, name, AtFlags::empty())?)
}

pub(super) fn names(directory: &Handle) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let name = OsString::from_vec(entry?.file_name().to_bytes().to_owned());
        if name != "." && name != ".." {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

pub(super) fn status(directory: &Handle, name: &str) -> io::Result<Status> {
    let stat = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
    let seconds = u64::try_from(stat.st_mtime).ok();
    Ok(Status {
        is_file: FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile,
        is_ours: stat.st_uid == geteuid().as_raw(),
        modified: seconds.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds)),
    })
}

/// Fills `bytes` from `offset` on.
pub(in super::super) fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    file.read_exact_at(bytes, offset)
}

/// Writes `bytes` from `offset` on.
pub(in super::super) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}

/// Without waiting for the other end of a pipe, and without a terminal becoming ours.
fn open_file(directory: &Handle, name: &str, flags: OFlags) -> io::Result<File> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    Ok(openat(directory, name, flags, Mode::RUSR | Mode::WUSR)?.into())
}
