//! Access entries that stand beside aws-auth, from files.

use std::collections::HashMap;
use std::str::Utf8Error;
use std::sync::Arc;

use iam_core::access_entry::{AccessEntry, Document, DocumentError};
use iam_core::principal::PrincipalKey;
use thiserror::Error;

use crate::input::Input;

/// The access entries of files, one for each principal.
#[derive(Clone, Debug, Default)]
pub struct AccessEntries {
    entries: Vec<Placed>,
    places: HashMap<PrincipalKey, usize>,
    remarks: Vec<String>,
}

/// An access entry and its file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Placed {
    /// The file as it was named.
    pub file: Arc<str>,
    /// The entry.
    pub entry: AccessEntry,
}

/// A file that is none of access entries.
#[derive(Debug, Error)]
#[error("read {file}")]
pub struct AccessEntriesError {
    /// The file.
    pub file: Arc<str>,
    /// Why not.
    pub source: Fault,
}

/// Why a text is none of access entries.
#[derive(Debug, Error)]
pub enum Fault {
    /// It is no text.
    #[error("it is not UTF-8")]
    Utf8(#[from] Utf8Error),
    /// It is another text.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

impl AccessEntries {
    /// Reads files in the shape of the EKS API. What is wrong with an entry leaves that entry out;
    /// of several for one principal the last stays.
    ///
    /// # Errors
    /// When a file is something else.
    pub fn read(inputs: &[Input]) -> Result<Self, AccessEntriesError> {
        let mut read = Self::default();
        for Input { file, bytes } in inputs {
            let document = document(bytes).map_err(|source| AccessEntriesError {
                file: Arc::clone(file),
                source,
            })?;
            let remarks = document.diagnostics.iter();
            read.remarks
                .extend(remarks.map(|remark| format!("{file}: {remark}")));
            for entry in document.entries {
                let file = Arc::clone(file);
                read.push(Placed { file, entry });
            }
        }
        Ok(read)
    }

    /// The entries, in the order of the files.
    #[must_use]
    pub fn entries(&self) -> &[Placed] {
        &self.entries
    }

    /// The entry of a principal.
    #[must_use]
    pub fn find(&self, key: &PrincipalKey) -> Option<&Placed> {
        self.entries.get(*self.places.get(key)?)
    }

    /// What is wrong with entries, or deserves a look, each with its place.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    fn push(&mut self, placed: Placed) {
        let next = self.entries.len();
        let at = *self.places.entry(placed.entry.key()).or_insert(next);
        match self.entries.get_mut(at) {
            Some(earlier) => {
                let (file, line) = (&placed.file, placed.entry.position().line);
                self.remarks.push(format!(
                    "{file}: line {line}: this entry replaces that of {}, line {}",
                    earlier.file,
                    earlier.entry.position().line
                ));
                *earlier = placed;
            }
            None => self.entries.push(placed),
        }
    }
}

fn document(bytes: &[u8]) -> Result<Document, Fault> {
    Ok(Document::parse(std::str::from_utf8(bytes)?)?)
}
