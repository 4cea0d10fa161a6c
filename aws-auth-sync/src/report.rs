//! Who may do what in a cluster: principals by namespaces, over aws-auth, access entries and RBAC,
//! with who administers it, what lint finds, and what changed.

mod administrators;
mod changes;
mod html;
mod json;
mod markdown;
mod row;

use std::collections::BTreeSet;

use iam_core::time::Rfc3339;

use crate::explain::{Explanation, Idle};
use crate::lint::Finding;
use crate::rbac::Rbac;
use crate::rights::Reach;
use crate::subject::Subject;

pub use administrators::Administrator;
pub use changes::{Change, Kind, Summary};
pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use row::{Cell, Row};

/// What a report is of.
#[derive(Clone, Debug)]
pub struct About {
    /// The cluster, or the files.
    pub scene: String,
    /// When it was made.
    pub made: Rfc3339,
    /// The file of the revision that it is compared with.
    pub since: Option<String>,
}

/// Who may do what.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// What it is of.
    pub about: About,
    /// The namespaces in which somebody may do something else than everywhere.
    pub namespaces: Vec<String>,
    /// A row for each entry that lets somebody in.
    pub rows: Vec<Row<'a>>,
    /// The entries that let nobody in, with their places.
    pub idle: Vec<(Idle<'a>, String)>,
    /// What lint finds.
    pub findings: &'a [Finding],
    /// What was read.
    pub subjects: &'a [Subject],
    /// What is otherwise than in the other revision.
    pub changes: Vec<Change>,
    /// What nobody can tell from it.
    pub caveat: Option<&'static str>,
}

/// What a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The entries.
    pub explanation: &'a Explanation<'a>,
    /// Those of another revision.
    pub before: Option<&'a Explanation<'a>>,
    /// What is bound to whom.
    pub rbac: &'a Rbac,
    /// What was read.
    pub subjects: &'a [Subject],
    /// What lint finds in it.
    pub findings: &'a [Finding],
}

impl<'a> Report<'a> {
    /// Judges every entry in every namespace.
    #[must_use]
    pub fn new(about: About, sources: &Sources<'a>) -> Self {
        let Sources {
            explanation,
            before,
            rbac,
            subjects,
            findings,
        } = *sources;
        let (standings, idle) = explanation.standings();
        let changes = before.map_or_else(Vec::new, |before| {
            changes::between(&before.standings().0, &standings, rbac)
        });
        let rows = standings.into_iter().map(|standing| {
            let place = row::place(explanation, standing.by);
            Row::new(standing, place, rbac)
        });
        let rows: Vec<Row<'_>> = rows.collect();
        let idle = idle.into_iter().map(|idle| {
            let place = row::place(explanation, crate::explain::By::AwsAuth(idle.entry));
            (idle, place)
        });
        Self {
            about,
            namespaces: namespaces(&rows),
            idle: idle.collect(),
            rows,
            findings,
            subjects,
            changes,
            caveat: rbac.bindings.is_empty().then_some(NO_BINDING),
        }
    }

    /// Who administers the whole cluster, and through what.
    #[must_use]
    pub fn administrators(&self) -> Vec<Administrator<'_>> {
        administrators::of(&self.rows)
    }
}

/// Why rights by RBAC are not told.
pub(crate) const NO_BINDING: &str =
    "no binding is among what was read, so what RBAC gives is not known";

/// Those in which a row says something else than everywhere.
fn namespaces(rows: &[Row<'_>]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for row in rows {
        let everywhere = row.cell(Reach::Everywhere);
        let named: BTreeSet<String> = row.rights.namespaces().collect();
        let other = named.into_iter();
        found.extend(other.filter(|name| row.cell(Reach::Namespace(name)) != everywhere));
    }
    found.into_iter().collect()
}
