//! Files that a platform keeps a secret in, and renews: read afresh each time.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::file;

/// A file without a secret in it. What it holds is never shown.
#[derive(Debug, Error)]
pub(super) enum SecretFileError {
    /// It cannot be read.
    #[error("reading {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing in it.
    #[error("{} is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// More in it than any token has.
    #[error("{} is larger than {MAX_LEN} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Something else in it: line breaks, spaces, binary data.
    #[error("{} holds more than one line of printable ASCII", path.display())]
    NoToken {
        /// The file.
        path: PathBuf,
    },
}

/// The token in a file, without white space around it.
pub(super) fn read(path: &Path) -> Result<String, SecretFileError> {
    let own = || path.to_owned();
    let bytes = file::read(path, MAX_LEN).map_err(|source| SecretFileError::Unreadable {
        path: own(),
        source,
    })?;
    if bytes.len() as u64 > MAX_LEN {
        return Err(SecretFileError::TooLarge { path: own() });
    }
    let token = bytes.trim_ascii();
    if token.is_empty() {
        return Err(SecretFileError::Empty { path: own() });
    }
    match String::from_utf8(token.to_vec()) {
        Ok(text) if is_token(&text) => Ok(text),
        Ok(_) | Err(_) => Err(SecretFileError::NoToken { path: own() }),
    }
}

/// Whether a text can stand in a header: printable ASCII on one line. A space inside is allowed, as
/// in `Bearer …`.
pub(super) fn is_token(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// STS takes 20,000 characters.
const MAX_LEN: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_token_is_one_line_of_a_small_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        let large = "a".repeat(usize::try_from(MAX_LEN).unwrap() + 1);
        let cases: [(&[u8], Result<&str, &str>); 7] = [
            (b"ey.J\n", Ok("ey.J")),
            (b"Bearer ey.J", Ok("Bearer ey.J")),
            (b"", Err("token is empty")),
            (b" \r\n", Err("token is empty")),
            (
                b"ey\nX-Evil: 1",
                Err("token holds more than one line of printable ASCII"),
            ),
            (
                b"\xff\xfe",
                Err("token holds more than one line of printable ASCII"),
            ),
            (large.as_bytes(), Err("token is larger than 65536 bytes")),
        ];
        let prefix = format!("{}/", directory.path().display());
        for (bytes, expected) in cases {
            fs::write(&path, bytes).unwrap();
            let found = read(&path).map_err(|error| error.to_string().replace(&prefix, ""));
            assert_eq!(found.as_deref(), expected.map_err(str::to_owned).as_deref());
        }
    }
}
