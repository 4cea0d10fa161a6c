//! For scripts.

use serde_json::{Map, Value, json};

use super::{Cell, Change, Report, Row, Summary};
use crate::explain::{By, Idle};
use crate::lint::report::finding;
use crate::name::Fit;
use crate::rights::Reach;
use crate::source::API_VERSION;

/// One JSON document.
#[must_use]
pub fn json(report: &Report<'_>) -> String {
    let findings = report.findings.iter();
    let findings = findings.map(|found| finding(report.subjects, found));
    let administrators = report
        .administrators()
        .into_iter()
        .map(|found| json!({"principal": found.row.standing.principal, "through": found.through}));
    let mut value = json!({
        "apiVersion": API_VERSION,
        "kind": "AccessReport",
        "scene": report.about.scene,
        "made": report.about.made.to_string(),
        "namespaces": report.namespaces,
        "principals": report.rows.iter().map(|row| self::row(report, row)).collect::<Vec<_>>(),
        "administrators": administrators.collect::<Vec<_>>(),
        "idle": report.idle.iter().map(idle).collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
    });
    if let (Some(caveat), Some(members)) = (report.caveat, value.as_object_mut()) {
        members.insert("caveat".to_owned(), json!(caveat));
    }
    if let (Some(since), Some(members)) = (&report.about.since, value.as_object_mut()) {
        members.insert("since".to_owned(), json!(since));
        let changes = report.changes.iter().map(change);
        members.insert("changes".to_owned(), changes.collect());
    }
    iam_cli::json::pretty(&value)
}

fn row(report: &Report<'_>, row: &Row<'_>) -> Value {
    let namespaces = report.namespaces.iter();
    let named = namespaces.map(|name| cell(Some(name), row.cell(Reach::Namespace(name))));
    let everywhere = cell(None, row.cell(Reach::Everywhere));
    json!({
        "principal": row.standing.principal,
        "source": source(row.standing.by),
        "place": row.place,
        "username": row.standing.username,
        "groups": row.standing.groups,
        "masters": row.rights.masters == Some(Fit::Certain),
        "node": row.rights.is_node,
        "access": std::iter::once(everywhere).chain(named).collect::<Vec<_>>(),
    })
}

fn source(by: By<'_>) -> &'static str {
    match by {
        By::AwsAuth(_) => "awsAuth",
        By::AccessEntry(_) => "accessEntry",
    }
}

/// Where the rights are those of everywhere, no namespace is named.
fn cell(namespace: Option<&str>, cell: Cell) -> Value {
    let mut members = Map::new();
    if let Some(namespace) = namespace {
        members.insert("namespace".to_owned(), json!(namespace));
    }
    members.insert("level".to_owned(), json!(cell.certain.level.word()));
    members.insert("readsSecrets".to_owned(), json!(cell.certain.reads_secrets));
    if let Some(possible) = cell.beyond() {
        members.insert("possibleLevel".to_owned(), json!(possible.level.word()));
    }
    Value::Object(members)
}

fn idle((idle, place): &(Idle<'_>, String)) -> Value {
    let entry = idle.entry;
    json!({
        "section": entry.section.key(),
        "index": entry.index,
        "arn": entry.identity.to_string(),
        "place": place,
        "reason": idle.reason,
    })
}

fn change(change: &Change) -> Value {
    let mut members = Map::new();
    members.insert("principal".to_owned(), json!(change.principal));
    members.insert("change".to_owned(), json!(change.kind().word()));
    for (key, side) in [("before", &change.before), ("after", &change.after)] {
        if let Some(side) = side {
            members.insert(key.to_owned(), summary(side));
        }
    }
    Value::Object(members)
}

fn summary(summary: &Summary) -> Value {
    let cells = summary.cells.iter();
    let cells = cells.map(|(name, found)| {
        let namespace = (!name.is_empty()).then_some(name.as_str());
        cell(namespace, *found)
    });
    json!({
        "username": summary.username,
        "groups": summary.groups,
        "access": cells.collect::<Vec<_>>(),
    })
}
