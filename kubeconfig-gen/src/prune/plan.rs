//! Which entries go: those of clusters that are gone, and what only they need.

use std::collections::BTreeSet;
use std::path::PathBuf;

use iam_core::cluster::ClusterArn;
use iam_core::yaml::edit::{ListChange, MapChange};
use iam_core::yaml::{Fresh, Node};

use super::Named;
use crate::error::Error;
use crate::kubeconfig::Kind;
use crate::merged::{ClusterEntry, ContextEntry, Merged, UserEntry};
use crate::store::{Changes, Store, Texts, Write};

/// What goes from a file.
pub(super) struct Removed {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// Every cluster that is named by its ARN, once.
///
/// # Errors
/// When there is a file that kubectl does not read.
pub(super) fn clusters(texts: &Texts) -> Result<Vec<Named>, Error> {
    let store = texts.open();
    store.all_readable()?;
    let merged = Merged::of(&store);
    let named = merged.clusters.iter().filter_map(|cluster| {
        let arn: ClusterArn = cluster.name.parse().ok()?;
        let (profile, role) = signing(&merged, &cluster.name);
        Some(Named {
            arn,
            servers: servers(&store, &cluster.name),
            profile,
            role,
        })
    });
    Ok(named.collect())
}

/// The profile and the role of the first user of a cluster.
fn signing(merged: &Merged, cluster: &str) -> (Option<String>, Option<String>) {
    let mut of_cluster = merged
        .chosen()
        .filter(|chosen| chosen.context.entry.cluster == cluster);
    let Some(exec) = of_cluster.find_map(|chosen| chosen.user?.entry.exec.as_ref()) else {
        return (None, None);
    };
    let profile = exec
        .argument(&["--profile"])
        .or_else(|| exec.variable("AWS_PROFILE"));
    let role = exec.argument(&["--role-arn", "--role", "-r"]);
    (profile.map(str::to_owned), role.map(str::to_owned))
}

/// What the entries of a cluster lead to, of all files.
fn servers(store: &Store<'_>, cluster: &str) -> BTreeSet<String> {
    let files = store.files().iter();
    let entries = files.flat_map(|file| file.entries(Kind::Cluster));
    let of_cluster = entries.filter(|(_, name, _)| name == cluster);
    of_cluster
        .map(|(_, _, node)| ClusterEntry::of(node).server)
        .collect()
}

/// The files without the clusters that are gone and what only they need.
///
/// # Errors
/// When there is a file that kubectl does not read, or one that cannot be edited without danger to
/// the rest of it.
pub(super) fn plan(texts: &Texts, gone: &[&Named]) -> Result<(Vec<Write>, Vec<Removed>), Error> {
    let store = texts.open();
    store.all_readable()?;
    let doomed = Doomed::of(gone, &store);
    let mut changes = Changes::new(&store);
    let mut removed = Vec::new();
    for (at, file) in store.files().iter().enumerate() {
        let mut remove = |kind, name| {
            let path = file.path.to_owned();
            removed.push(Removed { kind, name, path });
        };
        for kind in [Kind::Context, Kind::User, Kind::Cluster] {
            let all = file.entries(kind);
            let mut list = ListChange::default();
            for (index, name, _) in all.filter(|(_, name, node)| doomed.takes(kind, name, node)) {
                list = list.remove(index);
                remove(kind.key(), name);
            }
            if list != ListChange::default() {
                changes.add(at, MapChange::default().change(kind.list(), list));
            }
        }
        if let Some(current) = file.current().filter(|name| doomed.contexts.contains(name)) {
            let set = MapChange::default().set("current-context", Fresh::text(""));
            changes.add(at, set);
            remove("current-context", current);
        }
    }
    let (writes, _) = changes.finish()?;
    Ok((writes, removed))
}

/// The names of all that goes.
struct Doomed {
    clusters: BTreeSet<String>,
    users: BTreeSet<String>,
    /// Contexts of which none is left that leads anywhere.
    contexts: BTreeSet<String>,
}

impl Doomed {
    /// With the clusters go the contexts that name them, and the users that nothing else needs and
    /// that hold nothing but a plugin's call: keys and certificates are not to be had again. A
    /// cluster that leads elsewhere since it was asked about is another one, and stays.
    fn of(gone: &[&Named], store: &Store<'_>) -> Self {
        let same = gone.iter().filter_map(|cluster| {
            let name = cluster.arn.to_string();
            servers(store, &name)
                .is_subset(&cluster.servers)
                .then_some(name)
        });
        let clusters: BTreeSet<String> = same.collect();
        let files = store.files().iter();
        let contexts = files.flat_map(|file| file.entries(Kind::Context));
        let read = contexts.map(|(_, name, node)| (name, ContextEntry::of(node)));
        let (dead, kept): (Vec<_>, Vec<_>) =
            read.partition(|(_, context)| clusters.contains(&context.cluster));
        let only = |part: fn(&(String, ContextEntry)) -> &String| {
            let needed: BTreeSet<&String> = kept.iter().map(part).collect();
            let going = dead.iter().map(part).filter(|name| !needed.contains(name));
            going.cloned().collect()
        };
        Self {
            users: only(|(_, context)| &context.user),
            contexts: only(|(name, _)| name),
            clusters,
        }
    }

    fn takes(&self, kind: Kind, name: &str, item: &Node) -> bool {
        match kind {
            Kind::Cluster => self.clusters.contains(name),
            Kind::Context => self.clusters.contains(&ContextEntry::of(item).cluster),
            Kind::User => self.users.contains(name) && UserEntry::of(item).holds_nothing(),
        }
    }
}
