//! The kubeconfig files as kubectl reads them together: the first file that names an entry wins.
//!
//! <https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files>

mod read;

use std::path::{Path, PathBuf};

use thiserror::Error;

pub(crate) use read::{ClusterEntry, Exec, File, LIMITS, UserEntry};

/// All files, merged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Merged {
    /// The files that are there, in order.
    pub(crate) files: Vec<PathBuf>,
    /// What each file says is the current context; files that say nothing are left out.
    pub(crate) currents: Vec<(PathBuf, String)>,
    contexts: Vec<Placed<read::ContextEntry>>,
    clusters: Vec<Placed<ClusterEntry>>,
    users: Vec<Placed<UserEntry>>,
}

/// An entry and the file it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Placed<T> {
    pub(crate) name: String,
    pub(crate) entry: T,
    pub(crate) file: PathBuf,
}

/// Why files cannot be read: kubectl reads none of them then.
#[derive(Debug, Error)]
pub enum MergedError {
    /// The system says no.
    #[error("{} cannot be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a kubeconfig.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
}

/// What a context names.
pub(crate) struct Chosen<'a> {
    pub(crate) context: &'a Placed<read::ContextEntry>,
    pub(crate) cluster: Option<&'a Placed<ClusterEntry>>,
    pub(crate) user: Option<&'a Placed<UserEntry>>,
}

impl Merged {
    /// Reads the files that are there.
    pub(crate) fn load(paths: &[PathBuf]) -> Result<Self, MergedError> {
        let mut merged = Self::default();
        for path in paths {
            if let Some(bytes) = bytes_of(path)? {
                merged.add(path, File::read(path, &bytes)?);
            }
        }
        Ok(merged)
    }

    fn add(&mut self, path: &Path, file: File) {
        let File {
            current_context,
            contexts,
            clusters,
            users,
        } = file;
        self.files.push(path.to_owned());
        self.currents
            .extend(current_context.map(|name| (path.to_owned(), name)));
        place(&mut self.contexts, contexts, path);
        place(&mut self.clusters, clusters, path);
        place(&mut self.users, users, path);
    }

    /// The context of that name, with its cluster and its user.
    pub(crate) fn choose(&self, name: &str) -> Option<Chosen<'_>> {
        let context = named(&self.contexts, name)?;
        Some(Chosen {
            context,
            cluster: named(&self.clusters, &context.entry.cluster),
            user: named(&self.users, &context.entry.user),
        })
    }

    /// The names of all contexts.
    pub(crate) fn context_names(&self) -> impl Iterator<Item = &str> {
        self.contexts.iter().map(|context| context.name.as_str())
    }
}

/// The bytes of a file, if it is there.
pub(crate) fn bytes_of(path: &Path) -> Result<Option<Vec<u8>>, MergedError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(MergedError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

fn place<T>(to: &mut Vec<Placed<T>>, entries: Vec<(String, T)>, file: &Path) {
    for (name, entry) in entries {
        if named(to, &name).is_none() {
            let file = file.to_owned();
            to.push(Placed { name, entry, file });
        }
    }
}

fn named<'a, T>(entries: &'a [Placed<T>], name: &str) -> Option<&'a Placed<T>> {
    entries.iter().find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_that_names_an_entry_wins() {
        let directory = tempfile::tempdir().unwrap();
        let [one, two, none] = ["one", "two", "none"].map(|name| directory.path().join(name));
        let file = |current: &str, server: &str| {
            format!(
                "current-context: {current}\nclusters:\n- name: c\n  cluster: {{server: {server}}}\n\
                 contexts:\n- name: {server}\n  context: {{cluster: c, user: u}}\n- context: null\n  \
                 name: empty\nusers: null\n"
            )
        };
        std::fs::write(&one, file("\"\"", "a")).unwrap();
        std::fs::write(&two, file("b", "b")).unwrap();
        let merged = Merged::load(&[none, one.clone(), two.clone()]).unwrap();
        assert_eq!(merged.files, [one.clone(), two.clone()]);
        assert_eq!(merged.currents, [(two.clone(), "b".to_owned())]);
        let names: Vec<_> = merged.context_names().collect();
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
        let path = directory.path().join("config");
        for (text, place) in [
            ("a: [", ":1:"),
            ("- a", ":1:1: "),
            ("clusters: x", ":1:11: "),
            ("clusters:\n- x", ":2:3: "),
            // Other readers of YAML take it, kubectl does not.
            ("current-context: 7", ":1:18: "),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Merged::load(std::slice::from_ref(&path))
                .unwrap_err()
                .to_string();
            assert!(error.contains(place), "{error}");
        }
        std::fs::write(&path, "").unwrap();
        assert!(Merged::load(&[path]).is_ok());
    }
}
