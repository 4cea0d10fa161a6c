//! The three-way merge: what an owner wrote (the record), what it wants (the sources), what is
//! there (the live aws-auth). Entry by entry, by their keys; nothing is asked and nothing written.

mod change;
mod decide;
mod index;
mod outcome;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use glob::{MatchOptions, Pattern};
use iam_core::aws_auth::Section;

use crate::digest::Digest;
use crate::key::Key;
use crate::live::Live;
use crate::meaning::Meaning;
use crate::owner::Owner;
use crate::record::Record;
use crate::source::Declared;
pub use change::{Action, Change, Conflict, Reason, Standing};
use decide::decide;
pub(crate) use index::{Group, Index};
pub use outcome::first_amiss;

/// What an owner wants.
#[derive(Clone, Copy, Debug)]
pub struct Intent<'a> {
    /// The owner.
    pub owner: &'a Owner,
    /// Its entries, each key once.
    pub entries: &'a [Declared],
    /// ARNs whose entries are never removed.
    pub protect: &'a [Pattern],
    /// How far it goes.
    pub policy: Policy,
}

/// How far an owner goes with what is not its own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Policy {
    /// It takes over what it declares, whoever wrote it.
    pub adopt: bool,
    /// Its sources are the whole truth: what nobody owns goes.
    pub prune: bool,
}

/// What has to change, and what must not.
#[derive(Clone, Debug)]
pub struct Merge {
    /// In the order of the sources; removals last, in the order of the live lists.
    pub changes: Vec<Change>,
    /// What another owner, or nobody known, stands in the way of.
    pub conflicts: Vec<Conflict>,
    /// Entries of the owner that stay although it declares them no longer.
    pub protected: Vec<Meaning>,
    /// How many live entries stay that are not the owner's.
    pub foreign: usize,
    /// How many of those are as the owner declares them.
    pub unowned: usize,
    /// How many entries that the owner wrote are gone, and no longer declared.
    pub forgotten: usize,
    /// What the owner's record says afterwards.
    pub record: Record,
    /// Records of others that entries were taken out of.
    pub robbed: Vec<Record>,
}

/// Merges.
#[must_use]
pub fn merge(intent: &Intent<'_>, live: &Live) -> Merge {
    let index = Index::new(&live.document);
    let keys = intent.entries.iter().map(|entry| entry.meaning.key());
    let keys: Vec<Key> = keys.collect();
    let declared: HashSet<&Key> = keys.iter().collect();
    let mut merger = Merger::new(intent, live, &index, &declared);
    for (declared, key) in intent.entries.iter().zip(&keys) {
        merger.declared(declared, key);
    }
    merger.undeclared();
    merger.unseen();
    merger.merge
}

struct Merger<'a> {
    intent: &'a Intent<'a>,
    live: &'a Live,
    index: &'a Index<'a>,
    declared: &'a HashSet<&'a Key>,
    base: Record,
    others: Vec<Record>,
    merge: Merge,
}

impl<'a> Merger<'a> {
    fn new(
        intent: &'a Intent<'a>,
        live: &'a Live,
        index: &'a Index<'a>,
        declared: &'a HashSet<&'a Key>,
    ) -> Self {
        let empty = Record::new(intent.owner);
        let base = live.record(intent.owner).cloned();
        let base = base.unwrap_or_else(|| empty.clone());
        let others = live.records.iter();
        let mut record = empty;
        for section in Section::ALL
            .into_iter()
            .filter(|section| base.has_made(*section))
        {
            record.make(section);
        }
        Self {
            intent,
            live,
            index,
            declared,
            base,
            others: others
                .filter(|record| record.owner() != intent.owner)
                .cloned()
                .collect(),
            merge: Merge {
                changes: Vec::new(),
                conflicts: Vec::new(),
                protected: Vec::new(),
                foreign: 0,
                unowned: 0,
                forgotten: 0,
                record,
                robbed: Vec::new(),
            },
        }
    }

    /// An entry that the owner wants.
    fn declared(&mut self, declared: &Declared, key: &Key) {
        let wanted = &declared.meaning;
        let known_by = key.digest();
        let written = self.base.written(known_by);
        let holders = self.holders(known_by);
        if !holders.is_empty() && !self.intent.policy.adopt {
            self.refuse(declared, key, Standing::Held { by: holders });
            return;
        }
        self.take(known_by);
        let group = self.index.get(key);
        let Some((action, reason)) = decide(wanted, written, group, holders) else {
            return self.merge.record.own(known_by, wanted.digest());
        };
        match (&action, written.is_some() || self.intent.policy.adopt) {
            (Action::Adopt(_), false) => {
                self.merge.unowned += 1;
                self.merge.foreign += group.map_or(0, Group::len);
            }
            (Action::Update { .. }, false) => self.refuse(declared, key, Standing::Unowned),
            (Action::Add(_) | Action::Update { .. } | Action::Adopt(_) | Action::Remove(_), _) => {
                self.merge.record.own(known_by, wanted.digest());
                self.merge.changes.push(Change {
                    action,
                    reason,
                    place: Some(declared.place.clone()),
                    indices: group.map(Group::indices).unwrap_or_default(),
                });
            }
        }
    }

