//! The text of a file, and what is wrong with it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use iam_core::yaml::{Position, Span};
use thiserror::Error;

use crate::error::Error;

/// A file's text.
#[derive(Eq, PartialEq)]
pub(crate) struct Text {
    pub(crate) path: PathBuf,
    /// `None` where there is no file.
    pub(crate) content: Option<Result<String, ContentError>>,
}

/// A file that is not edited, with the place. The file is as it was.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub struct ContentError {
    path: PathBuf,
    position: Option<Position>,
    message: String,
    pub(crate) hint: &'static str,
}

impl ContentError {
    pub(crate) fn new(path: &Path, position: Option<Position>, message: String) -> Self {
        Self {
            path: path.to_owned(),
            position,
            message,
            hint: "kubectl does not read this file either: mend it; nothing was written",
        }
    }

    pub(crate) fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(Position { line, column, .. }) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Text {
    /// Reads a file; a missing one is none.
    pub(crate) fn read(path: PathBuf) -> Result<Self, Error> {
        let content = match bytes(&path) {
            Ok(bytes) => Some(utf8(&path, bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => {
                let file = path.display().to_string();
                return Err(Error::Read { file, source });
            }
        };
        Ok(Self { path, content })
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // Without room for all of it, it is read in pieces that begin with 32 bytes.
    let size = usize::try_from(metadata.len().min(MAX_BYTES)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(size + 32);
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn utf8(path: &Path, bytes: Vec<u8>) -> Result<String, ContentError> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let before = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default()).into_owned();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let position = Position {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            span: Span { start: at, end: at },
        };
        ContentError::new(path, Some(position), "this is not UTF-8".to_owned())
    })
}

/// More than the reader of YAML takes, so that it says what is too much.
const MAX_BYTES: u64 = (32 << 20) + 1;
