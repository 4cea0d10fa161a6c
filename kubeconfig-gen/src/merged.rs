//! The kubeconfig files as kubectl reads them together: the first file that names an entry wins.
//!
//! <https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files>

mod entries;

use std::collections::HashMap;
use std::path::PathBuf;

use iam_core::yaml::Node;

use crate::error::Error;
use crate::kubeconfig::Kind;
use crate::store::{Opened, Store, Texts};
use crate::target::Files;

pub(crate) use entries::{ClusterEntry, ContextEntry, Exec, UserEntry};

/// All files, merged.
#[derive(Clone, Debug)]
pub(crate) struct Merged {
    /// The files that are there, in order.
    pub(crate) files: Vec<PathBuf>,
    /// What each file says is the current context; files that say nothing are left out.
    pub(crate) currents: Vec<(PathBuf, String)>,
    pub(crate) contexts: Vec<Placed<ContextEntry>>,
    pub(crate) clusters: Vec<Placed<ClusterEntry>>,
    pub(crate) users: Vec<Placed<UserEntry>>,
}

/// An entry and the file it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Placed<T> {
    pub(crate) name: String,
    pub(crate) entry: T,
    pub(crate) file: PathBuf,
}

/// What a context names.
pub(crate) struct Chosen<'a> {
    pub(crate) context: &'a Placed<ContextEntry>,
    pub(crate) cluster: Option<&'a Placed<ClusterEntry>>,
    pub(crate) user: Option<&'a Placed<UserEntry>>,
}

impl Merged {
    /// Reads the files that are there.
    ///
    /// # Errors
    /// When one cannot be read: kubectl reads none of them then.
    pub(crate) fn load(files: &Files) -> Result<Self, Error> {
        let texts = Texts::read(files)?;
        let store = texts.open();
        store.all_readable()?;
        Ok(Self::of(&store))
    }

    /// What the files of a store come to together.
    pub(crate) fn of(store: &Store<'_>) -> Self {
        let there = || store.files().iter().filter(|file| file.is_there());
        let current = |file: &Opened<'_>| Some((file.path.to_owned(), file.current()?));
        Self {
            files: there().map(|file| file.path.to_owned()).collect(),
            currents: there().filter_map(current).collect(),
            contexts: placed(store, Kind::Context, ContextEntry::of),
            clusters: placed(store, Kind::Cluster, ClusterEntry::of),
            users: placed(store, Kind::User, UserEntry::of),
        }
    }

    /// The context of that name, with its cluster and its user.
    pub(crate) fn choose(&self, name: &str) -> Option<Chosen<'_>> {
        self.chosen().find(|chosen| chosen.context.name == name)
    }

    /// Every context, with its cluster and its user.
    pub(crate) fn chosen(&self) -> impl Iterator<Item = Chosen<'_>> {
        let (clusters, users) = (by_name(&self.clusters), by_name(&self.users));
        self.contexts.iter().map(move |context| Chosen {
            context,
            cluster: clusters.get(context.entry.cluster.as_str()).copied(),
            user: users.get(context.entry.user.as_str()).copied(),
        })
    }
}

fn placed<T>(store: &Store<'_>, kind: Kind, read: fn(&Node) -> T) -> Vec<Placed<T>> {
    let entries = store.entries(kind).map(|(name, found)| Placed {
        name,
        entry: read(found.node),
        file: store.path(found.file).to_owned(),
    });
    entries.collect()
}

fn by_name<T>(entries: &[Placed<T>]) -> HashMap<&str, &Placed<T>> {
    let pairs = entries.iter().map(|entry| (entry.name.as_str(), entry));
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files<const N: usize>(directory: &tempfile::TempDir, names: [&str; N]) -> Files {
        let paths = names.map(|name| directory.path().join(name));
        let list = std::env::join_paths(&paths).unwrap();
        Files::find(None, Some(&list), None).unwrap()
    }

    #[test]
    fn the_first_file_that_names_an_entry_wins() {
        let directory = tempfile::tempdir().unwrap();
        let [one, two] = ["one", "two"].map(|name| directory.path().join(name));
        let file = |current: &str, server: &str| {
            format!(
                "current-context: {current}\nclusters:\n- name: c\n  cluster: {{server: {server}}}\n\
                 contexts:\n- name: {server}\n  context: {{cluster: c, user: u}}\n- context: null\n  \
                 name: empty\n- null\nusers: null\n"
            )
        };
        std::fs::write(&one, file("\"\"", "a")).unwrap();
        std::fs::write(&two, file("b", "b")).unwrap();
        let merged = Merged::load(&files(&directory, ["none", "one", "two"])).unwrap();
        assert_eq!(merged.files, [one.clone(), two.clone()]);
        assert_eq!(merged.currents, [(two.clone(), "b".to_owned())]);
        let names: Vec<_> = merged.contexts.iter().map(|placed| &placed.name).collect();
        assert_eq!(names, ["a", "empty", "b"]);
        let chosen = merged.choose("b").unwrap();
        let cluster = chosen.cluster.unwrap();
        assert_eq!((&chosen.context.file, &cluster.file), (&two, &one));
        assert_eq!(cluster.entry.server, "a");
        assert!(chosen.user.is_none());
    }

    #[test]
    fn says_where_a_file_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let files = files(&directory, ["config"]);
        for (text, place) in [
            ("a: [", ":1:"),
            ("- a", ":1:1: "),
            ("clusters: x", ":1:11: "),
            ("clusters:\n- x", ":2:3: "),
            // Other readers of YAML take it, kubectl does not.
            ("current-context: 7", ":1:18: "),
        ] {
            std::fs::write(&files.default, text).unwrap();
            let error = Merged::load(&files).unwrap_err().to_string();
            assert!(error.contains(place), "{error}");
        }
        // kubectl reads the first document, and of two keys the last.
        for text in ["", "kind: Config\n---\na: [", "kind: Pod\nkind: Config\n"] {
            std::fs::write(&files.default, text).unwrap();
            assert!(Merged::load(&files).is_ok(), "{text}");
        }
    }
}