    /// The entries that the owner does not declare.
    fn undeclared(&mut self) {
        let declared = self.declared;
        for (key, group) in self
            .index
            .iter()
            .filter(|(key, _)| !declared.contains(*key))
        {
            let known_by = key.digest();
            let is_held = !self.holders(known_by).is_empty();
            match self.base.written(known_by).filter(|_| !is_held) {
                Some(written) => self.abandoned(known_by, group, written),
                None if is_held || !self.intent.policy.prune || self.protects(&group.meaning) => {
                    self.merge.foreign += group.len();
                }
                None => self.remove(group, Reason::Pruned),
            }
        }
    }

    /// An entry that the owner wrote and declares no longer.
    fn abandoned(&mut self, known_by: Digest, group: &Group<'_>, written: Digest) {
        let is_as_written = group.digest() == Some(written);
        if self.protects(&group.meaning) {
            self.merge.protected.push(group.meaning.clone());
        } else if is_as_written {
            return self.remove(group, Reason::Undeclared);
        } else if self.intent.policy.prune {
            return self.remove(group, Reason::PrunedThoughChanged);
        } else {
            self.merge.conflicts.push(Conflict {
                entry: group.meaning.clone(),
                there: None,
                standing: Standing::ChangedSince,
                place: None,
            });
        }
        self.merge.record.own(known_by, written);
    }

    fn remove(&mut self, group: &Group<'_>, reason: Reason) {
        self.merge.changes.push(Change {
            action: Action::Remove(group.meaning.clone()),
            reason,
            place: None,
            indices: group.indices(),
        });
    }

    /// The owner's entry cannot be had: what is there stays.
    fn refuse(&mut self, declared: &Declared, key: &Key, standing: Standing) {
        let known_by = key.digest();
        if let Some(written) = self.base.written(known_by) {
            self.merge.record.own(known_by, written);
        }
        let group = self.index.get(key);
        self.merge.foreign += group.map_or(0, Group::len);
        self.merge.conflicts.push(Conflict {
            entry: declared.meaning.clone(),
            there: group.map(|group| group.meaning.clone()),
            standing,
            place: Some(declared.place.clone()),
        });
    }

    /// Entries that the owner wrote, and that neither a source nor a live list shows. They are
    /// forgotten, unless they may be in a list that cannot be read, and stays as it is.
    fn unseen(&mut self) {
        if self.base.entries().next().is_none() {
            return;
        }
        let is_lost = |section: &Section| {
            let mut entries = self.intent.entries.iter();
            self.live.document.is_unreadable(*section)
                && !entries.any(|declared| declared.section() == *section)
        };
        let may_be_hidden = Section::ALL.iter().any(is_lost);
        let there = self.index.iter().map(|(key, _)| key);
        let declared = self.declared.iter().copied();
        let seen: HashSet<Digest> = there.chain(declared).map(Key::digest).collect();
        for (key, values) in self.base.entries().filter(|(key, _)| !seen.contains(key)) {
            if may_be_hidden {
                self.merge.record.own(key, values);
            } else {
                self.merge.forgotten += 1;
            }
        }
    }

    /// The other owners that have written a key.
    fn holders(&self, key: Digest) -> Vec<Owner> {
        let holds = |record: &&Record| record.written(key).is_some();
        let holders = self.others.iter().filter(holds);
        holders.map(|record| record.owner().clone()).collect()
    }

    /// Takes a key out of the records of the others.
    fn take(&mut self, key: Digest) {
        for record in &mut self.others {
            if record.release(key) {
                let owner = record.owner();
                self.merge.robbed.retain(|robbed| robbed.owner() != owner);
                self.merge.robbed.push(record.clone());
            }
        }
    }

    fn protects(&self, meaning: &Meaning) -> bool {
        let texts = [meaning.identity.to_string(), meaning.name()];
        let covers = |pattern: &Pattern| {
            let mut texts = texts.iter();
            texts.any(|text| pattern.matches_with(text, ANY_CASE))
        };
        self.intent.protect.iter().any(covers)
    }
}

/// IAM's names are unique whatever their case.
const ANY_CASE: MatchOptions = MatchOptions {
    case_sensitive: false,
    require_literal_separator: false,
    require_literal_leading_dot: false,
};
