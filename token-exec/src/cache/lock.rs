//! One process at a time refreshes an entry; the others wait for what it gets.

use std::fs::{File, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use super::directory::Directory;

/// The right to refresh, until dropped. The system takes it back from a process that dies.
pub(super) struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NoLock {
    /// Another process holds it, and has for all the time that was waited.
    Held,
    /// The file is none that can be locked, by anybody.
    Unusable,
}

/// Waits for the lock, but not longer than `wait`: whoever holds it may be stopped, or asking a
/// person. Without it a refresh costs its price once more and is as right.
///
/// The file stays: removing it would let two processes hold locks of the same name. Only `clean`
/// and the sweep remove it, while they hold it, and whoever waited for that file sees that it is
/// gone.
pub(super) fn wait(directory: &Directory, name: &str, wait: Duration) -> Result<Lock, NoLock> {
    let start = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let file = directory.update(name).ok_or(NoLock::Unusable)?;
        loop {
            match file.try_lock() {
                Ok(()) if is_removed(&file) => break,
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    let path = directory.path_of(name);
                    tracing::debug!("{} cannot be locked: {error}", path.display());
                    return Err(NoLock::Unusable);
                }
            }
            let left = wait.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(NoLock::Held);
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }
}

#[cfg(unix)]
fn is_removed(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
}

/// Elsewhere the standard library does not say; the price is one fetch more.
#[cfg(not(unix))]
fn is_removed(_file: &File) -> bool {
    false
}

/// Short beside a call to STS, which takes tens of milliseconds.
const FIRST_PAUSE: Duration = Duration::from_millis(2);

/// Long enough that a thousand waiting processes cost a core nothing to speak of.
const LAST_PAUSE: Duration = Duration::from_millis(50);
