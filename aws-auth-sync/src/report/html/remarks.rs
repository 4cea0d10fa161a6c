//! What is wrong, or does nothing.

use super::markup::Page;
use crate::lint::Severity;
use crate::report::Report;
use crate::report::row::finding_place;

/// Entries of aws-auth that let nobody in.
pub(super) fn idle(page: &mut Page, report: &Report<'_>) {
    if report.idle.is_empty() {
        return;
    }
    page.markup("<section id=idle>\n<h2>Entries that let nobody in</h2>\n");
    page.table("Entries that let nobody in", &["Entry", "Place", "Why"]);
    for (idle, place) in &report.idle {
        page.markup("<tr><th scope=row>");
        page.code(&idle.entry.identity.to_string());
        page.markup("</th>");
        page.cell(place);
        page.cell(idle.reason);
        page.markup("</tr>\n");
    }
    page.end_of_table();
    page.markup("</section>\n");
}

/// What lint finds.
pub(super) fn findings(page: &mut Page, report: &Report<'_>) {
    page.markup("<section id=findings>\n<h2>Findings</h2>\n");
    if report.findings.is_empty() {
        page.markup("<p>None.</p>\n</section>\n");
        return;
    }
    page.table(
        "Findings",
        &["Severity", "Rule", "Place", "What", "Why it matters"],
    );
    for found in report.findings {
        page.markup(match found.severity {
            Severity::Error => "<tr class=error><td>",
            Severity::Warning => "<tr class=warning><td>",
            Severity::Info => "<tr class=info><td>",
        });
        page.markup(found.severity.word());
        page.markup("</td>");
        page.cell(found.rule.code);
        page.cell(&finding_place(found));
        page.markup("<td>");
        page.text(&found.message);
        if let Some(hint) = &found.hint {
            page.markup("<br><em>");
            page.text(hint);
            page.markup("</em>");
        }
        page.markup("</td>");
        page.cell(found.rule.why);
        page.markup("</tr>\n");
    }
    page.end_of_table();
    page.markup("</section>\n");
}
