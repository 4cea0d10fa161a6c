//! The `DynamicFile` source: `server.dynamicfilepath`, the JSON that other programs write for
//! aws-iam-authenticator, read again when it changes.
//!
//! As there, a file that does not exist maps nobody, and one that is no JSON changes nothing.
//! Otherwise than there, a faulty entry falls alone.

pub(super) mod json;

use std::io;
use std::path::{Path, PathBuf};

use iam_core::error_chain::ErrorChain;
use thiserror::Error;

use super::Held;
use super::document::Document;
use super::file_source::{FileSource, Judgement, Reading};
use super::user_ids::UserIdTable;
use crate::config::{DynamicFile, MatchBy};
use crate::text_file;

use json::{DynamicDocument, DynamicDocumentError};

/// Why nothing was read.
#[derive(Debug, Error)]
pub enum DynamicFileError {
    /// The file cannot be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not of this kind.
    #[error("{}", .path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: DynamicDocumentError,
    },
}

/// A file as it is read, and how its entries are matched.
#[derive(Debug, PartialEq)]
pub(super) struct Read {
    document: DynamicDocument,
    match_by: MatchBy,
}

impl FileSource for DynamicFile {
    type Read = Read;
    type Compiled = Held;

    fn watched(&self) -> Vec<PathBuf> {
        vec![self.path.clone()]
    }

    fn read(&self) -> Vec<Reading<Read>> {
        let document = read(&self.path).map(|document| Read {
            document,
            match_by: self.match_by,
        });
        vec![Reading {
            path: self.path.clone(),
            document: document.map_err(|error| ErrorChain(&error).to_string()),
        }]
    }

    fn compile(origin: &str, read: &Read) -> Judgement<Held> {
        let (compiled, document) = compile(origin, &read.document, read.match_by);
        if let Some(version) = &read.document.version {
            tracing::info!(version, "{origin} was read");
        }
        Judgement {
            compiled,
            remarks: document.remarks(),
            fault: None,
        }
    }

    fn held(acting: &[Held]) -> (Held, Vec<String>) {
        let nothing = || Held::AwsAuth(Vec::new());
        let held = acting.first().cloned().unwrap_or_else(nothing);
        (held, Vec::new())
    }

    fn written(read: &Read) -> Option<u64> {
        read.document.last_updated
    }
}

/// Reads the file at `path`; one that does not exist says nothing of anybody.
///
/// # Errors
/// [`DynamicFileError`]: also where the directory does not exist, which is as likely to come from
/// a volume that is missing.
pub fn read(path: &Path) -> Result<DynamicDocument, DynamicFileError> {
    match text_file::read(path, json::LONGEST) {
        Ok(text) => DynamicDocument::parse(&text).map_err(|source| DynamicFileError::Document {
            path: path.to_owned(),
            source,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_deleted(path) => {
            Ok(DynamicDocument::absent())
        }
        Err(source) => Err(DynamicFileError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// What acts of a document that was read at `origin`, and all that is to be said of it.
#[must_use]
pub fn compile(origin: &str, read: &DynamicDocument, match_by: MatchBy) -> (Held, Document) {
    match match_by {
        MatchBy::Arn => {
            let document = Document::compile_with(origin, &read.by_arn(), &read.remarks);
            (Held::AwsAuth(vec![document.clone()]), document)
        }
        MatchBy::UserId => {
            let table = UserIdTable::compile(origin, read);
            let document = table.document().clone();
            (Held::UserIds(table), document)
        }
    }
}

/// Whether there is no such name in a directory that exists: neither a link that leads nowhere
/// nor a volume that is not mounted.
fn is_deleted(path: &Path) -> bool {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let is_none = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
    path.symlink_metadata().is_err_and(is_none) && directory.is_dir()
}

#[cfg(test)]
mod tests;
