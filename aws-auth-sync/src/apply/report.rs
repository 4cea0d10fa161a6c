//! What was done, for people.

use crate::plan::Plan;
use crate::plan::report::{entries, listed};

/// After a write.
pub(super) fn done(plan: &Plan, is_new: bool, version: &str) -> String {
    let verb = if is_new { "created" } else { "changed" };
    let entries = written(plan);
    let last = format!("aws-auth {verb}: {entries}, read back at resourceVersion {version}");
    listed(&plan.merge.changes, &last)
}

/// Where nothing was written.
pub(super) fn trial(plan: &Plan, end: &str) -> String {
    let last = format!("aws-auth would change: {}; {end}", written(plan));
    listed(&plan.merge.changes, &last)
}

fn written(plan: &Plan) -> String {
    match plan.merge.changes.len() {
        0 => format!("the record of {} alone", plan.owner),
        count => entries(count),
    }
}
