//! A file in which the AWS CLI keeps a session: read as it is, and written as the CLI writes it.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use tempfile::NamedTempFile;
use thiserror::Error;

use crate::document::{self, DocumentError};
use crate::shared_config::{TextError, read_text};

/// The file of one session.
pub(super) struct SessionFile {
    path: PathBuf,
}

/// Why a session is not to be had from its file.
#[derive(Debug, Error)]
pub(super) enum SessionFileError {
    /// Nobody signed in.
    #[error("nobody has signed in: there is no {}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Its text is not to be had.
    #[error("{}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TextError,
    },
    /// Something else stands in it.
    #[error("{}", path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: DocumentError,
    },
}

impl SessionFile {
    pub(super) fn new(directory: &Path, name: &str) -> Self {
        Self {
            path: directory.join(name).with_extension("json"),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The whole object that stands in it.
    pub(super) fn read(&self) -> Result<Map<String, Value>, SessionFileError> {
        let path = || self.path.clone();
        let file = read_text(&self.path)
            .map_err(|source| SessionFileError::Text {
                path: path(),
                source,
            })?
            .ok_or_else(|| SessionFileError::Missing { path: path() })?;
        document::parse(file.text.as_bytes()).map_err(|source| self.fault(source))
    }

    /// What is wrong with what was read from it.
    pub(super) fn fault(&self, source: DocumentError) -> SessionFileError {
        SessionFileError::Document {
            path: self.path.clone(),
            source,
        }
    }

    /// Puts `object` in its place, whole or not at all, for its owner alone.
    pub(super) fn write(&self, object: &Map<String, Value>) -> io::Result<()> {
        let directory = self.path.parent().ok_or(io::ErrorKind::NotFound)?;
        // Its mode is 0600.
        let mut file = NamedTempFile::with_suffix_in(".tmp", directory)?;
        file.write_all(&serde_json::to_vec(object)?)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn outcome(file: &SessionFile) -> Result<Map<String, Value>, String> {
        file.read().map_err(|error| match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        })
    }

    #[test]
    fn says_what_is_wrong_with_a_file_without_quoting_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = SessionFile::new(directory.path(), "0a1b");
        let path = directory.path().join("0a1b.json");
        let shown = path.display();
        let missing = format!("nobody has signed in: there is no {shown}");
        assert_eq!(outcome(&file), Err(missing));
        for (bytes, expected) in [
            (&b"s3cret"[..], "it is not JSON (line 1, column 1)"),
            (b"[]", "it is not a JSON object"),
            (b"{\"a\": \"\xff\"}", "line 1: the text is not UTF-8"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(outcome(&file), Err(format!("{shown}: {expected}")));
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(outcome(&file), Err(format!("{shown}: cannot read it")));
    }

    #[test]
    fn writes_what_it_reads_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = SessionFile::new(directory.path(), "0a1b");
        std::fs::write(file.path(), "{\"old\": 1}").unwrap();
        let object = document::parse(b"{\"a\": {\"b\": [1, null]}}").unwrap();
        file.write(&object).unwrap();
        assert_eq!(outcome(&file), Ok(object));
        let names = std::fs::read_dir(directory.path()).unwrap();
        assert_eq!(names.count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_it_writes_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let file = SessionFile::new(directory.path(), "0a1b");
        std::fs::write(file.path(), "{}").unwrap();
        file.write(&Map::new()).unwrap();
        let mode = std::fs::metadata(file.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
