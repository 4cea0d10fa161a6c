//! Which changes need a look first.

use iam_core::aws_auth::Section;

use crate::guard::{MASTERS, lets_nodes_in};
use crate::merge::{Action, Change};

/// What changes are sorted by: those about administrators and nodes first, then what goes or
/// changes.
pub(crate) fn risk(change: &Change) -> (bool, u8, Section, String) {
    let rank = match change.action {
        Action::Remove(_) => 0,
        Action::Update { .. } => 1,
        Action::Add(_) => 2,
        Action::Adopt(_) => 3,
    };
    let key = change.entry().key();
    (
        !is_delicate(change),
        rank,
        key.section(),
        key.as_str().to_owned(),
    )
}

/// Whether it is about administrators or nodes.
fn is_delicate(change: &Change) -> bool {
    let entries = [change.action.before(), change.action.after()];
    let mut entries = entries.into_iter().flatten();
    entries.any(|entry| entry.gives(MASTERS) || lets_nodes_in(&entry.username, &entry.groups))
}
