//! The `AccessEntries` source: `server.accessEntries`, files and directories of files.

use std::io;
use std::path::{Path, PathBuf};

use iam_core::access_entry::{Document, DocumentError};
use iam_core::error_chain::ErrorChain;
use thiserror::Error;

use super::Held;
use super::access_table::{AccessDocument, AccessTable};
use super::file_source::{FileSource, Judgement, Reading};
use crate::text_file;

/// Why nothing was read.
#[derive(Debug, Error)]
pub enum AccessFileError {
    /// The file or directory cannot be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file holds no access entries.
    #[error("{}", .path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: DocumentError,
    },
}

/// The files and directories of the configuration.
#[derive(Clone, Debug)]
pub(super) struct AccessFiles(pub(super) Vec<PathBuf>);

impl FileSource for AccessFiles {
    type Read = Document;
    type Compiled = AccessDocument;

    fn watched(&self) -> Vec<PathBuf> {
        let in_it = |path: &PathBuf| files_of(path).unwrap_or_default();
        let mut files = self.0.clone();
        files.extend(self.0.iter().filter(|path| path.is_dir()).flat_map(in_it));
        files
    }

    fn read(&self) -> Vec<Reading<Document>> {
        let said = |(path, document): (PathBuf, Result<Document, AccessFileError>)| Reading {
            path,
            document: document.map_err(|error| ErrorChain(&error).to_string()),
        };
        read(&self.0).into_iter().map(said).collect()
    }

    fn compile(origin: &str, read: &Document) -> Judgement<AccessDocument> {
        let compiled = AccessDocument::new(origin, read);
        Judgement {
            remarks: compiled.remarks(),
            compiled,
            fault: None,
        }
    }

    fn held(acting: &[AccessDocument]) -> (Held, Vec<String>) {
        let table = AccessTable::of(acting);
        let replaced = table.replaced(acting);
        (Held::AccessEntries(table), replaced)
    }
}

/// Reads every file, those of directories in the order of their names.
pub fn read(paths: &[PathBuf]) -> Vec<(PathBuf, Result<Document, AccessFileError>)> {
    let mut read = Vec::new();
    for path in paths {
        match files_of(path) {
            Ok(files) => read.extend(files.into_iter().map(|file| {
                let document = read_file(&file);
                (file, document)
            })),
            Err(error) => read.push((path.clone(), Err(error))),
        }
    }
    read
}

fn read_file(path: &Path) -> Result<Document, AccessFileError> {
    let text = text_file::read(path, text_file::LONGEST).map_err(unreadable(path))?;
    Document::parse(&text).map_err(|source| AccessFileError::Document {
        path: path.to_owned(),
        source,
    })
}

/// The file itself, or what lies in a directory by the names of YAML and JSON. Names that begin
/// with a dot are the kubelet's.
fn files_of(path: &Path) -> Result<Vec<PathBuf>, AccessFileError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable(path))? {
        let file = entry.map_err(unreadable(path))?.path();
        let is_hidden = file
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let extension = file.extension().and_then(|extension| extension.to_str());
        if !is_hidden && matches!(extension, Some("yaml" | "yml" | "json")) && !file.is_dir() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> AccessFileError {
    let path = path.to_owned();
    move |source| AccessFileError::Read { path, source }
}
