//! Access entries of several files, by whom they are for.

use std::collections::HashMap;
use std::sync::Arc;

use iam_core::access_entry::{self, AccessEntry};
use iam_core::aws_auth::Severity;
use iam_core::principal::PrincipalKey;

use super::document::SourceDiagnostic;
use super::place::MappingPlace;
use crate::config::BackendMode;

/// The access entries of one file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AccessDocument(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    origin: Arc<str>,
    entries: Vec<Arc<AccessEntry>>,
    diagnostics: Vec<SourceDiagnostic>,
}

/// The access entries of all files. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct AccessTable {
    entries: Arc<HashMap<PrincipalKey, PlacedEntry>>,
    dropped: usize,
}

/// An access entry and its file.
#[derive(Clone, Debug)]
pub struct PlacedEntry {
    origin: Arc<str>,
    entry: Arc<AccessEntry>,
}

impl AccessDocument {
    /// What was read at `origin`.
    #[must_use]
    pub fn new(origin: &str, document: &access_entry::Document) -> Self {
        let entries = document.entries.iter();
        let said = document.diagnostics.iter();
        let said = said.map(|found| SourceDiagnostic::of_access_entry(origin, found));
        Self(Arc::new(Inner {
            origin: origin.into(),
            diagnostics: said.collect(),
            entries: entries.cloned().map(Arc::new).collect(),
        }))
    }

    /// What is wrong, and what deserves a word.
    #[must_use]
    pub fn diagnostics(&self) -> &[SourceDiagnostic] {
        &self.0.diagnostics
    }

    /// Every diagnostic as a line of the log.
    pub(super) fn remarks(&self) -> Vec<String> {
        self.0.diagnostics.iter().map(ToString::to_string).collect()
    }

    fn placed(&self) -> impl Iterator<Item = PlacedEntry> {
        self.0.entries.iter().map(|entry| PlacedEntry {
            origin: Arc::clone(&self.0.origin),
            entry: Arc::clone(entry),
        })
    }
}

impl AccessTable {
    /// The entries of `documents`; of several for one principal the last acts.
    #[must_use]
    pub fn of(documents: &[AccessDocument]) -> Self {
        let placed = documents.iter().flat_map(AccessDocument::placed);
        let of_errors = documents.iter().flat_map(AccessDocument::diagnostics);
        Self {
            entries: Arc::new(placed.map(|placed| (placed.entry.key(), placed)).collect()),
            dropped: of_errors
                .filter(|diagnostic| diagnostic.severity == Severity::Error)
                .count(),
        }
    }

    /// The entries that another file's entry for the same principal replaces.
    #[must_use]
    pub fn replaced(&self, documents: &[AccessDocument]) -> Vec<String> {
        let placed = documents.iter().flat_map(AccessDocument::placed);
        let replaced = placed.filter_map(|placed| {
            let acting = self.entries.get(&placed.entry.key())?;
            let (place, acting) = (placed.place(), acting.place());
            (place != acting)
                .then(|| format!("{place}: {acting} is for the same principal, and replaces it"))
        });
        replaced.collect()
    }

    /// The entry for a principal, in a time that does not depend on the number of entries.
    #[must_use]
    pub fn find(&self, key: &PrincipalKey) -> Option<&PlacedEntry> {
        self.entries.get(key)
    }

    /// The entries by their principals, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&PrincipalKey, &PlacedEntry)> {
        self.entries.iter()
    }

    /// How many entries act.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nobody has an entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many faults there were in what was read.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.dropped
    }
}

impl PlacedEntry {
    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &AccessEntry {
        &self.entry
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> MappingPlace {
        MappingPlace {
            mode: BackendMode::AccessEntries,
            origin: Arc::clone(&self.origin),
            list: LIST,
            entry: Some((self.entry.index(), self.entry.position().line)),
        }
    }
}

/// As documents of the API call it.
pub(super) const LIST: &str = "accessEntries";
