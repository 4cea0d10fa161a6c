//! For a pull request.

use std::fmt::Write as _;

use super::{Report, counted};
use crate::markdown::cell;

pub(super) fn render(report: &Report<'_>) -> String {
    let summary = report.summary;
    let mut text = String::from("### aws-auth-sync lint\n\n");
    let counts = [
        counted(summary.errors, "error", "errors"),
        counted(summary.warnings, "warning", "warnings"),
        counted(summary.infos, "note", "notes"),
        format!("in {}", counted(summary.entries, "entry", "entries")),
    ];
    let _ = writeln!(text, "{}", counts.join(", "));
    if report.findings.is_empty() {
        return text;
    }
    text.push_str("\n| | Rule | Place | What | Why |\n|---|---|---|---|---|\n");
    for found in report.findings {
        let what = match &found.hint {
            Some(hint) => format!("{}: {hint}", found.message),
            None => found.message.clone(),
        };
        let place = format!(
            "{}:{}:{}",
            found.file, found.position.line, found.position.column
        );
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            found.severity.word(),
            found.rule.code,
            cell(&place),
            cell(&what),
            cell(found.rule.why),
        );
    }
    text
}
