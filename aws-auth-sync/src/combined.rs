//! The entries of all files as the one document that they make, and where each of them stands.

use std::collections::HashMap;
use std::sync::Arc;

use iam_core::aws_auth::{Document, Entry, Section};

use crate::subject::Subject;

/// One document of many files.
#[derive(Clone, Debug, Default)]
pub struct Combined {
    /// The entries in the consumer's order.
    pub document: Document,
    places: HashMap<(Section, usize), (Arc<str>, usize)>,
}

impl Combined {
    /// Joins the files. Where several documents hold entries, their places in the lists are those
    /// in the joined lists.
    #[must_use]
    pub fn new(subjects: &[Subject]) -> Self {
        let parts = subjects.iter().map(|subject| subject.parts.len()).sum();
        let entries = subjects.iter().flat_map(|subject| {
            let entries = subject.entries().cloned();
            entries.map(|entry| (Arc::clone(&subject.file), entry))
        });
        Self::joined(entries.collect(), parts)
    }

    /// Joins the files, of which nothing else is wanted any more.
    #[must_use]
    pub fn of(subjects: Vec<Subject>) -> Self {
        let parts = subjects.iter().map(|subject| subject.parts.len()).sum();
        let entries = subjects
            .into_iter()
            .flat_map(|Subject { file, parts, .. }| {
                let entries = parts.into_iter().flat_map(|part| part.entries);
                entries.map(move |entry| (Arc::clone(&file), entry))
            });
        Self::joined(entries.collect(), parts)
    }

    fn joined(mut entries: Vec<(Arc<str>, Entry)>, parts: usize) -> Self {
        entries.sort_by_key(|(_, entry)| entry.section);
        let mut combined = Self::default();
        combined.places.reserve(entries.len());
        let mut last = None;
        let mut next = 0;
        for (file, entry) in &mut entries {
            if last.replace(entry.section) != Some(entry.section) {
                next = 0;
            }
            if parts > 1 {
                entry.index = next;
            }
            next += 1;
            combined.note(entry, file);
        }
        let entries = entries.into_iter().map(|(_, entry)| entry);
        combined.document.entries = entries.collect();
        combined
    }

    /// A document that a cluster holds; `name` stands in the place of a file.
    #[must_use]
    pub fn live(document: Document, name: &Arc<str>) -> Self {
        let mut combined = Self::default();
        for entry in &document.entries {
            combined.note(entry, name);
        }
        combined.document.entries = document.entries;
        combined
    }

    /// The file and line of an entry.
    #[must_use]
    pub fn place(&self, entry: &Entry) -> (&str, usize) {
        let place = self.places.get(&(entry.section, entry.index));
        place.map_or(("", entry.position.line), |(file, line)| (file, *line))
    }

    fn note(&mut self, entry: &Entry, file: &Arc<str>) {
        let place = (Arc::clone(file), entry.position.line);
        self.places.insert((entry.section, entry.index), place);
    }
}
