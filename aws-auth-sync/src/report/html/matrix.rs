//! Principals by namespaces.

use super::markup::Page;
use crate::access::{Access, Level};
use crate::report::{Cell, Report, Row};
use crate::rights::Reach;

/// The matrix; the words in it are explained above it.
pub(super) fn matrix(page: &mut Page, report: &Report<'_>) {
    page.markup("<section id=access aria-labelledby=access-title>\n");
    page.markup("<h2 id=access-title>Access</h2>\n");
    if let Some(caveat) = report.caveat {
        page.markup("<p role=note><strong>Note:</strong> ");
        page.markup(caveat);
        page.markup(".</p>\n");
    }
    legend(page);
    page.markup("<div class=scroll tabindex=0 role=region aria-labelledby=access-title>\n");
    page.markup("<table class=matrix>\n<thead><tr><th scope=col>Principal</th>");
    page.markup("<th scope=col>Everywhere</th>");
    for namespace in &report.namespaces {
        page.markup("<th scope=col>");
        page.code(namespace);
        page.markup("</th>");
    }
    page.markup("</tr></thead>\n<tbody>\n");
    for (number, row) in report.rows.iter().enumerate() {
        self::row(page, report, number, row);
    }
    page.end_of_table();
    page.markup("</section>\n");
}

fn row(page: &mut Page, report: &Report<'_>, number: usize, row: &Row<'_>) {
    page.markup("<tr><th scope=row><a href=\"#principal-");
    page.number(number);
    page.markup("\">");
    page.code(&row.standing.principal);
    page.markup("</a><small>");
    page.text(&row.standing.username);
    page.markup("</small></th>");
    cell(page, row.cell(Reach::Everywhere));
    for namespace in &report.namespaces {
        cell(page, row.cell(Reach::Namespace(namespace)));
    }
    page.markup("</tr>\n");
}

fn cell(page: &mut Page, cell: Cell) {
    page.markup("<td class=");
    page.markup(class(cell.certain.level));
    page.markup(">");
    word(page, cell.certain);
    if let Some(possible) = cell.beyond() {
        page.markup("<small class=possible>");
        word(page, possible);
        page.markup(" by the name of a session</small>");
    }
    page.markup("</td>");
}

fn word(page: &mut Page, access: Access) {
    match access.level {
        Level::None => page.markup("<span aria-label=none>–</span>"),
        Level::Some | Level::View | Level::Edit | Level::Admin | Level::Everything => {
            page.markup(access.level.word());
        }
    }
    if access.reads_secrets && access.level != Level::Everything {
        page.markup(" <small class=secrets>reads secrets</small>");
    }
}

const fn class(level: Level) -> &'static str {
    match level {
        Level::None => "none",
        Level::Some => "some",
        Level::View => "view",
        Level::Edit => "edit",
        Level::Admin => "admin",
        Level::Everything => "everything",
    }
}

fn legend(page: &mut Page) {
    page.markup("<dl class=legend>\n");
    for (level, told) in LEGEND {
        page.markup("<div><dt class=");
        page.markup(class(level));
        page.markup(">");
        page.markup(level.word());
        page.markup("</dt><dd>");
        page.markup(told);
        page.markup("</dd></div>\n");
    }
    page.markup("</dl>\n<p>A namespace has a column where somebody may do more in it than everywhere.</p>\n");
}

const LEGEND: [(Level, &str); 5] = [
    (Level::Some, "less than to look at pods"),
    (Level::View, "looks at pods"),
    (Level::Edit, "runs code: starts pods, or gets into them"),
    (Level::Admin, "gives rights to others, or acts as others"),
    (
        Level::Everything,
        "cluster-admin, or past RBAC as a member of system:masters",
    ),
];
