//! For a pull request.

use std::fmt::Write as _;

use super::text::{Counted, Gives, Named};
use crate::markdown::cell;
use crate::meaning::Meaning;
use crate::plan::Plan;
use crate::warning::Warning;

pub(super) fn render(plan: &Plan) -> String {
    let mut text = String::from("### aws-auth-sync plan\n\n");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "`{}`: {}", plan.owner, Counted(plan));
    for guard in &plan.guards {
        let (code, what, flag) = (guard.code, cell(&guard.message), guard.override_flag);
        let _ = writeln!(text, "\n> **{code}** {what} (`{flag}` lets it pass)");
    }
    for guard in &plan.passed {
        let (code, what, flag) = (guard.code, cell(&guard.message), guard.override_flag);
        let _ = writeln!(text, "\n> **{code}** {what} (let pass by `{flag}`)");
    }
    for conflict in &plan.merge.conflicts {
        let (what, flag) = (cell(&conflict.to_string()), conflict.flag());
        let _ = writeln!(text, "\n> **conflict** {what} (`{flag}` settles it)");
    }
    for Warning { code, message } in &plan.warnings {
        let _ = writeln!(text, "\n> **{code}** {}", cell(message));
    }
    if plan.merge.changes.is_empty() {
        return text;
    }
    text.push_str("\n| | Entry | Now | Then | Why |\n|---|---|---|---|---|\n");
    for change in &plan.merge.changes {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            change.word(),
            cell(&Named(change.entry()).to_string()),
            side(change.action.before()),
            side(change.action.after()),
            cell(&change.reason.to_string()),
        );
    }
    text
}

fn side(entry: Option<&Meaning>) -> String {
    let gives = entry.map(|entry| cell(Gives(entry).to_string().trim_start()));
    match gives.as_deref() {
        Some("") => "listed".to_owned(),
        Some(gives) => gives.to_owned(),
        None => String::new(),
    }
}
