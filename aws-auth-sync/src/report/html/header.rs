//! What the page is of, and what there is on it.

use super::markup::Page;
use crate::lint::report::counted;
use crate::report::Report;

/// What the page is of, and what there is on it.
pub(super) fn header(page: &mut Page, report: &Report<'_>) {
    page.markup("<header>\n<h1>Who may do what</h1>\n<p>");
    page.text(&report.about.scene);
    page.markup(", as of <time>");
    page.text(&report.about.made.to_string());
    page.markup("</time></p>\n<nav aria-label=Sections><ul>\n");
    let administrators = report.administrators().len();
    link(
        page,
        "#administrators",
        &counted(administrators, "administrator", "administrators"),
    );
    if report.about.since.is_some() {
        link(
            page,
            "#changes",
            &counted(report.changes.len(), "change", "changes"),
        );
    }
    link(
        page,
        "#access",
        &counted(report.rows.len(), "principal", "principals"),
    );
    if !report.idle.is_empty() {
        let told = counted(
            report.idle.len(),
            "entry lets nobody in",
            "entries let nobody in",
        );
        link(page, "#idle", &told);
    }
    link(
        page,
        "#findings",
        &counted(report.findings.len(), "finding", "findings"),
    );
    page.markup("</ul></nav>\n</header>\n");
}

fn link(page: &mut Page, to: &'static str, text: &str) {
    page.markup("<li><a href=\"");
    page.markup(to);
    page.markup("\">");
    page.text(text);
    page.markup("</a></li>\n");
}
