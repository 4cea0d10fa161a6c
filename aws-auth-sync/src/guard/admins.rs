//! C02 and C11: who is in `system:masters`.

use iam_core::aws_auth::Entry;

use super::{Acknowledged, Change, Code, Guard, Mended, Named, listed};

/// Refuses to leave nobody in `system:masters`. Whom only somebody's edit of another owner's entry
/// put there was nobody's administrator: else such an edit could not be mended.
pub(super) fn last(change: &Change<'_>, mended: &Mended) -> Option<Guard> {
    let before: Vec<&Entry> = change
        .before
        .acting()
        .filter(|entry| is_admin(entry) && !mended.covers(entry))
        .collect();
    if before.is_empty() || change.after.acting().any(is_admin) {
        return None;
    }
    let message = format!(
        "nobody would be left in {MASTERS}, which {} now gives: aws-auth could be mended only by \
         the cluster's creator or through an access entry",
        listed(&before),
    );
    Some(Guard::new(Code::LastAdmin, message))
}

/// Refuses to put anybody into `system:masters` whom the sources do not acknowledge.
pub(super) fn new(change: &Change<'_>, acknowledged: &Acknowledged) -> Vec<Guard> {
    let is_new = |entry: &&Entry| {
        let was = || {
            change
                .before
                .acting_for(entry)
                .iter()
                .any(|entry| is_admin(entry))
        };
        is_admin(entry) && !acknowledged.covers(entry) && !was()
    };
    let new = change.after.acting().filter(is_new);
    new.map(|entry| {
        let message = format!(
            "{} would newly give {MASTERS}, which passes by RBAC; the source acknowledges it by \
             the comment # aws-auth-sync: allow C11",
            Named::from(entry),
        );
        Guard::new(Code::NewAdmin, message)
    })
    .collect()
}

fn is_admin(entry: &Entry) -> bool {
    entry.groups.iter().any(|group| group == MASTERS)
}

/// The group whose members pass by RBAC.
pub(crate) const MASTERS: &str = "system:masters";
