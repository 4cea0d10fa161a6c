//! For a pull request.

use std::fmt::Write as _;

use super::Report;
use crate::lint::report::counted;
use crate::markdown::cell;
use crate::rights::Reach;

/// Tables of Markdown.
#[must_use]
pub fn markdown(report: &Report<'_>) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "## Who may do what: {}\n", cell(&report.about.scene));
    let administrators = report.administrators();
    let counts = [
        counted(report.rows.len(), "principal", "principals"),
        counted(administrators.len(), "administrator", "administrators"),
        counted(report.findings.len(), "finding", "findings"),
    ];
    let _ = writeln!(text, "{}, as of {}", counts.join(", "), report.about.made);
    if !administrators.is_empty() {
        heading(
            &mut text,
            "Administrators",
            &["Principal", "Through", "Entry"],
        );
    }
    for found in &administrators {
        let through = found.through.join("; ");
        row(
            &mut text,
            [&found.row.standing.principal, &through, &found.row.place],
        );
    }
    changes(&mut text, report);
    matrix(&mut text, report);
    if !report.idle.is_empty() {
        heading(
            &mut text,
            "Entries that let nobody in",
            &["Entry", "Place", "Why"],
        );
    }
    for (idle, place) in &report.idle {
        row(
            &mut text,
            [&idle.entry.identity.to_string(), place, idle.reason],
        );
    }
    findings(&mut text, report);
    text
}

fn changes(text: &mut String, report: &Report<'_>) {
    let Some(since) = &report.about.since else {
        return;
    };
    let title = format!("Changes since {}", cell(since));
    if report.changes.is_empty() {
        let _ = writeln!(text, "\n### {title}\n\nNone.");
        return;
    }
    heading(text, &title, &["", "Principal", "What"]);
    for change in &report.changes {
        let told = change.told().join("; ");
        row(text, [change.kind().word(), &change.principal, &told]);
    }
}

fn matrix(text: &mut String, report: &Report<'_>) {
    let namespaces: Vec<String> = report.namespaces.iter().map(|name| cell(name)).collect();
    let fixed = ["Principal", "User", "Groups", "Everywhere"];
    let named = namespaces.iter().map(String::as_str);
    let columns: Vec<&str> = fixed.into_iter().chain(named).collect();
    heading(text, "Access", &columns);
    for found in &report.rows {
        let standing = &found.standing;
        let fixed = [
            standing.principal.clone(),
            standing.username.clone(),
            standing.groups.join(", "),
            found.cell(Reach::Everywhere).told(),
        ];
        let named = report.namespaces.iter();
        let named = named.map(|name| found.cell(Reach::Namespace(name)).told());
        row(text, fixed.into_iter().chain(named));
    }
    text.push_str(LEGEND);
    if let Some(caveat) = report.caveat {
        let _ = writeln!(text, "\n**Note:** {caveat}.");
    }
}

fn findings(text: &mut String, report: &Report<'_>) {
    if report.findings.is_empty() {
        return;
    }
    heading(text, "Findings", &["", "Rule", "Place", "What"]);
    for found in report.findings {
        let place = super::row::finding_place(found);
        let told = match &found.hint {
            Some(hint) => format!("{}: {hint}", found.message),
            None => found.message.clone(),
        };
        row(
            text,
            [found.severity.word(), found.rule.code, &place, &told],
        );
    }
}

/// A heading, and the head of a table; the titles are Markdown already.
fn heading(text: &mut String, title: &str, columns: &[&str]) {
    let rule = "---|".repeat(columns.len());
    let _ = writeln!(
        text,
        "\n### {title}\n\n| {} |\n|{rule}",
        columns.join(" | ")
    );
}

fn row(text: &mut String, cells: impl IntoIterator<Item = impl AsRef<str>>) {
    text.push('|');
    for content in cells {
        let _ = write!(text, " {} |", cell(content.as_ref()));
    }
    text.push('\n');
}

const LEGEND: &str = "\nview: to look at pods; edit: to run code in them; admin: to give rights to others; \
    everything: cluster-admin or system:masters; some: less than to look at pods.\n";
