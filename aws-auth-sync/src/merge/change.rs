//! What becomes of an entry, and why; what stands in the way.

use std::fmt;

use iam_core::aws_auth::Section;

use crate::finding::Place;
use crate::meaning::Meaning;
use crate::owner::Owner;

/// One entry's change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// What becomes of it.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// Where it is declared.
    pub place: Option<Place>,
    /// Where it stands in the live list: the entry that counts, then others of the same key.
    pub indices: Vec<usize>,
}

/// What becomes of an entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// It goes.
    Remove(Meaning),
    /// It gives something else; whose it was, the reason tells.
    Update {
        /// What it gives now.
        before: Meaning,
        /// What it gives then.
        after: Meaning,
    },
    /// It is new.
    Add(Meaning),
    /// It stays, and belongs to the owner from now on.
    Adopt(Meaning),
}

/// Why an entry changes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// It is declared, and was never there.
    New,
    /// The owner wrote it, and it is gone.
    RemovedByOthers,
    /// It is declared otherwise than before.
    Declared,
    /// The owner wrote it, and it is not what was written.
    ChangedByOthers,
    /// It was there, and nobody's.
    Adopted,
    /// It was another owner's.
    TakenOver {
        /// Whose.
        from: Owner,
    },
    /// The owner wrote it and declares it no longer.
    Undeclared,
    /// The same, and somebody else has changed it.
    PrunedThoughChanged,
    /// It is nobody's.
    Pruned,
    /// It was so before.
    Restored,
}

/// What the owner wants and cannot have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conflict {
    /// The entry as it is declared; where it is not, as it is there.
    pub entry: Meaning,
    /// What is there in its place.
    pub there: Option<Meaning>,
    /// What stands in the way.
    pub standing: Standing,
    /// Where it is declared.
    pub place: Option<Place>,
}

/// What stands in the way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Other owners have written it.
    Held {
        /// Who.
        by: Vec<Owner>,
    },
    /// It gives something else, and nobody owns it.
    Unowned,
    /// The owner declares it no longer, and somebody else has changed it.
    ChangedSince,
}

impl Change {
    /// The entry as it will be; where it goes, as it is.
    #[must_use]
    pub const fn entry(&self) -> &Meaning {
        match &self.action {
            Action::Remove(entry) | Action::Add(entry) | Action::Adopt(entry) => entry,
            Action::Update { after, .. } => after,
        }
    }

    /// The list.
    #[must_use]
    pub const fn section(&self) -> Section {
        self.entry().identity.section()
    }

    /// Whether an entry that is there gets another owner, be it with other values.
    #[must_use]
    pub const fn is_adoption(&self) -> bool {
        match self.action {
            Action::Adopt(_) => true,
            Action::Update { .. } => self.reason.is_adoption(),
            Action::Remove(_) | Action::Add(_) => false,
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self.action {
            Action::Remove(_) => "remove",
            Action::Add(_) => "add",
            Action::Update { .. } | Action::Adopt(_) if self.is_adoption() => "adopt",
            Action::Update { .. } | Action::Adopt(_) => "update",
        }
    }
}

impl Conflict {
    /// The flag that settles it.
    #[must_use]
    pub const fn flag(&self) -> &'static str {
        match self.standing {
            Standing::Held { .. } | Standing::Unowned => "--adopt",
            Standing::ChangedSince => "--prune",
        }
    }
}

impl Action {
    /// What it gives now.
    #[must_use]
    pub const fn before(&self) -> Option<&Meaning> {
        match self {
            Self::Remove(entry) | Self::Adopt(entry) | Self::Update { before: entry, .. } => {
                Some(entry)
            }
            Self::Add(_) => None,
        }
    }

    /// What it gives then.
    #[must_use]
    pub const fn after(&self) -> Option<&Meaning> {
        match self {
            Self::Add(entry) | Self::Adopt(entry) | Self::Update { after: entry, .. } => {
                Some(entry)
            }
            Self::Remove(_) => None,
        }
    }
}

impl Reason {
    /// Whether somebody else has undone what the owner wrote.
    #[must_use]
    pub const fn is_drift(&self) -> bool {
        match self {
            Self::RemovedByOthers | Self::ChangedByOthers => true,
            Self::New
            | Self::Declared
            | Self::Undeclared
            | Self::Adopted
            | Self::TakenOver { .. }
            | Self::PrunedThoughChanged
            | Self::Pruned
            | Self::Restored => false,
        }
    }

    /// Whether the entry was another's, or nobody's.
    #[must_use]
    pub const fn is_adoption(&self) -> bool {
        match self {
            Self::Adopted | Self::TakenOver { .. } => true,
            Self::New
            | Self::RemovedByOthers
            | Self::Declared
            | Self::ChangedByOthers
            | Self::Undeclared
            | Self::PrunedThoughChanged
            | Self::Pruned
            | Self::Restored => false,
        }
    }

    /// Whether it is more than what the sources say.
    #[must_use]
    pub const fn is_remarkable(&self) -> bool {
        match self {
            Self::New | Self::Declared | Self::Undeclared | Self::Restored => false,
            Self::RemovedByOthers
            | Self::ChangedByOthers
            | Self::Adopted
            | Self::TakenOver { .. }
            | Self::PrunedThoughChanged
            | Self::Pruned => true,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "it is declared, and not there",
            Self::RemovedByOthers => "drift: somebody else has removed it",
            Self::Declared => "it is declared otherwise",
            Self::ChangedByOthers => "drift: somebody else has changed it",
            Self::Adopted => "adopted: it was there, and belonged to nobody",
            Self::TakenOver { from } => return write!(f, "adopted: it was held by {from}"),
            Self::Undeclared => "it is no longer declared",
            Self::PrunedThoughChanged => {
                "pruned: it is no longer declared, and somebody else has changed it"
            }
            Self::Pruned => "pruned: it is not declared, and belongs to nobody",
            Self::Restored => "it was so before",
        })
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held { by } => {
                let names: Vec<_> = by.iter().map(Owner::as_str).collect();
                write!(f, "it is held by {}", names.join(", "))
            }
            Self::Unowned => f.write_str("it is there with other values, and belongs to nobody"),
            Self::ChangedSince => f.write_str(
                "it is no longer declared, and stays because somebody else has changed it",
            ),
        }
    }
}
