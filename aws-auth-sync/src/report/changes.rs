//! What is otherwise than in another revision of aws-auth.

use std::collections::{BTreeMap, BTreeSet};

use super::Cell;
use crate::explain::Standing;
use crate::rbac::Rbac;
use crate::rights::{Reach, Rights};

/// A principal whom the two revisions treat otherwise.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// The principal.
    pub principal: String,
    /// What it was; none where it was not let in.
    pub before: Option<Summary>,
    /// What it is; none where it is not let in.
    pub after: Option<Summary>,
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// It was not let in.
    Added,
    /// It is not let in any more.
    Removed,
    /// It is somebody else, or may do something else.
    Changed,
}

/// Who a principal is, and what it may do where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Summary {
    /// The username.
    pub username: String,
    /// The groups.
    pub groups: BTreeSet<String>,
    /// Its rights everywhere, under the empty name, and in the namespaces that either revision
    /// names for it.
    pub cells: BTreeMap<String, Cell>,
}

impl Change {
    /// What kind of change it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match (&self.before, &self.after) {
            (None, _) => Kind::Added,
            (Some(_), None) => Kind::Removed,
            (Some(_), Some(_)) => Kind::Changed,
        }
    }

    /// Each difference in a line: `groups: a, b, before a`.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => differences(before, after),
            (None, Some(only)) | (Some(only), None) => only.told(),
            (None, None) => Vec::new(),
        }
    }
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl Summary {
    fn of(standing: &Standing<'_>, rights: &Rights<'_>, namespaces: &BTreeSet<String>) -> Self {
        let everywhere = (String::new(), Cell::of(rights, Reach::Everywhere));
        let named = namespaces.iter().map(|name| {
            let cell = Cell::of(rights, Reach::Namespace(name));
            (name.clone(), cell)
        });
        Self {
            username: standing.username.clone(),
            groups: standing.groups.iter().cloned().collect(),
            cells: std::iter::once(everywhere).chain(named).collect(),
        }
    }

    fn told(&self) -> Vec<String> {
        let identity = [
            format!("username: {}", self.username),
            format!("groups: {}", list(&self.groups)),
        ];
        let cells = self.cells.iter();
        let cells = cells.map(|(name, cell)| format!("{}: {}", part(name), cell.told()));
        identity.into_iter().chain(cells).collect()
    }
}

/// The changes in the order of the principals.
pub(super) fn between(before: &[Standing<'_>], after: &[Standing<'_>], rbac: &Rbac) -> Vec<Change> {
    let (before, after) = (by_key(before), by_key(after));
    let keys: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let changes = keys.into_iter().filter_map(|key| {
        let (before, after) = (before.get(key).copied(), after.get(key).copied());
        change(before, after, rbac)
    });
    changes.collect()
}

fn by_key<'s, 'a>(standings: &'s [Standing<'a>]) -> BTreeMap<&'s str, &'s Standing<'a>> {
    let standings = standings.iter();
    standings
        .map(|standing| (standing.key.as_str(), standing))
        .collect()
}

fn change(
    before: Option<&Standing<'_>>,
    after: Option<&Standing<'_>>,
    rbac: &Rbac,
) -> Option<Change> {
    let principal = after.or(before)?.principal.clone();
    let judged = |standing: &Standing<'_>| standing.rights(rbac).namespaces().collect();
    let named: Vec<BTreeSet<String>> = before.into_iter().chain(after).map(judged).collect();
    let namespaces = named.into_iter().flatten().collect();
    let summary = |standing: &Standing<'_>| {
        let rights = standing.rights(rbac);
        Summary::of(standing, &rights, &namespaces)
    };
    let (before, after) = (before.map(summary), after.map(summary));
    (before != after).then_some(Change {
        principal,
        before,
        after,
    })
}

fn differences(before: &Summary, after: &Summary) -> Vec<String> {
    let mut told = Vec::new();
    let mut compare = |what: &str, before: String, after: String| {
        if before != after {
            told.push(format!("{what}: {after}, before {before}"));
        }
    };
    compare("username", before.username.clone(), after.username.clone());
    compare("groups", list(&before.groups), list(&after.groups));
    for (name, cell) in &after.cells {
        let was = before
            .cells
            .get(name)
            .map_or_else(String::new, |was| was.told());
        compare(part(name), was, cell.told());
    }
    told
}

fn list(groups: &BTreeSet<String>) -> String {
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    match groups.as_slice() {
        [] => "none".to_owned(),
        groups => groups.join(", "),
    }
}

/// What a part of the cluster is called.
fn part(namespace: &str) -> &str {
    match namespace {
        "" => "everywhere",
        namespace => namespace,
    }
}
