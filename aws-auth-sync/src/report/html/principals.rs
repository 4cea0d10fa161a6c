//! By what each principal may do what it may.

use std::collections::BTreeMap;

use iam_core::access_entry::Rule;

use super::markup::Page;
use crate::access::Access;
use crate::name::Fit;
use crate::report::{Report, Row};
use crate::rights::told;
use crate::rule_told;

/// The roles and policies that somebody has, each by its name, with the number of its anchor.
type Roles<'a> = BTreeMap<String, (usize, Access, &'a [Rule])>;

/// The principals, then what they are bound to.
pub(super) fn principals(page: &mut Page, report: &Report<'_>) {
    let roles = roles(&report.rows);
    page.markup("<section id=principals>\n<h2>By what</h2>\n");
    for (number, row) in report.rows.iter().enumerate() {
        principal(page, number, row, &roles);
    }
    page.markup("</section>\n");
    if roles.is_empty() {
        return;
    }
    page.markup("<section id=roles>\n<h2>Roles and policies</h2>\n");
    for (name, (number, access, rules)) in &roles {
        page.markup("<details><summary>");
        page.text(name);
        page.markup(": ");
        page.text(&access.told());
        page.markup("</summary>\n<ul id=role-");
        page.number(*number);
        page.markup(">\n");
        for rule in *rules {
            page.markup("<li>");
            page.text(&rule_told::text(rule));
            page.markup("</li>\n");
        }
        page.markup("</ul>\n</details>\n");
    }
    page.markup("</section>\n");
}

fn roles<'a>(rows: &'a [Row<'_>]) -> Roles<'a> {
    let mut roles = Roles::new();
    for (name, rules) in rows
        .iter()
        .flat_map(given)
        .map(|(_, name, rules)| (name, rules))
    {
        let number = roles.len();
        roles
            .entry(name)
            .or_insert_with(|| (number, Access::of(rules), rules));
    }
    roles
}

/// By what a role or policy is given, its name, and its rules.
fn given<'a>(row: &'a Row<'_>) -> impl Iterator<Item = (String, String, &'a [Rule])> {
    let bound = row.rights.grants.iter().map(|grant| {
        let rules = grant.rules.map_or(&[][..], |found| &found.rules);
        (told::binding(grant), told::role(grant), rules)
    });
    let policies = row.rights.policies.iter().map(|binding| {
        let rules = binding.policy().map_or(&[][..], |policy| &policy.rules);
        let scope = format!("access entry, in {}", told::scope(binding));
        (scope, binding.arn().name().to_owned(), rules)
    });
    bound.chain(policies)
}

fn principal(page: &mut Page, number: usize, row: &Row<'_>, roles: &Roles<'_>) {
    page.markup("<details><summary>");
    page.code(&row.standing.principal);
    // A link to what is inside of it opens it.
    page.markup("</summary>\n<dl id=principal-");
    page.number(number);
    page.markup("><dt>Entry</dt><dd>");
    page.text(&row.place);
    page.markup("</dd><dt>User</dt><dd>");
    page.code(&row.standing.username);
    page.markup("</dd><dt>Groups</dt><dd>");
    page.text(&row.standing.groups.join(", "));
    page.markup("</dd></dl>\n<ul>\n");
    if row.rights.masters == Some(Fit::Certain) {
        page.markup("<li>Everything: system:masters passes by RBAC.</li>\n");
    }
    if row.rights.is_node {
        page.markup("<li>What the Node authorizer allows to the node of its name.</li>\n");
    }
    for (by, name, _) in given(row) {
        page.markup("<li><a href=\"#role-");
        page.number(roles.get(&name).map_or(0, |(number, ..)| *number));
        page.markup("\">");
        page.text(&name);
        page.markup("</a> by ");
        page.text(&by);
        page.markup("</li>\n");
    }
    page.markup("</ul>\n</details>\n");
}
