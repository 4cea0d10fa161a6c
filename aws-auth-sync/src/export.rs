//! From the aws-auth that is there to sources, so that a team can start from it.

mod fault;
mod manifest;
mod native;

use std::fmt;
use std::sync::Arc;

use clap::ValueEnum;
use iam_core::aws_auth::{Consumer, Document, Entry, Identity, Outcome, SsoRoleMatch};

use crate::finding::Place;
use crate::owner::Owner;
use crate::source::Declared;
pub use manifest::manifest;

/// What to write.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// A source in the native format, as YAML
    #[default]
    Native,
    /// The same as JSON
    Json,
    /// The ConfigMap's manifest with its sections as they are, comments included
    Yaml,
}

/// A source in the native format, made from entries that are there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Export {
    owner: Option<Owner>,
    /// What it declares, in the consumer's order.
    pub entries: Vec<Declared>,
    /// The entries that the native format cannot hold, in the same order.
    pub left_out: Vec<LeftOut>,
}

/// An entry that stays in aws-auth alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LeftOut {
    /// The entry.
    pub entry: Declared,
    /// Why the native format cannot hold it.
    pub reason: String,
}

impl Export {
    /// Takes over the entries that act and that a source may declare. `file` stands in the place of
    /// a file.
    #[must_use]
    pub fn new(document: &Document, owner: Option<Owner>, file: &Arc<str>) -> Self {
        let consumer = Consumer::new(document, SsoRoleMatch::Off);
        let mut export = Self {
            owner,
            entries: Vec::new(),
            left_out: Vec::new(),
        };
        for entry in &document.entries {
            let own = declared(entry, file);
            match unfit(entry, &consumer).or_else(|| fault::of(&own)) {
                None if consumer.is_effective(entry) => export.entries.push(own),
                reason => export.left_out.push(LeftOut {
                    entry: own,
                    reason: reason.unwrap_or_else(|| "no caller gets it".to_owned()),
                }),
            }
        }
        export
    }
}

/// What keeps an entry from being declared beside the others.
fn unfit(entry: &Entry, consumer: &Consumer<'_>) -> Option<String> {
    let reason = match &entry.identity {
        _ if consumer.is_overridden(entry) => "a later entry counts in its place",
        Identity::Sso { .. } => "the native format has no sso",
        Identity::Account { .. } => return None,
        Identity::Role { arn } | Identity::User { arn } => match consumer.lookup_canonical(arn) {
            Outcome::Entries(found) if found.iter().all(|other| other.section != entry.section) => {
                "an entry of the other list counts in its place"
            }
            Outcome::Entries(found) if found.len() > 1 => {
                "chance decides between it and another entry"
            }
            Outcome::Entries(_) | Outcome::Account(_) | Outcome::Unmapped => return None,
        },
    };
    Some(reason.to_owned())
}

fn declared(entry: &Entry, file: &Arc<str>) -> Declared {
    Declared {
        place: Place::new(file, entry.position),
        meaning: entry.into(),
    }
}

impl fmt::Display for LeftOut {
    /// A live aws-auth is anybody's text: what a terminal or a YAML reader would obey is escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (section, line) = (self.entry.section(), self.entry.place.line);
        let identity = self.entry.meaning.identity.to_string();
        let (identity, reason) = (
            identity.escape_default(),
            self.reason.replace(char::is_control, " "),
        );
        write!(f, "{section}, line {line}: {identity}: {reason}")
    }
}

#[cfg(test)]
mod tests;
