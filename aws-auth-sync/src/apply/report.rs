//! What was done, for people.

use std::fmt::Write as _;

use crate::plan::Plan;
use crate::plan::report::line;

/// After a write.
pub(super) fn done(plan: &Plan, is_new: bool, version: &str) -> String {
    let verb = if is_new { "created" } else { "changed" };
    let entries = entries(plan);
    let last = format!("aws-auth {verb}: {entries}, read back at resourceVersion {version}");
    lines(plan, &last)
}

/// Where nothing was written.
pub(super) fn trial(plan: &Plan, end: &str) -> String {
    lines(
        plan,
        &format!("aws-auth would change: {}; {end}", entries(plan)),
    )
}

fn lines(plan: &Plan, last: &str) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for change in &plan.merge.changes {
        let _ = writeln!(text, "{}", line(change));
    }
    let _ = writeln!(text, "{last}");
    text
}

fn entries(plan: &Plan) -> String {
    match plan.merge.changes.len() {
        0 => format!("the record of {} alone", plan.owner),
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    }
}
