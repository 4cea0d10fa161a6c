//! Changes that nobody wants by accident: each guard refuses one kind of them, and has a flag that
//! lets it pass.
//!
//! What is judged is what the consumer would make of aws-auth before and after, not its text.

mod access;
mod admins;
mod cluster;
mod extent;
mod nodes;
mod observe;
mod overrides;
#[cfg(test)]
mod tests;
mod unparsable;
mod view;

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use iam_core::aws_auth::{Document, Entry, Identity, Section, SsoRoleMatch};
use iam_core::principal::Principal;
use serde::{Deserialize, Serialize, Serializer};

use crate::key::folded;
pub(crate) use admins::MASTERS;
pub use cluster::{check_connected, check_named};
pub(crate) use nodes::{NODE_GROUPS, lets_nodes_in};
pub use overrides::Overrides;
pub(crate) use unparsable::unread;
use view::View;

/// A refusal.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Guard {
    /// Which guard it is.
    pub code: Code,
    /// The flag that lets it pass.
    #[serde(rename = "override")]
    pub override_flag: &'static str,
    /// What would happen, and to which entry.
    pub message: String,
}

/// The guards.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Code {
    /// Whoever makes the change loses access by it.
    OwnAccess,
    /// Nobody is left in `system:masters`.
    LastAdmin,
    /// Nodes lose their access.
    NodeRole,
    /// A section is emptied, or more than half of the entries go.
    MassDeletion,
    /// The sources are for another cluster.
    OtherCluster,
    /// The consumer cannot read what is there.
    Unparsable,
    /// Somebody gets into `system:masters`.
    NewAdmin,
}

impl Code {
    /// All of them, in their order.
    pub const ALL: [Self; 7] = [
        Self::OwnAccess,
        Self::LastAdmin,
        Self::NodeRole,
        Self::MassDeletion,
        Self::OtherCluster,
        Self::Unparsable,
        Self::NewAdmin,
    ];

    /// What it is called.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OwnAccess => "C01",
            Self::LastAdmin => "C02",
            Self::NodeRole => "C03",
            Self::MassDeletion => "C04",
            Self::OtherCluster => "C05",
            Self::Unparsable => "C10",
            Self::NewAdmin => "C11",
        }
    }

    /// The guard of that name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.word() == word)
    }

    /// The flag that lets it pass.
    #[must_use]
    pub const fn override_flag(self) -> &'static str {
        match self {
            Self::OwnAccess => "--allow-lock-out",
            Self::LastAdmin => "--allow-no-admin",
            Self::NodeRole => "--allow-node-removal",
            Self::MassDeletion => "--allow-mass-deletion",
            Self::OtherCluster => "--allow-other-cluster",
            Self::Unparsable => "--repair",
            Self::NewAdmin => "--allow-new-admin",
        }
    }
}

impl Guard {
    /// A refusal of a kind.
    #[must_use]
    pub fn new(code: Code, message: String) -> Self {
        Self {
            code,
            override_flag: code.override_flag(),
            message,
        }
    }

    /// Says that it was let pass.
    pub fn tell_passed(&self) {
        tracing::warn!("{self} (let pass by {})", self.override_flag);
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// A change of aws-auth that is to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What is there.
    pub before: &'a Document,
    /// What would be there.
    pub after: &'a Document,
    /// New members of `system:masters` whom the sources acknowledge.
    pub acknowledged: &'a Acknowledged,
    /// What becomes again what its owner wrote.
    pub mended: &'a Mended,
    /// What is known of the cluster and of the caller.
    pub facts: &'a Facts,
}

/// What is known of the cluster and of the caller.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// Who makes the change. Whoever created the cluster, or shows a client certificate, needs no
    /// entry and has no ARN here.
    pub caller: Option<Principal>,
    /// Whether there are nodes.
    pub nodes: Nodes,
}

/// Whether a cluster has nodes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Nodes {
    /// Nobody could look, and why.
    Unknown(String),
    /// It has none.
    None,
    /// It has some; this is the name of one of them.
    Some(String),
}

impl Default for Nodes {
    fn default() -> Self {
        Self::Unknown("nobody looked".to_owned())
    }
}

/// The entries that a source lets into `system:masters` by `# aws-auth-sync: allow C11`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Acknowledged(BTreeSet<String>);

impl<'a> FromIterator<&'a Entry> for Acknowledged {
    fn from_iter<T: IntoIterator<Item = &'a Entry>>(entries: T) -> Self {
        let keys = entries.into_iter().map(|entry| folded(&entry.identity));
        Self(keys.collect())
    }
}

impl Acknowledged {
    fn covers(&self, entry: &Entry) -> bool {
        self.0.contains(&folded(&entry.identity))
    }
}

/// The entries that somebody else has changed, and that become again what their owner wrote.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Mended(BTreeSet<String>);

impl<'a> FromIterator<&'a Identity> for Mended {
    fn from_iter<T: IntoIterator<Item = &'a Identity>>(identities: T) -> Self {
        Self(identities.into_iter().map(folded).collect())
    }
}

impl Mended {
    fn covers(&self, entry: &Entry) -> bool {
        self.0.contains(&folded(&entry.identity))
    }
}

/// What speaks against a change, in the order of the codes.
#[must_use]
pub fn check(case: &Case<'_>) -> Vec<Guard> {
    if case.before == case.after {
        return Vec::new();
    }
    let mut guards = unparsable::check(case.before, case.after);
    for gate in gates(case) {
        let change = Change {
            before: View::new(case.before, *gate),
            after: View::new(case.after, *gate),
        };
        guards.extend(access::check(&change, case.facts.caller.as_ref()));
        guards.extend(admins::last(&change, case.mended));
        guards.extend(nodes::check(&change, &case.facts.nodes));
        guards.extend(extent::check(&change));
        guards.extend(admins::new(&change, case.acknowledged));
    }
    guards.sort_by_key(|guard| guard.code);
    let mut seen = HashSet::new();
    guards.retain(|guard| seen.insert((guard.code, guard.message.clone())));
    guards
}

/// Some consumers let `sso` entries match, and others do not: what either would suffer counts.
fn gates(case: &Case<'_>) -> &'static [SsoRoleMatch] {
    let mut entries = case.before.entries.iter().chain(&case.after.entries);
    if entries.any(|entry| matches!(entry.identity, Identity::Sso { .. })) {
        &[SsoRoleMatch::Off, SsoRoleMatch::On]
    } else {
        &[SsoRoleMatch::Off]
    }
}

/// A change as a consumer sees it.
struct Change<'a> {
    before: View<'a>,
    after: View<'a>,
}

/// An entry by its list and whom it is about. A live aws-auth is anybody's text.
struct Named<'a>(Section, &'a Identity);

impl<'a> From<&'a Entry> for Named<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self(entry.section, &entry.identity)
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(section, identity) = self;
        write!(f, "{section} {}", identity.to_string().escape_default())
    }
}

/// The first few of many entries.
fn listed(entries: &[&Entry]) -> String {
    let mut names: Vec<String> = entries
        .iter()
        .take(MAX_LISTED)
        .map(|entry| Named::from(*entry).to_string())
        .collect();
    if let more @ 1.. = entries.len().saturating_sub(MAX_LISTED) {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

const MAX_LISTED: usize = 3;
