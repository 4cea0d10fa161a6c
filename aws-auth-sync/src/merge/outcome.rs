//! Whether what was planned is there.

use iam_core::aws_auth::Document;

use super::{Action, Merge, index::Index};
use crate::meaning::Meaning;
use crate::source::Declared;

/// The first of the owner's entries that is not as it should be. Those of others are their affair:
/// they may change at any time.
#[must_use]
pub fn first_amiss(merge: &Merge, entries: &[Declared], found: &Document) -> Option<Meaning> {
    let index = Index::new(found);
    let is_amiss = |entry: &Meaning| {
        let key = entry.key();
        let group = index.get(&key);
        let is_right =
            group.is_some_and(|group| !group.is_ambiguous && group.meaning.is_same(entry));
        merge.record.written(key.digest()).is_some() && !is_right
    };
    let mut wanted = entries.iter().map(|entry| &entry.meaning);
    let amiss = wanted.find(|entry| is_amiss(entry)).cloned();
    amiss.or_else(|| {
        let mut removed = merge
            .changes
            .iter()
            .filter_map(|change| match &change.action {
                Action::Remove(entry) => Some(entry),
                Action::Add(_) | Action::Update { .. } | Action::Adopt(_) => None,
            });
        removed
            .find(|entry| index.get(&entry.key()).is_some())
            .cloned()
    })
}
