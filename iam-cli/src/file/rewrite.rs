//! A file written anew in the place of the old one, which keeps what is not its bytes: links to it,
//! mode, owner and access control list.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{FileError, Mode, failed, filled, parent, settle, sync_parent};

/// Puts `bytes` in the place of a file's, through symbolic links: they stay, and so do the mode,
/// the owner and the access control list. A file that is not there yet is made for its owner alone.
///
/// One that is mounted by itself cannot be replaced, and is written over: there alone a reader may
/// see a part.
///
/// Nobody else may rewrite the file meanwhile: the temporary file has one name, so that one that was
/// left behind by somebody killed is taken away by the next.
///
/// # Errors
/// When the system refuses, the file may not be written, or it is none.
pub fn rewrite(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let refused = |source| failed(path, source);
    let target = destination(path).map_err(refused)?;
    let data = match target.metadata() {
        Ok(data) => data,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return settle(temporary(&target, bytes).map_err(refused)?, &target);
        }
        Err(source) => return Err(refused(source)),
    };
    if !data.is_file() {
        let path = path.to_owned();
        return Err(FileError::NotAFile { path });
    }
    // What may not be written in place is not to be replaced either.
    let old = OpenOptions::new().write(true).open(&target);
    let old = old.map_err(refused)?;
    let temporary = temporary(&target, bytes).map_err(refused)?;
    keep_owner(temporary.as_file(), &data).map_err(|source| FileError::Owner {
        path: path.to_owned(),
        source,
    })?;
    temporary
        .as_file()
        .set_permissions(data.permissions())
        .and_then(|()| keep_access_list(temporary.as_file(), &old))
        .map_err(refused)?;
    match temporary.persist(&target) {
        Ok(_) => sync_parent(&target),
        Err(error) if error.error.kind() == io::ErrorKind::ResourceBusy => {
            overwrite(&target, bytes).map_err(refused)
        }
        Err(error) => Err(refused(error.error)),
    }
}

/// Where symbolic links lead, though nothing may be there.
///
/// # Errors
/// When a link cannot be read, or links lead in a circle.
pub fn destination(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match path.symlink_metadata() {
            Ok(data) if data.file_type().is_symlink() => {
                path = parent(&path).join(fs::read_link(&path)?);
            }
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(path),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("symbolic links lead in a circle"))
}

/// The one temporary file for `path`.
fn temporary(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    let mut left = prefix.clone();
    left.push(SUFFIX);
    match fs::remove_file(parent(path).join(left)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(SUFFIX).rand_bytes(0);
    filled(&mut builder, path, bytes, Mode::Private)
}

/// Writes over the bytes of a file; the old ones are put back where there is no room for the new.
fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = fs::read(path)?;
    let write = |bytes: &[u8]| {
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.write_all(bytes)?;
        file.set_len(bytes.len() as u64)?;
        file.sync_all()
    };
    write(bytes).inspect_err(|_| {
        // They were there a moment ago. Of two errors the first says why.
        let _ = write(&old);
    })
}

#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let new = file.metadata()?;
    let [uid, gid] = [(old.uid(), new.uid()), (old.gid(), new.gid())];
    let changed = |(old, new)| (old != new).then_some(old);
    if (changed(uid), changed(gid)) == (None, None) {
        return Ok(());
    }
    std::os::unix::fs::fchown(file, changed(uid), changed(gid))
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _old: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// The mode's bits of the group bound the list where there is one: without it they would be what the
/// group may do.
///
/// <https://man7.org/linux/man-pages/man5/acl.5.html>
#[cfg(target_os = "linux")]
fn keep_access_list(file: &File, old: &File) -> io::Result<()> {
    use rustix::fs::{XattrFlags, fgetxattr, fremovexattr, fsetxattr};
    use rustix::io::Errno;
    const NAME: &str = "system.posix_acl_access";
    // As large as Linux lets an attribute be.
    let mut list = vec![0; 65_536];
    let copied = match fgetxattr(old, NAME, &mut list) {
        Ok(length) => fsetxattr(
            file,
            NAME,
            list.get(..length).unwrap_or_default(),
            XattrFlags::empty(),
        ),
        // The directory may have given the new file one.
        Err(Errno::NODATA) => fremovexattr(file, NAME),
        Err(error) => Err(error),
    };
    match copied {
        Ok(()) | Err(Errno::NODATA | Errno::NOTSUP) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn keep_access_list(_file: &File, _old: &File) -> io::Result<()> {
    Ok(())
}

const SUFFIX: &str = ".tmp";

/// As Linux follows them.
const MAX_LINKS: usize = 40;
