//! C04: how much goes at once.

use std::collections::HashSet;

use iam_core::aws_auth::{Entry, Section};

use super::view::View;
use super::{Change, Code, Guard, listed};

/// Refuses to empty a section, or to take away more than half of the entries.
pub(super) fn check(change: &Change<'_>) -> Vec<Guard> {
    let mut messages = Vec::new();
    for section in Section::ALL {
        let of_section = |view: &View<'_>| view.kept().any(|entry| entry.section == section);
        if of_section(&change.before) && !of_section(&change.after) {
            let before = change.before.kept();
            let lost: Vec<&Entry> = before.filter(|entry| entry.section == section).collect();
            messages.push(format!(
                "{section} would be empty, which now has {}",
                listed(&lost)
            ));
        }
    }
    let place = |(key, entry): (_, &Entry)| (entry.section, key);
    let after: HashSet<_> = change.after.keyed().map(place).collect();
    let before = change.before.keyed();
    let lost = before.filter(|keyed| !after.contains(&place(*keyed)));
    let lost: Vec<&Entry> = lost.map(|(_, entry)| entry).collect();
    let count = change.before.kept().count();
    if lost.len() * 2 > count {
        let (lost, names) = (lost.len(), listed(&lost));
        messages.push(format!("{lost} of {count} entries would go: {names}"));
    }
    let guard = |message| Guard::new(Code::MassDeletion, message);
    messages.into_iter().map(guard).collect()
}
