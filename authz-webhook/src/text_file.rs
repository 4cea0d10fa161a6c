//! Text files that somebody else writes.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// The text of the regular file at `path`. A pipe, which need not end, is none, and of a file that
/// is too long no more is read than shows it.
///
/// # Errors
/// The system refuses, or the file is not regular, longer than `most` bytes, or not UTF-8.
pub fn read(path: &Path, most: usize) -> io::Result<String> {
    // Before opening: that alone would wait for a pipe's writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        let why = format!("larger than {} MiB", most >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8"))
}

/// Of a file whose reader has limits of its own.
pub const LONGEST: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_regular_file_up_to_its_limit() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        let said = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            read(&path, 1 << 20).map_err(|error| error.to_string())
        };
        let longest = "é".repeat(1 << 19);
        assert_eq!(said(longest.as_bytes()), Ok(longest.clone()));
        let longer = format!("{longest}é");
        let too_large = Err("larger than 1 MiB".to_owned());
        assert_eq!(said(longer.as_bytes()), too_large);
        assert_eq!(said(b"\xff"), Err("not UTF-8".to_owned()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn waits_for_no_device_or_directory() {
        for path in ["/dev/zero", "/"] {
            let error = read(Path::new(path), 1 << 20).unwrap_err();
            assert_eq!(error.to_string(), "not a regular file");
        }
    }
}
