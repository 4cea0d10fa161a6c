//! Who administers the cluster.

use super::markup::Page;
use crate::report::Report;

/// Who administers the cluster.
pub(super) fn administrators(page: &mut Page, report: &Report<'_>) {
    page.markup("<section id=administrators>\n<h2>Administrators</h2>\n");
    let found = report.administrators();
    if found.is_empty() {
        page.markup("<p>No entry makes an administrator of the whole cluster.</p>\n</section>\n");
        return;
    }
    page.table("Administrators", &["Principal", "Through", "Entry"]);
    for found in &found {
        page.markup("<tr><th scope=row><a href=\"#principal-");
        page.number(found.number);
        page.markup("\">");
        page.code(&found.row.standing.principal);
        page.markup("</a></th><td><ul>");
        for through in &found.through {
            page.markup("<li>");
            page.text(through);
            page.markup("</li>");
        }
        page.markup("</ul></td>");
        page.cell(&found.row.place);
        page.markup("</tr>\n");
    }
    page.end_of_table();
    page.markup("</section>\n");
}
