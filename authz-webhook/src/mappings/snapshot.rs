//! Everything that is mapped at one moment, in the order in which it is asked.

use iam_core::aws_auth::{Mapped, Mapping, Match, Template};
use iam_core::principal::PrincipalKey;

use super::access_table::{AccessTable, PlacedEntry};
use super::document::Document;
use super::object_table::ObjectTable;
use super::place::MappingPlace;
use super::sought::Sought;
use super::user_ids::UserIdTable;
use crate::config::BackendMode;

/// The mappings of all sources. Never changed, only replaced.
#[derive(Clone, Debug)]
pub struct Snapshot {
    sources: Vec<Source>,
}

#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) mode: BackendMode,
    pub(super) held: Held,
    has_loaded: bool,
}

/// What a source holds.
#[derive(Clone, Debug)]
pub enum Held {
    /// Documents of aws-auth, in the order in which they are asked.
    AwsAuth(Vec<Document>),
    /// Access entries.
    AccessEntries(AccessTable),
    /// Objects of the cluster.
    Objects(ObjectTable),
    /// Entries that go by unique ids.
    UserIds(UserIdTable),
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

/// A source that decides has not loaded yet.
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

    /// The word on a caller: that of its access entry, else of the first source that knows it.
    ///
    /// # Errors
    /// A source that comes before all that know the caller has not loaded: it may yet say otherwise.
    pub fn lookup(&self, sought: &Sought<'_>) -> Result<Option<Hit<'_>>, NotLoaded> {
        if let Some(placed) = self.access_entry(sought.key())? {
            return Ok(Some(of_entry(placed)));
        }
        let mut sources = self.sources.iter();
        let word = sources.find_map(|source| match source.lookup(sought) {
            None if !source.has_loaded => Some(Err(NotLoaded)),
            hit => hit.map(Ok),
        });
        word.transpose()
    }

    /// The access entry for a principal.
    ///
    /// # Errors
    /// There is none yet, but the access entries have not loaded.
    pub fn access_entry(&self, key: &PrincipalKey) -> Result<Option<&PlacedEntry>, NotLoaded> {
        let Some((table, has_loaded)) = self.access_table() else {
            return Ok(None);
        };
        match table.find(key) {
            None if !has_loaded => Err(NotLoaded),
            found => Ok(found),
        }
    }

    /// The sources in the order in which they are asked: access entries win wherever they stand.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Source> {
        let is_first = |source: &&Source| matches!(source.held, Held::AccessEntries(_));
        let first = self.sources.iter().filter(is_first);
        first.chain(self.sources.iter().filter(move |source| !is_first(source)))
    }

    fn access_table(&self) -> Option<(&AccessTable, bool)> {
        self.sources.iter().find_map(|source| match &source.held {
            Held::AccessEntries(table) => Some((table, source.has_loaded)),
            Held::AwsAuth(_) | Held::Objects(_) | Held::UserIds(_) => None,
        })
    }
}

impl Source {
    /// What the source says of a caller.
    fn lookup(&self, sought: &Sought<'_>) -> Option<Hit<'_>> {
        match &self.held {
            Held::UserIds(table) => table.lookup(self.mode, sought),
            Held::AwsAuth(_) | Held::AccessEntries(_) | Held::Objects(_) => {
                self.find(Mapped::Principal(sought.key()))
            }
        }
    }

    /// What the source says of everybody who is `mapped`, whatever their unique ids.
    pub(super) fn find(&self, mapped: Mapped<'_>) -> Option<Hit<'_>> {
        let mode = self.mode;
        match (&self.held, mapped) {
            (Held::AwsAuth(documents), _) => documents
                .iter()
                .find_map(|document| document.find(mode, mapped)),
            (Held::UserIds(table), _) => table.document().find(mode, mapped),
            (Held::AccessEntries(table), Mapped::Principal(key)) => table.find(key).map(of_entry),
            (Held::Objects(table), Mapped::Principal(key)) => table.find(mode, key),
            (
                Held::AccessEntries(_) | Held::Objects(_),
                Mapped::SsoRole(_) | Mapped::Account(_),
            ) => None,
        }
    }
}

impl Held {
    fn empty(mode: BackendMode) -> Self {
        match mode {
            BackendMode::MountedFile | BackendMode::EksConfigMap | BackendMode::DynamicFile => {
                Self::AwsAuth(Vec::new())
            }
            BackendMode::AccessEntries => Self::AccessEntries(AccessTable::default()),
            BackendMode::Crd => Self::Objects(ObjectTable::default()),
        }
    }

    /// How many mappings act.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::AwsAuth(documents) => documents
                .iter()
                .map(|document| document.mappings().len())
                .sum(),
            Self::AccessEntries(table) => table.len(),
            Self::Objects(table) => table.len(),
            Self::UserIds(table) => table.len(),
        }
    }

    /// Whether nobody is mapped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many faults there were in what was read.
    pub(super) fn dropped(&self) -> usize {
        match self {
            Self::AwsAuth(documents) => documents.iter().map(Document::dropped).sum(),
            Self::AccessEntries(table) => table.dropped(),
            Self::Objects(table) => table.dropped(),
            Self::UserIds(table) => table.document().dropped(),
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

impl<'a> Hit<'a> {
    /// The entry of a document that decides.
    pub(super) fn of_match(mode: BackendMode, document: &Document, found: Match<'a>) -> Self {
        let (names, source) = match found {
            Match::Mapping(mapping) => (Some(Names::of(mapping)), mapping.source),
            Match::Account(_, source) => (None, source),
        };
        Self {
            mode,
            names,
            place: document.place(mode, source),
        }
    }
}

impl<'a> Names<'a> {
    pub(super) fn of(mapping: &'a Mapping) -> Self {
        Self {
            username: &mapping.username,
            groups: &mapping.groups,
        }
    }
}
