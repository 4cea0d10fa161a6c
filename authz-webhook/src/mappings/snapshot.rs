//! Everything that is mapped at one moment, in the order in which it is asked.

use iam_core::aws_auth::{Match, Section, Template};
use iam_core::principal::Principal;

use super::access_table::{AccessTable, PlacedEntry};
use super::document::Document;
use super::place::MappingPlace;
use crate::config::BackendMode;

/// The mappings of all sources. Never changed, only replaced.
#[derive(Clone, Debug)]
pub struct Snapshot {
    sources: Vec<Source>,
}

#[derive(Clone, Debug)]
struct Source {
    mode: BackendMode,
    held: Held,
    has_loaded: bool,
}

/// What a source holds.
#[derive(Clone, Debug)]
pub enum Held {
    /// Documents of aws-auth, in the order in which they are asked.
    AwsAuth(Vec<Document>),
    /// Access entries.
    AccessEntries(AccessTable),
}

/// Whether a source could be read as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Loading {
    /// Once at least.
    Done,
    /// As before.
    Unchanged,
}

/// What the first source that knows a principal says.
#[derive(Debug)]
pub struct Hit<'a> {
    /// The source, for its reserved prefixes.
    pub mode: BackendMode,
    /// The names; none where the whole account is mapped.
    pub names: Option<Names<'a>>,
    /// Where it stands.
    pub place: MappingPlace,
}

/// What a principal is mapped to.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The username.
    pub username: &'a Template,
    /// The groups.
    pub groups: &'a [Template],
}

/// The access entries are not known yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotLoaded;

impl Snapshot {
    /// Nothing is mapped yet.
    #[must_use]
    pub fn empty(modes: &[BackendMode]) -> Self {
        let sources = modes.iter().map(|mode| Source {
            mode: *mode,
            held: Held::empty(*mode),
            has_loaded: false,
        });
        Self {
            sources: sources.collect(),
        }
    }

    /// The same, but for what the source at `index` holds.
    #[must_use]
    pub fn with(&self, index: usize, held: Held, loading: Loading) -> Self {
        let mut next = self.clone();
        if let Some(source) = next.sources.get_mut(index) {
            source.held = held;
            source.has_loaded |= loading == Loading::Done;
        }
        next
    }

    /// Whether a source could not be read as a whole yet.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.sources.iter().any(|source| !source.has_loaded)
    }

    /// The word on `principal`: that of its access entry, else of the first source that knows it.
    ///
    /// As long as an access entry may still turn up, there is no other word.
    #[must_use]
    pub fn lookup(&self, principal: &Principal) -> Option<Hit<'_>> {
        match self.access_entry(principal) {
            Ok(Some(placed)) => Some(of_entry(placed)),
            Ok(None) => self
                .documents()
                .find_map(|(mode, document)| of_document(mode, document, principal)),
            Err(NotLoaded) => None,
        }
    }

    /// The access entry for `principal`.
    ///
    /// # Errors
    /// There is none yet, but the access entries have not loaded.
    pub fn access_entry(&self, principal: &Principal) -> Result<Option<&PlacedEntry>, NotLoaded> {
        let Some((table, has_loaded)) = self.access_table() else {
            return Ok(None);
        };
        match table.lookup(principal) {
            None if !has_loaded => Err(NotLoaded),
            found => Ok(found),
        }
    }

    /// The mappings of aws-auth that never act, because their principals have access entries:
    /// each entry's place with that of the mapping.
    pub fn shadowed(&self) -> impl Iterator<Item = (MappingPlace, MappingPlace)> {
        let tables = self.access_table().into_iter();
        let entries = tables.flat_map(|(table, _)| table.iter());
        entries.filter_map(|placed| {
            let principal = placed.entry().principal();
            let (_, hit) = self
                .documents()
                .filter_map(|(mode, document)| {
                    Some((mode, of_document(mode, document, principal)?))
                })
                .find(|(_, hit)| hit.names.is_some())?;
            Some((placed.place(), hit.place))
        })
    }

    fn access_table(&self) -> Option<(&AccessTable, bool)> {
        self.sources.iter().find_map(|source| match &source.held {
            Held::AccessEntries(table) => Some((table, source.has_loaded)),
            Held::AwsAuth(_) => None,
        })
    }

    fn documents(&self) -> impl Iterator<Item = (BackendMode, &Document)> {
        self.sources.iter().flat_map(|source| {
            let documents = match &source.held {
                Held::AwsAuth(documents) => documents.as_slice(),
                Held::AccessEntries(_) => &[],
            };
            documents.iter().map(|document| (source.mode, document))
        })
    }
}

impl Held {
    fn empty(mode: BackendMode) -> Self {
        match mode {
            BackendMode::MountedFile | BackendMode::EksConfigMap => Self::AwsAuth(Vec::new()),
            BackendMode::AccessEntries => Self::AccessEntries(AccessTable::default()),
        }
    }

    /// How many mappings act.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::AwsAuth(documents) => documents
                .iter()
                .map(|document| document.mappings().len())
                .sum(),
            Self::AccessEntries(table) => table.len(),
        }
    }

    /// How many faults there were in what was read.
    pub(super) fn dropped(&self) -> usize {
        match self {
            Self::AwsAuth(documents) => documents.iter().map(Document::dropped).sum(),
            Self::AccessEntries(table) => table.dropped(),
        }
    }
}

fn of_entry(placed: &PlacedEntry) -> Hit<'_> {
    Hit {
        mode: BackendMode::AccessEntries,
        names: Some(Names {
            username: placed.entry().username(),
            groups: placed.entry().groups(),
        }),
        place: placed.place(),
    }
}

fn of_document<'a>(
    mode: BackendMode,
    document: &'a Document,
    principal: &Principal,
) -> Option<Hit<'a>> {
    let place = |section: Section, entry| MappingPlace {
        mode,
        origin: document.origin(),
        list: section.key(),
        entry,
    };
    Some(match document.mappings().lookup(principal)? {
        Match::Mapping(mapping) => {
            let entry = (mapping.source.index, mapping.source.line);
            Hit {
                mode,
                names: Some(Names {
                    username: &mapping.username,
                    groups: &mapping.groups,
                }),
                place: place(mapping.source.section, Some(entry)),
            }
        }
        Match::Account(_) => Hit {
            mode,
            names: None,
            place: place(Section::MapAccounts, None),
        },
    })
}
