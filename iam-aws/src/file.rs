//! Files of others, read within bounds of size and time.

use std::fs::{self, File};
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
    read_within(PATIENCE, path, limit)
}

fn read_within(patience: Duration, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_file() {
        return read_to_end(path, limit);
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

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read_to_its_end_and_not_waited_for_without_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let kind = |read: io::Result<Vec<u8>>| read.map_err(|error| error.kind());
        let silent = read_within(Duration::from_millis(1), &path, 9);
        assert_eq!(kind(silent), Err(io::ErrorKind::TimedOut));
        let other = directory.path().join("other");
        let made = std::process::Command::new("mkfifo").arg(&other).status();
        assert!(made.unwrap().success());
        let written = other.clone();
        let writer = thread::spawn(move || fs::write(written, "text"));
        assert_eq!(
            kind(read_within(Duration::MAX, &other, 9)),
            Ok(b"text".to_vec())
        );
        writer.join().unwrap().unwrap();
    }
}
