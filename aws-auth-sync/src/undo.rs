//! Back from one state of aws-auth to an earlier one. What others have changed since the later
//! one stays, entry by entry.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};

use iam_core::aws_auth::{Document, Section};

use crate::cluster::Content;
use crate::desired::sections;
use crate::digest::Digest;
use crate::edit::{self, SectionEdit, TextError, Way};
use crate::live::Live;
use crate::meaning::Meaning;
use crate::merge::{Action, Change, Group, Index, Reason};
use crate::owner::Owner;
use crate::plan::{Annotation, risk};
use crate::record::Record;

/// What leads back.
#[derive(Clone, Debug)]
pub struct Undo {
    /// The entries that change, those that need a look first.
    pub changes: Vec<Change>,
    /// Entries that stay, because others have changed or taken them since.
    pub kept: Vec<Meaning>,
    /// What is written.
    pub content: Content,
    /// What the consumer reads afterwards.
    pub document: Document,
}

/// Undoes in `now` what led from `before` to `after`.
///
/// # Errors
/// When a text that others have changed since cannot be edited.
pub fn undo(before: &Live, after: &Live, now: &Live) -> Result<Undo, TextError> {
    let (mut changes, kept) = changes(before, after, now);
    let edits = edits([before, after, now], &changes, &kept)?;
    changes.sort_by_cached_key(risk);
    Ok(Undo {
        changes,
        kept,
        document: Document::parse(&sections(&edit::after(&now.data, &edits))),
        content: Content::new(&edits, &annotations(before, after, now)),
    })
}

impl Undo {
    /// The first entry that is not as it should be.
    #[must_use]
    pub fn first_amiss(&self, found: &Document) -> Option<Meaning> {
        let index = Index::new(found);
        let is_right = |change: &&Change| {
            let found = index.get(&change.entry().key());
            match (change.action.after(), found) {
                (None, None) => true,
                (Some(wanted), Some(found)) => found.meaning.is_same(wanted),
                (Some(_), None) | (None, Some(_)) => false,
            }
        };
        let amiss = self.changes.iter().find(|change| !is_right(change));
        amiss.map(|change| change.entry().clone())
    }
}

/// What changes, and what is no longer the change's to undo.
fn changes(before: &Live, after: &Live, now: &Live) -> (Vec<Change>, Vec<Meaning>) {
    let holders = |live: &Live, key: Digest| -> Vec<Owner> {
        let held = live.records.iter();
        let held = held.filter(|record| record.written(key).is_some());
        held.map(|record| record.owner().clone()).collect()
    };
    let is_taken = |key: Digest| holders(after, key) != holders(now, key);
    let [old, new, there] = [before, after, now].map(|live| Index::new(&live.document));
    let (mut changes, mut kept) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for (key, _) in new.iter().chain(old.iter()) {
        let (old, new, there) = (old.get(key), new.get(key), there.get(key));
        if !seen.insert(key) || alike(old, new) || alike(old, there) {
            continue;
        }
        if alike(new, there) && !is_taken(key.digest()) {
            changes.extend(change(old, there));
        } else {
            let entry = there.or(new).or(old);
            kept.extend(entry.map(|group| group.meaning.clone()));
        }
    }
    (changes, kept)
}

/// Whether the consumer takes both alike.
fn alike(one: Option<&Group<'_>>, other: Option<&Group<'_>>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one.is_ambiguous == other.is_ambiguous && one.meaning.is_same(&other.meaning)
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn change(old: Option<&Group<'_>>, there: Option<&Group<'_>>) -> Option<Change> {
    let meaning = |group: &Group<'_>| group.meaning.clone();
    let action = match (there.map(meaning), old.map(meaning)) {
        (None, None) => return None,
        (Some(there), None) => Action::Remove(there),
        (None, Some(old)) => Action::Add(old),
        (Some(before), Some(after)) => Action::Update { before, after },
    };
    Some(Change {
        action,
        reason: Reason::Restored,
        place: None,
        indices: there.map(Group::indices).unwrap_or_default(),
    })
}

/// A text that nobody has changed since becomes what it was, byte for byte; another is edited.
fn edits(
    [before, after, now]: [&Live; 3],
    changes: &[Change],
    kept: &[Meaning],
) -> Result<Vec<SectionEdit>, TextError> {
    let text = |live: &Live, section: Section| live.data.get(section.key()).cloned();
    let is_touched = |section: Section| {
        let mut kept = kept.iter().map(|entry| entry.identity.section());
        text(now, section) != text(after, section) || kept.any(|of| of == section)
    };
    let touched = changes.iter().filter(|change| is_touched(change.section()));
    let mut edits = edit::edit(now, &touched.cloned().collect::<Vec<_>>())?.edits;
    for section in Section::ALL {
        let old = text(before, section);
        if !is_touched(section) && old != text(after, section) {
            edits.push(SectionEdit {
                section,
                way: old.as_ref().map_or(Way::Remove, |_| Way::Write),
                text: old,
            });
        }
    }
    Ok(edits)
}

/// The records as they were, without what their owners have written since.
fn annotations(before: &Live, after: &Live, now: &Live) -> Vec<Annotation> {
    let records = [before, after].into_iter().flat_map(|live| &live.records);
    let owners: BTreeSet<&Owner> = records.map(Record::owner).collect();
    let annotations = owners.into_iter().filter_map(|owner| {
        let none = Record::new(owner);
        let of = |live: &'_ Live| live.record(owner).unwrap_or(&none).clone();
        let (there, undone) = (of(now), of(now).undone(&of(before), &of(after)));
        (there.value() != undone.value()).then(|| Annotation {
            key: undone.annotation(),
            value: undone.value(),
        })
    });
    annotations.collect()
}
