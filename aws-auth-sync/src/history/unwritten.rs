//! States that were saved before a write that was never made: the run was killed in between.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::ConfigMap;

use super::{Occasion, Revision};
use crate::cluster::MANAGER;

/// The numbers of those among `revisions`, in their order, where `object` is aws-auth as it is.
///
/// A write changes the resourceVersion: who still finds that of the state, in aws-auth or before
/// a later write, finds that none was made. Where others have written since, the API server's
/// account of our last write tells, which is older than the state then.
#[must_use]
pub fn unwritten(revisions: &[Revision], object: Option<&ConfigMap>) -> BTreeSet<u64> {
    let last_write = object.and_then(last_write);
    let mut seen: BTreeSet<&str> = object
        .and_then(|object| object.metadata.resource_version.as_deref())
        .into_iter()
        .collect();
    let mut unwritten = BTreeSet::new();
    for (at, revision) in revisions.iter().enumerate().rev() {
        let is_unwritten = match revision.note.as_ref().map(|note| note.before) {
            None => false,
            Some(Occasion::Apply | Occasion::Rollback) => {
                let version = revision.note.as_ref();
                let version = version.and_then(|note| note.resource_version.as_deref());
                let is_seen = version.is_some_and(|version| !seen.insert(version));
                // Times of one length, to the second: their order is that of the texts.
                let is_later = revision.time.as_ref() > last_write.as_ref();
                is_seen || (last_write.is_some() && is_later)
            }
            // It was saved with the state before, which is judged next.
            Some(Occasion::Confirm) => continue,
        };
        if is_unwritten {
            unwritten.insert(revision.number);
            unwritten.extend(
                revisions
                    .get(at + 1)
                    .and_then(|next| confirmed(revision, next)),
            );
        }
    }
    unwritten
}

/// The number of `next`, where it is what a change was to make of the state `revision`.
fn confirmed(revision: &Revision, next: &Revision) -> Option<u64> {
    let (before, after) = (revision.note.as_ref()?, next.note.as_ref()?);
    let is_its = after.before == Occasion::Confirm
        && (&before.owner, &before.summary) == (&after.owner, &after.summary);
    is_its.then_some(next.number)
}

/// When this program wrote aws-auth last, as far as the API server tells.
fn last_write(object: &ConfigMap) -> Option<String> {
    let managers = object.metadata.managed_fields.iter().flatten();
    let ours = managers.filter(|entry| entry.manager.as_deref() == Some(MANAGER));
    ours.filter_map(|entry| Some(entry.time.as_ref()?.0.to_string()))
        .max()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::history::Note;

    fn revision(number: u64, before: Occasion, version: &str, second: u8) -> Revision {
        Revision {
            number,
            time: Some(format!("2026-11-29T10:00:{second:02}Z")),
            note: Some(Note {
                before,
                owner: Some("platform".to_owned()),
                resource_version: (!version.is_empty()).then(|| version.to_owned()),
                summary: "1 to add".to_owned(),
                bytes: 9,
            }),
        }
    }

    fn object(version: &str, second: u8) -> ConfigMap {
        let ours = json!({
            "manager": "aws-auth-sync", "operation": "Update", "apiVersion": "v1",
            "time": format!("2026-11-29T10:00:{second:02}Z"),
        });
        let other = json!({
            "manager": "kubectl", "operation": "Update", "apiVersion": "v1",
            "time": "2026-11-29T11:00:00Z",
        });
        let metadata = json!({"resourceVersion": version, "managedFields": [ours, other]});
        serde_json::from_value(json!({"metadata": metadata})).unwrap()
    }

    #[test]
    fn a_state_that_nothing_followed_is_known() {
        use Occasion::{Apply, Confirm, Rollback};
        let written = [
            revision(1, Apply, "10", 1),
            revision(2, Rollback, "11", 2),
            revision(3, Apply, "12", 3),
        ];
        let found = |revisions: &[Revision], object: &ConfigMap| {
            unwritten(revisions, Some(object))
                .into_iter()
                .collect::<Vec<_>>()
        };
        assert_eq!(found(&written, &object("13", 3)), [0; 0]);
        // Nothing was written since the last one.
        assert_eq!(found(&written, &object("12", 2)), [3]);
        // Nothing but by others.
        assert_eq!(found(&written, &object("20", 2)), [3]);
        // The next run went on from there.
        let next = [
            revision(1, Apply, "10", 1),
            revision(2, Apply, "10", 1),
            revision(3, Apply, "11", 3),
        ];
        assert_eq!(found(&next, &object("12", 3)), [1]);
        let confirming = [
            revision(1, Apply, "10", 1),
            revision(2, Apply, "11", 4),
            revision(3, Confirm, "", 4),
            revision(4, Confirm, "", 4),
        ];
        assert_eq!(found(&confirming, &object("11", 1)), [2, 3]);
        assert_eq!(found(&confirming, &object("12", 4)), [0; 0]);
        assert!(unwritten(&written, None).is_empty());
    }
}
