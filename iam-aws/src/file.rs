//! Files of others, read within bounds of size and time.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// What is in a file, but never more than `limit` bytes and one.
///
/// # Errors
/// What the system says; `TimedOut` for a pipe or a device whose end does not come.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read_seen(path, &fs::metadata(path)?, limit)
}

/// What is in a file that was looked at before, as in [`read`].
///
/// # Errors
/// As there.
pub(crate) fn read_seen(path: &Path, seen: &Metadata, limit: u64) -> io::Result<Vec<u8>> {
    read_within(PATIENCE, path, seen, limit)
}

fn read_within(
    patience: Duration,
    path: &Path,
    seen: &Metadata,
    limit: u64,
) -> io::Result<Vec<u8>> {
    if seen.is_file() {
        return read_file(path, seen.len(), limit);
    }
    // Nothing ends a read of a pipe that nobody writes to, nor opening it: the thread may be left.
    let (sender, receiver) = mpsc::channel();
    let path = path.to_owned();
    thread::Builder::new()
        .name("file".to_owned())
        .spawn(move || sender.send(read_to_end(&path, limit)))?;
    receiver
        .recv_timeout(patience)
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// A regular file of `size` bytes. A read that gives just as many where there was room for more has
/// come to the end: of most files it is the only one.
fn read_file(path: &Path, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?.take(limit.saturating_add(1));
    // A size of nothing, or an immense one, is not believed.
    let room = usize::try_from(size.min(limit)).unwrap_or_default();
    let mut bytes = vec![0; room.saturating_add(1)];
    let length = file.read(&mut bytes)?;
    bytes.truncate(length);
    if length == 0 || length != room {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn read_to_end(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whoever writes to a pipe has begun before us.
const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_to_the_limit_and_a_byte_beyond() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "abcdef").unwrap();
        for (limit, expected) in [(0, "a"), (3, "abcd"), (5, "abcdef"), (u64::MAX, "abcdef")] {
            assert_eq!(read(&path, limit).unwrap(), expected.as_bytes());
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_is_read_to_its_end_whatever_its_size_is_said_to_be() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "abcdef").unwrap();
        for size in [0, 1, 5, 6, 7, u64::MAX] {
            assert_eq!(read_file(&path, size, 9).unwrap(), b"abcdef", "{size}");
        }
        // The kernel says that it is empty.
        let itself = Path::new("/proc/self/stat");
        let begins = format!("{} (", std::process::id());
        assert!(read(itself, 4_096).unwrap().starts_with(begins.as_bytes()));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read_to_its_end_and_not_waited_for_without_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let kind = |read: io::Result<Vec<u8>>| read.map_err(|error| error.kind());
        let within =
            |patience, path: &Path| read_within(patience, path, &fs::metadata(path).unwrap(), 9);
        let silent = within(Duration::from_millis(1), &path);
        assert_eq!(kind(silent), Err(io::ErrorKind::TimedOut));
        let other = directory.path().join("other");
        let made = std::process::Command::new("mkfifo").arg(&other).status();
        assert!(made.unwrap().success());
        let written = other.clone();
        let writer = thread::spawn(move || fs::write(written, "text"));
        assert_eq!(kind(within(Duration::MAX, &other)), Ok(b"text".to_vec()));
        writer.join().unwrap().unwrap();
    }
}
