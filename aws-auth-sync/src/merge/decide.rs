//! One entry that is wanted, beside what was written and what is there.

use super::index::Group;
use super::{Action, Reason};
use crate::digest::Digest;
use crate::meaning::Meaning;
use crate::owner::Owner;

/// What becomes of an entry that is wanted; `None` where it is there and the owner's already.
pub(super) fn decide(
    wanted: &Meaning,
    written: Option<Digest>,
    there: Option<&Group<'_>>,
    mut holders: Vec<Owner>,
) -> Option<(Action, Reason)> {
    let taken = holders.pop().map(|from| Reason::TakenOver { from });
    let because = |reason| taken.clone().unwrap_or(reason);
    let after = wanted.clone();
    let Some(there) = there else {
        let reason = written.map_or(Reason::New, |_| Reason::RemovedByOthers);
        return Some((Action::Add(after), because(reason)));
    };
    if !there.is_ambiguous && there.meaning.is_same(wanted) {
        let is_ours = written.is_some() && taken.is_none();
        return (!is_ours).then(|| (Action::Adopt(after), because(Reason::Adopted)));
    }
    let before = there.meaning.clone();
    let reason = match written {
        None => Reason::Adopted,
        Some(written) if there.digest() == Some(written) => Reason::Declared,
        Some(_) => Reason::ChangedByOthers,
    };
    Some((Action::Update { before, after }, because(reason)))
}
