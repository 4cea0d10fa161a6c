//! Which entries go: those of clusters that are gone, and what only they need.

use std::collections::BTreeSet;
use std::path::PathBuf;

use iam_core::cluster::ClusterArn;
use iam_core::yaml::Fresh;
use iam_core::yaml::edit::{Document, ListChange, MapChange};

use super::Named;
use crate::error::Error;
use crate::merged::{self, File, LIMITS, MergedError};

/// A file, as it was read.
pub(super) struct FileText {
    path: PathBuf,
    text: String,
    file: File,
}

/// What goes from one file.
pub(super) struct Removal {
    pub(super) path: PathBuf,
    /// Kinds and names of entries.
    pub(super) names: Vec<(&'static str, String)>,
    /// The file's text.
    pub(super) before: String,
    /// The same without them.
    pub(super) after: String,
}

/// A context's name, and what it names.
struct Context<'a> {
    name: &'a str,
    cluster: &'a str,
    user: &'a str,
}

impl FileText {
    /// Reads the files that are there.
    pub(super) fn load(paths: &[PathBuf]) -> Result<Vec<Self>, MergedError> {
        let mut files = Vec::new();
        for path in paths {
            let Some(bytes) = merged::bytes_of(path)? else {
                continue;
            };
            let file = File::read(path, &bytes)?;
            // It was read as UTF-8 a line above.
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let path = path.clone();
            files.push(Self { path, text, file });
        }
        Ok(files)
    }

    fn contexts(&self) -> impl Iterator<Item = Context<'_>> {
        self.file.contexts.iter().map(|(name, entry)| Context {
            name,
            cluster: &entry.cluster,
            user: &entry.user,
        })
    }
}

/// Every cluster that is named by its ARN, once.
pub(super) fn clusters(files: &[FileText]) -> Vec<Named> {
    let mut seen = BTreeSet::new();
    let names = files.iter().flat_map(|file| file.file.clusters.iter());
    let mut clusters = Vec::new();
    for (name, _) in names {
        let Ok(arn) = name.parse::<ClusterArn>() else {
            continue;
        };
        if seen.insert(name.clone()) {
            let (profile, role) = signing(files, name);
            clusters.push(Named { arn, profile, role });
        }
    }
    clusters
}

/// The profile and the role of the first user of a cluster.
fn signing(files: &[FileText], cluster: &str) -> (Option<String>, Option<String>) {
    let contexts = files.iter().flat_map(FileText::contexts);
    let of_cluster = contexts.filter(|context| context.cluster == cluster);
    let mut stanzas = of_cluster.filter_map(|Context { user, .. }| {
        let all = files.iter().flat_map(|file| file.file.users.iter());
        let mut same = all.filter(|(name, _)| name == user);
        same.find_map(|(_, entry)| entry.exec.as_ref())
    });
    let Some(exec) = stanzas.next() else {
        return (None, None);
    };
    let profile = exec
        .argument(&["--profile"])
        .or_else(|| exec.variable("AWS_PROFILE"));
    let role = exec.argument(&["--role-arn", "--role", "-r"]);
    (profile.map(str::to_owned), role.map(str::to_owned))
}

/// The names of all that goes.
pub(super) struct Doomed<'a> {
    clusters: &'a BTreeSet<String>,
    users: BTreeSet<&'a str>,
    /// Contexts of which none is left that leads anywhere.
    contexts: BTreeSet<&'a str>,
}

impl<'a> Doomed<'a> {
    /// With the clusters go the contexts that name them, and the users that nothing else needs and
    /// that hold nothing but a plugin's call: keys and certificates are not to be had again.
    pub(super) fn of(clusters: &'a BTreeSet<String>, files: &'a [FileText]) -> Self {
        let all: Vec<_> = files.iter().flat_map(FileText::contexts).collect();
        let (dead, kept): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|context| clusters.contains(context.cluster));
        let only = |part: fn(&Context<'a>) -> &'a str| {
            let needed: BTreeSet<&str> = kept.iter().map(part).collect();
            let going = dead.iter().map(part);
            going.filter(|name| !needed.contains(name)).collect()
        };
        Self {
            clusters,
            users: only(|context| context.user),
            contexts: only(|context| context.name),
        }
    }

    /// What goes from one file; `None` if nothing does.
    ///
    /// # Errors
    /// When the file cannot be edited without danger to the rest of it.
    pub(super) fn removal(&self, file: &FileText) -> Result<Option<Removal>, Error> {
        let (mut names, mut change) = (Vec::new(), MapChange::default());
        for (kind, key, going) in self.lists(file) {
            if !going.is_empty() {
                let list = going
                    .iter()
                    .fold(ListChange::default(), |list, (at, _)| list.remove(*at));
                change = change.change(key, list);
                names.extend(going.into_iter().map(|(_, name)| (kind, name.to_owned())));
            }
        }
        if let Some(current) = file.file.current_context.as_deref()
            && self.contexts.contains(current)
        {
            names.push(("current-context", current.to_owned()));
            change = change.set("current-context", Fresh::text(""));
        }
        if names.is_empty() {
            return Ok(None);
        }
        let edited = Document::parse(&file.text, &LIMITS).and_then(|document| {
            let after = document.edit(&change.into())?;
            Ok(after.into_owned())
        });
        let path = file.path.clone();
        match edited {
            Ok(after) => Ok(Some(Removal {
                path,
                names,
                before: file.text.clone(),
                after,
            })),
            Err(fault) => Err(Error::Edit {
                path,
                fault: Box::new(fault),
            }),
        }
    }

    /// Kind, list, and the indices and names in it.
    fn lists<'f>(&self, file: &'f FileText) -> [(&'static str, &'static str, Going<'f>); 3] {
        let clusters = named(&file.file.clusters, |name, _| self.clusters.contains(name));
        let users = named(&file.file.users, |name, user| {
            self.users.contains(name) && user.holds_nothing()
        });
        let contexts = file.contexts().enumerate();
        let contexts = contexts
            .filter(|(_, context)| self.clusters.contains(context.cluster))
            .map(|(at, context)| (at, context.name));
        [
            ("context", "contexts", contexts.collect()),
            ("user", "users", users),
            ("cluster", "clusters", clusters),
        ]
    }
}

type Going<'a> = Vec<(usize, &'a str)>;

fn named<T>(entries: &[(String, T)], goes: impl Fn(&str, &T) -> bool) -> Going<'_> {
    let all = entries.iter().enumerate();
    all.filter(|(_, (name, entry))| goes(name, entry))
        .map(|(at, (name, _))| (at, name.as_str()))
        .collect()
}
