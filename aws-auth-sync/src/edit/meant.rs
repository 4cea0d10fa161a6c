//! Whether a section is read as it was meant.

use std::collections::HashMap;

use iam_core::aws_auth::{Document, Entry, Identity, Section};

use crate::live::Live;
use crate::meaning::Meaning;
use crate::merge::{Action, Change};

/// Whether `after` holds of a section what `live` does with `changes` made, and nothing else.
pub(super) fn holds(section: Section, live: &Live, changes: &[Change], after: &Document) -> bool {
    let mut found = after.section(section);
    let mut fates = HashMap::with_capacity(changes.len());
    for change in changes.iter().filter(|change| change.section() == section) {
        fates.extend(fates_of(change));
    }
    let is_list = live.list(section).is_some();
    let before = live.document.section(section).filter(|_| is_list);
    let mut is_right = |expected: Expected<'_>| {
        found.next().is_some_and(|found| match expected {
            Expected::AsItWas(entry) => says(entry) == says(found),
            Expected::As(meaning) => *meaning == *found || meaning.is_same(&found.into()),
        })
    };
    let stays = before.filter_map(|entry| match fates.get(&entry.index) {
        None => Some(Expected::AsItWas(entry)),
        Some(Fate::Becomes(meaning)) => Some(Expected::As(meaning)),
        Some(Fate::Goes) => None,
    });
    let all_stay = stays.into_iter().all(&mut is_right);
    let comes = changes.iter().filter(|change| change.section() == section);
    let mut comes = comes.filter_map(|change| match &change.action {
        Action::Add(entry) => Some(Expected::As(entry)),
        Action::Update { .. } | Action::Remove(_) | Action::Adopt(_) => None,
    });
    let all_come = comes.all(&mut is_right);
    all_stay && all_come && found.next().is_none() && !after.is_unreadable(section)
}

fn says(entry: &Entry) -> (&Identity, &str, &[String]) {
    (&entry.identity, &entry.username, &entry.groups)
}

enum Expected<'a> {
    AsItWas(&'a Entry),
    As(&'a Meaning),
}

/// What becomes of an entry that is there.
enum Fate<'a> {
    Becomes(&'a Meaning),
    Goes,
}

/// What a change means to the entries of its key, by their places.
fn fates_of(change: &Change) -> Vec<(usize, Fate<'_>)> {
    let goes = |at: &usize| (*at, Fate::Goes);
    match &change.action {
        Action::Add(_) | Action::Adopt(_) => Vec::new(),
        Action::Remove(_) => change.indices.iter().map(goes).collect(),
        Action::Update { after, .. } => {
            let mut fates: Vec<_> = change.indices.iter().map(goes).collect();
            if let Some((_, fate)) = fates.first_mut() {
                *fate = Fate::Becomes(after);
            }
            fates
        }
    }
}
