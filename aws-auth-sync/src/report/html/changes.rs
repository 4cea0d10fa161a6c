//! What is otherwise than in the other revision.

use super::markup::Page;
use crate::report::{Kind, Report};

/// What is otherwise than in the other revision.
pub(super) fn changes(page: &mut Page, report: &Report<'_>) {
    let Some(since) = &report.about.since else {
        return;
    };
    page.markup("<section id=changes>\n<h2>Changes since ");
    page.code(since);
    page.markup("</h2>\n");
    if report.changes.is_empty() {
        page.markup("<p>None.</p>\n</section>\n");
        return;
    }
    page.table("Changes", &["Change", "Principal", "What"]);
    for change in &report.changes {
        let kind = change.kind();
        page.markup(match kind {
            Kind::Added => "<tr class=added><td>",
            Kind::Removed => "<tr class=removed><td>",
            Kind::Changed => "<tr class=changed><td>",
        });
        page.markup(kind.word());
        page.markup("</td><th scope=row>");
        page.code(&change.principal);
        page.markup("</th><td><ul>");
        for told in change.told() {
            page.markup("<li>");
            page.text(&told);
            page.markup("</li>");
        }
        page.markup("</ul></td></tr>\n");
    }
    page.end_of_table();
    page.markup("</section>\n");
}
