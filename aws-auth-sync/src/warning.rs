//! What is to be known of a change, and does not speak against it: no exit code comes of it.

mod entrance;
mod managed;

use std::fmt;

use iam_core::aws_auth::Document;
use iam_core::excerpt::Shown;
use serde::{Serialize, Serializer};

pub use entrance::Entrance;

use crate::guard;
use crate::live::Live;
use crate::merge::{Action, Change, Reason};

/// What is to be known of a change.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Warning {
    /// Which rule it is.
    pub code: Code,
    /// What is the matter, and with which entry.
    pub message: String,
}

/// The rules.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Code {
    /// What another writer gave becomes something else.
    OthersValues,
    /// Another tool manages the object.
    Managed,
    /// The cluster admits nobody by aws-auth.
    Ignored,
    /// An access entry wins over an entry that changes.
    Shadowed,
    /// A list that the consumer cannot read stays as it is.
    Unread,
}

/// What is to be known of changes of an aws-auth, in the order of the codes; `managed` is what
/// [`managed()`] says of it, where it is written.
#[must_use]
pub fn check(changes: &[Change], managed: Option<Warning>, entrance: &Entrance) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = changes.iter().filter_map(others_values).collect();
    warnings.extend(managed);
    warnings.extend(entrance.ignored());
    warnings.extend(
        changes
            .iter()
            .filter_map(|change| entrance.shadowed(change)),
    );
    warnings
}

/// Whether other tools bear the marks of managing aws-auth.
#[must_use]
pub fn managed(live: &Live) -> Option<Warning> {
    let message = managed::check(live.marks.iter().map(String::as_str))?;
    Some(Warning::new(Code::Managed, message))
}

/// The lists that the consumer can read neither before nor after.
pub(crate) fn unread(before: &Document, after: &Document) -> impl Iterator<Item = Warning> {
    let stays = guard::unread(before).filter(move |(section, _)| after.is_unreadable(*section));
    stays.map(|(_, reason)| {
        let message = format!(
            "the live {reason}; it stays as it is, and nobody is let in by it: --repair lets an \
             owner with entries there write it anew"
        );
        Warning::new(Code::Unread, message)
    })
}

/// Whoever wrote an entry finds other values there, and may write its own again.
fn others_values(change: &Change) -> Option<Warning> {
    let Action::Update { before, after } = &change.action else {
        return None;
    };
    if before.is_same(after) {
        return None;
    }
    let writer = match &change.reason {
        Reason::TakenOver { from } => from.as_str(),
        Reason::Adopted => "its writer",
        Reason::New
        | Reason::RemovedByOthers
        | Reason::Declared
        | Reason::ChangedByOthers
        | Reason::Undeclared
        | Reason::PrunedThoughChanged
        | Reason::Pruned
        | Reason::Restored => return None,
    };
    let message = format!(
        "{} {} gets other values than {writer} gave it, who may write them again: have one of the \
         two declare it",
        change.section(),
        Shown(&after.name()),
    );
    Some(Warning::new(Code::OthersValues, message))
}

impl Warning {
    fn new(code: Code, message: String) -> Self {
        Self { code, message }
    }

    /// Says it.
    pub fn tell(&self) {
        tracing::warn!("{self}");
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OthersValues => "C06",
            Self::Managed => "C07",
            Self::Ignored => "C08",
            Self::Shadowed => "C09",
            Self::Unread => "C10",
        })
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
