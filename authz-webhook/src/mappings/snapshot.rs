//! Everything that is mapped at one moment, in the order in which it is asked.

use iam_core::aws_auth::{Mapping, Match, Section};
use iam_core::principal::Principal;

use super::document::Document;
use super::place::MappingPlace;
use crate::config::BackendMode;

/// The mappings of all sources. Never changed, only replaced.
#[derive(Clone, Debug)]
pub struct Snapshot {
    sources: Vec<(BackendMode, Vec<Document>)>,
}

/// What the first source that knows a principal says.
#[derive(Debug)]
pub struct Hit<'a> {
    /// The source, for its reserved prefixes.
    pub mode: BackendMode,
    /// The mapping; none where the whole account is mapped.
    pub mapping: Option<&'a Mapping>,
    /// Where it stands.
    pub place: MappingPlace,
}

impl Snapshot {
    /// Nothing is mapped yet.
    #[must_use]
    pub fn empty(modes: &[BackendMode]) -> Self {
        Self {
            sources: modes.iter().map(|mode| (*mode, Vec::new())).collect(),
        }
    }

    /// The same, but for what the source at `index` holds.
    #[must_use]
    pub fn with(&self, index: usize, documents: Vec<Document>) -> Self {
        let mut next = self.clone();
        if let Some((_, held)) = next.sources.get_mut(index) {
            *held = documents;
        }
        next
    }

    /// The first source's word on `principal`.
    #[must_use]
    pub fn lookup(&self, principal: &Principal) -> Option<Hit<'_>> {
        self.sources
            .iter()
            .flat_map(|(mode, documents)| documents.iter().map(|document| (*mode, document)))
            .find_map(|(mode, document)| hit(mode, document, principal))
    }
}

fn hit<'a>(mode: BackendMode, document: &'a Document, principal: &Principal) -> Option<Hit<'a>> {
    let place = |section, entry| MappingPlace {
        mode,
        origin: document.origin(),
        section,
        entry,
    };
    Some(match document.mappings().lookup(principal)? {
        Match::Mapping(mapping) => {
            let entry = (mapping.source.index, mapping.source.line);
            let place = place(mapping.source.section, Some(entry));
            Hit {
                mode,
                mapping: Some(mapping),
                place,
            }
        }
        Match::Account(_) => Hit {
            mode,
            mapping: None,
            place: place(Section::MapAccounts, None),
        },
    })
}
