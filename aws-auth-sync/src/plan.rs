//! What would be written, and what speaks against it: made of what is wanted and what is there,
//! without a look at anything else.

pub mod report;
mod risk;
pub mod saved;

use iam_core::aws_auth::Section;
use iam_core::principal::Principal;
use thiserror::Error;

use crate::cluster::Content;
use crate::desired::Desired;
use crate::edit::{self, Edited, SectionEdit, TextError, Way};
use crate::guard::{self, Acknowledged, Case, Facts, Guard, Overrides};
use crate::live::Live;
use crate::merge::{self, Conflict, Intent, Merge, Policy};
use crate::owner::Owner;
use crate::record::Record;
pub(crate) use risk::risk;

/// What is wanted, by whom, and what it may do.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose sources these are.
    pub owner: Owner,
    /// What they declare.
    pub desired: Desired,
    /// The new administrators that they acknowledge.
    pub acknowledged: Acknowledged,
    /// How far it goes with what is not the owner's.
    pub policy: Policy,
    /// The guards that let it pass.
    pub overrides: Overrides,
    /// Who makes the change, where that was told.
    pub caller: Option<Principal>,
}

/// A plan that no guard has looked at yet.
#[derive(Debug)]
pub struct Draft<'a> {
    wanted: &'a Wanted,
    live: &'a Live,
    merge: Merge,
    edited: Edited,
    annotations: Vec<Annotation>,
}

/// What becomes of an annotation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Annotation {
    /// Its key.
    pub key: String,
    /// Its value; none where it goes.
    pub value: Option<String>,
}

/// What would be written, and what speaks against it.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Whose it is.
    pub owner: Owner,
    /// The changes, those that need a look first, and what stands in the way.
    pub merge: Merge,
    /// The sections that change.
    pub edits: Vec<SectionEdit>,
    /// The annotations that change.
    pub annotations: Vec<Annotation>,
    /// The guards that refuse.
    pub guards: Vec<Guard>,
    /// The guards that would, and let pass what a flag allows.
    pub passed: Vec<Guard>,
}

/// Why a plan is not carried out.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Refusal {
    /// Guards refuse.
    #[error("{}", told(.0))]
    Guarded(Vec<Guard>),
    /// Somebody else's entries stand in the way.
    #[error("{}", told(.0))]
    Conflicts(Vec<Conflict>),
}

impl<'a> Draft<'a> {
    /// Plans.
    ///
    /// # Errors
    /// When a live text cannot be edited.
    pub fn new(wanted: &'a Wanted, live: &'a Live) -> Result<Self, TextError> {
        let intent = Intent {
            owner: &wanted.owner,
            entries: &wanted.desired.entries,
            protect: &wanted.desired.protect,
            policy: wanted.policy,
        };
        let mut merge = merge::merge(&intent, live);
        let edited = edit::edit(live, &merge.changes)?;
        for edit in &edited.edits {
            note_section(edit, live, &mut merge);
        }
        merge.changes.sort_by_cached_key(risk);
        let annotations = annotations(live, &merge);
        Ok(Self {
            wanted,
            live,
            merge,
            edited,
            annotations,
        })
    }

    /// Whether there is something to write.
    #[must_use]
    pub const fn writes(&self) -> bool {
        !self.edited.edits.is_empty() || !self.annotations.is_empty()
    }

    /// Has the guards look at it; `before` is what they found already.
    #[must_use]
    pub fn guarded(self, facts: &Facts, before: Option<Guard>) -> Plan {
        let case = Case {
            before: &self.live.document,
            after: &self.edited.document,
            acknowledged: &self.wanted.acknowledged,
            facts,
        };
        let mut guards = guard::check(&case);
        guards.extend(before);
        guards.sort_by_key(|guard| guard.code);
        let overrides = self.wanted.overrides;
        let (passed, guards) = guards
            .into_iter()
            .partition(|guard| overrides.allows(guard.code));
        Plan {
            owner: self.wanted.owner.clone(),
            merge: self.merge,
            edits: self.edited.edits,
            annotations: self.annotations,
            guards,
            passed,
        }
    }
}

impl Plan {
    /// Whether there is something to write.
    #[must_use]
    pub const fn writes(&self) -> bool {
        !self.edits.is_empty() || !self.annotations.is_empty()
    }

    /// What is written.
    #[must_use]
    pub fn content(&self) -> Content {
        Content::new(&self.edits, &self.annotations)
    }

    /// Gives the plan back if nothing speaks against it.
    ///
    /// # Errors
    /// Else what does.
    pub fn permitted(self) -> Result<Self, Refusal> {
        if !self.guards.is_empty() {
            return Err(Refusal::Guarded(self.guards));
        }
        if !self.merge.conflicts.is_empty() {
            return Err(Refusal::Conflicts(self.merge.conflicts));
        }
        Ok(self)
    }
}

/// Notes in the records which section its owner makes, and which goes.
fn note_section(edit: &SectionEdit, live: &Live, merge: &mut Merge) {
    let section = edit.section;
    match edit.way {
        Way::Write if !live.data.contains_key(section.key()) => merge.record.make(section),
        Way::Write | Way::Splice(_) => {}
        Way::Remove => {
            merge.record.unmake(section);
            for record in live
                .records
                .iter()
                .filter(|record| record.has_made(section))
            {
                unmake(record, section, merge);
            }
        }
    }
}

fn unmake(record: &Record, section: Section, merge: &mut Merge) {
    if record.owner() == merge.record.owner() {
        return;
    }
    let mut robbed = merge.robbed.iter_mut();
    match robbed.find(|robbed| robbed.owner() == record.owner()) {
        Some(robbed) => robbed.unmake(section),
        None => {
            let mut record = record.clone();
            record.unmake(section);
            merge.robbed.push(record);
        }
    }
}

/// The annotations that differ from those that are there.
fn annotations(live: &Live, merge: &Merge) -> Vec<Annotation> {
    let records = std::iter::once(&merge.record).chain(&merge.robbed);
    let changed = records.filter_map(|record| {
        let before = live.record(record.owner()).and_then(Record::value);
        let value = record.value();
        let key = record.annotation();
        (before != value).then_some(Annotation { key, value })
    });
    changed.collect()
}

impl Refusal {
    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Guarded(_) => 5,
            Self::Conflicts(_) => 4,
        }
    }

    /// The flags that let it pass.
    #[must_use]
    pub fn hint(&self) -> String {
        let mut flags: Vec<&str> = match self {
            Self::Guarded(guards) => guards.iter().map(|guard| guard.override_flag).collect(),
            Self::Conflicts(conflicts) => conflicts.iter().map(Conflict::flag).collect(),
        };
        flags.dedup();
        let flags = flags.join(" and ");
        match self {
            Self::Guarded(_) => format!("{flags} lets it pass, if that is what you want"),
            Self::Conflicts(_) => {
                format!("leave it to them, or give {flags}; aws-auth-sync plan shows both sides")
            }
        }
    }
}

/// The first of several, and how many more there are: each has a line of its own before.
fn told<T: std::fmt::Display>(all: &[T]) -> String {
    let Some(first) = all.first() else {
        return String::new();
    };
    match all.len() {
        1 => first.to_string(),
        count => format!("{first}; and {} more", count - 1),
    }
}
