//! Reading one of the two AWS files into text, within bounds.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use thiserror::Error;

use crate::file;

/// Why the text of an AWS file is not to be had.
#[derive(Debug, Error)]
pub enum TextError {
    /// The system refused, or it is a directory.
    #[error("cannot read it")]
    Unreadable(#[source] io::Error),
    /// More than 4 MiB.
    #[error("it is larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    /// Bytes that are no UTF-8.
    #[error("line {line}: the text is not UTF-8")]
    NotUtf8 {
        /// The line, from 1.
        line: usize,
    },
}

/// A file as it was read.
pub(crate) struct TextFile {
    pub(crate) text: String,
    /// What the system said of it just before.
    pub(crate) metadata: Metadata,
}

/// The text of a file that the AWS SDKs may read, or `None` where there is no such file. A byte
/// order mark is taken off, as editors on Windows write one.
///
/// Nothing is below a `~` that nobody could expand, least of all a directory of that name where
/// the program happens to run: it may be somebody else's.
///
/// # Errors
/// When the file cannot be read, is too large, or is not UTF-8.
pub(crate) fn read(path: &Path) -> Result<Option<TextFile>, TextError> {
    if path.starts_with("~") {
        return Ok(None);
    }
    // Looking before opening finds a directory or an endless file early, and a file that is not
    // there is never opened.
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(TextError::Unreadable(error)),
    };
    if metadata.is_dir() {
        return Err(TextError::Unreadable(io::ErrorKind::IsADirectory.into()));
    }
    let bytes = file::read_seen(path, &metadata, MAX_BYTES).map_err(TextError::Unreadable)?;
    let text = check(bytes)?;
    Ok(Some(TextFile { text, metadata }))
}

/// Also true where a directory of the path is a file.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn check(bytes: Vec<u8>) -> Result<String, TextError> {
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err(TextError::TooLarge);
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let before = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to());
        TextError::NotUtf8 {
            line: before.filter(|&&byte| byte == b'\n').count() + 1,
        }
    })?;
    if text.starts_with(BYTE_ORDER_MARK) {
        text.remove(0);
    }
    Ok(text)
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Ten thousand profiles fit; a mistaken path to something huge does not.
const MAX_BYTES: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(bytes: &[u8]) -> String {
        match check(bytes.to_vec()) {
            Ok(text) => format!("ok {text:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn takes_utf_8_with_or_without_a_byte_order_mark() {
        let table: [(&[u8], &str); 5] = [
            (b"", "ok \"\""),
            (b"[a]\r\nb = c\r\n", "ok \"[a]\\r\\nb = c\\r\\n\""),
            (b"\xef\xbb\xbf[a]\n", "ok \"[a]\\n\""),
            (b"[a]\nb = \xe4\n", "line 2: the text is not UTF-8"),
            // UTF-16, as PowerShell's `>` once wrote it.
            (b"\xff\xfe[\0a\0]\0", "line 1: the text is not UTF-8"),
        ];
        for (bytes, expected) in table {
            assert_eq!(outcome(bytes), expected);
        }
    }

    #[test]
    fn refuses_more_than_four_mebibytes() {
        let limit = usize::try_from(MAX_BYTES).unwrap();
        assert!(check(vec![b'#'; limit]).is_ok());
        assert_eq!(outcome(&vec![b'#'; limit + 1]), "it is larger than 4 MiB");
    }
}
