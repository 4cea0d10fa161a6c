//! Kubeconfig files as they are and as they are to be: read, planned, locked, written.

mod content;
mod write;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use iam_core::yaml::edit::{Change, Document, EditError, ListChange, MapChange};
use iam_core::yaml::{Fresh, Limits, Node};

use crate::error::Error;
use crate::field::{is_null, items, text_of};
use crate::kubeconfig::{Entry, Kind, Kubeconfig};
use crate::schema;
use crate::target::Files;

pub use content::ContentError;
pub(crate) use content::Text;
pub(crate) use write::{Write, make_private, under_locks};

/// The text of every file, in kubectl's order.
#[derive(Eq, PartialEq)]
pub(crate) struct Texts {
    files: Vec<Text>,
    default: usize,
}

/// All files, those that are there read. What is in several belongs to the first.
pub(crate) struct Store<'a> {
    files: Vec<Opened<'a>>,
    default: usize,
    /// The file of each entry, and the place in its list.
    index: HashMap<(Kind, String), (usize, usize)>,
}

/// One file.
pub(crate) struct Opened<'a> {
    pub(crate) path: &'a Path,
    /// `None` where there is no file.
    text: Option<&'a str>,
    document: Result<Document<'a>, ContentError>,
}

/// Changes file by file.
pub(crate) struct Changes<'s, 'a> {
    store: &'s Store<'a>,
    changes: Vec<Vec<MapChange>>,
}

/// Where an entry is.
#[derive(Clone, Copy)]
pub(crate) struct Found<'s> {
    pub(crate) file: usize,
    pub(crate) index: usize,
    pub(crate) node: &'s Node,
}

impl Texts {
    /// Reads all files.
    ///
    /// # Errors
    /// When the system refuses one that kubectl would have to read.
    pub(crate) fn read(files: &Files) -> Result<Self, Error> {
        let mut paths: Vec<PathBuf> = files.paths.clone();
        let at = paths.iter().position(|path| *path == files.default);
        let default = at.unwrap_or_else(|| {
            paths.push(files.default.clone());
            paths.len() - 1
        });
        let files = paths
            .into_iter()
            .map(Text::read)
            .collect::<Result<_, _>>()?;
        Ok(Self { files, default })
    }

    pub(crate) fn open(&self) -> Store<'_> {
        let files: Vec<Opened<'_>> = self.files.iter().map(Opened::new).collect();
        let mut index = HashMap::new();
        for (at, file) in files.iter().enumerate() {
            for kind in Kind::ALL {
                for (place, name, _) in file.entries(kind) {
                    index.entry((kind, name)).or_insert((at, place));
                }
            }
        }
        Store {
            files,
            default: self.default,
            index,
        }
    }
}

impl<'a> Opened<'a> {
    fn new(text: &'a Text) -> Self {
        let Text { path, content } = text;
        Self {
            path,
            text: content.as_ref().and_then(|content| content.as_deref().ok()),
            document: match content {
                Some(Err(error)) => Err(error.clone()),
                Some(Ok(text)) => read(path, text),
                None => read(path, ""),
            },
        }
    }

    /// The root, where the file is one that kubectl reads.
    pub(crate) fn root(&self) -> Option<&Node> {
        self.document.as_ref().ok()?.root()
    }

    /// Whether there is such a file.
    pub(crate) const fn is_there(&self) -> bool {
        self.text.is_some()
    }

    /// The entries that have names, with their places in the list.
    pub(crate) fn entries(&self, kind: Kind) -> impl Iterator<Item = (usize, String, &Node)> {
        let items = items(self.root(), kind.list()).iter().enumerate();
        items.filter_map(|(index, item)| Some((index, text_of(Some(item), "name")?, item)))
    }

    /// What it says is the current context; empty is nothing.
    pub(crate) fn current(&self) -> Option<String> {
        text_of(self.root(), "current-context").filter(|name| !name.is_empty())
    }
}

impl<'a> Store<'a> {
    pub(crate) fn files(&self) -> &[Opened<'a>] {
        &self.files
    }

    pub(crate) fn path(&self, file: usize) -> &Path {
        self.files.get(file).map_or(Path::new(""), |file| file.path)
    }

    /// The first entry of that name.
    pub(crate) fn find(&self, kind: Kind, name: &str) -> Option<Found<'_>> {
        let (file, index) = *self.index.get(&(kind, name.to_owned()))?;
        let node = items(self.files.get(file)?.root(), kind.list()).get(index)?;
        Some(Found { file, index, node })
    }

    /// The entries that count: of several of one name the first.
    pub(crate) fn entries(&self, kind: Kind) -> impl Iterator<Item = (String, Found<'_>)> {
        let files = self.files.iter().enumerate();
        let all = files.flat_map(move |(file, opened)| {
            let entries = opened.entries(kind);
            entries.map(move |(index, name, node)| (name, Found { file, index, node }))
        });
        all.filter_map(move |(name, found)| {
            let key = (kind, name);
            let counts = self.index.get(&key) == Some(&(found.file, found.index));
            counts.then_some((key.1, found))
        })
    }

    /// The current context: the first that is not empty.
    pub(crate) fn current(&self) -> Option<String> {
        self.files.iter().find_map(Opened::current)
    }

    /// What is wrong with the files that kubectl does not read.
    pub(crate) fn faults(&self) -> Vec<ContentError> {
        let faults = self
            .files
            .iter()
            .filter_map(|file| file.document.as_ref().err());
        faults.cloned().collect()
    }

    /// The first file that kubectl does not read.
    ///
    /// # Errors
    /// When there is one.
    pub(crate) fn all_readable(&self) -> Result<(), ContentError> {
        let mut errors = self
            .files
            .iter()
            .filter_map(|file| file.document.as_ref().err());
        errors.next().map_or(Ok(()), |error| Err(error.clone()))
    }
}

impl<'s, 'a> Changes<'s, 'a> {
    pub(crate) fn new(store: &'s Store<'a>) -> Self {
        let changes = store.files.iter().map(|_| Vec::new()).collect();
        Self { store, changes }
    }

    /// Writes an entry where it is, or else into the default file; returns which file.
    pub(crate) fn put(&mut self, entry: &Entry) -> usize {
        let list = ListChange::default();
        let (file, list) = match self.store.find(entry.kind, &entry.name) {
            Some(found) => (
                found.file,
                list.change(found.index, entry.change(found.node)),
            ),
            None => (self.store.default, list.push(entry.fresh())),
        };
        self.add(file, MapChange::default().change(entry.kind.list(), list));
        file
    }

    /// Sets the current context, in the default file as kubectl does.
    pub(crate) fn set_current(&mut self, name: &str) -> usize {
        let set = MapChange::default().set("current-context", Fresh::text(name));
        self.add(self.store.default, set);
        self.store.default
    }

    /// Whether nothing is in the default file yet.
    pub(crate) fn begins_default(&self) -> bool {
        let default = self.store.files.get(self.store.default);
        default.is_some_and(|file| file.document.is_ok() && file.root().is_none_or(is_null))
    }

    pub(crate) fn add(&mut self, file: usize, change: MapChange) {
        self.changes
            .iter_mut()
            .skip(file)
            .take(1)
            .for_each(|list| list.push(change.clone()));
    }

    /// What a new file says besides its entries, all keys in kubectl's order.
    pub(crate) fn begin(&mut self, entries: &[Kubeconfig]) {
        let set = |key: &'static str, text: &str| MapChange::default().set(key, Fresh::text(text));
        self.add(self.store.default, set("apiVersion", "v1"));
        for kind in [Kind::Cluster, Kind::Context] {
            if entries
                .iter()
                .any(|one| self.is_for_default(one.entry(kind)))
            {
                let list = MapChange::default().change(kind.list(), ListChange::default());
                self.add(self.store.default, list);
            }
        }
        self.add(self.store.default, set("current-context", ""));
        self.add(self.store.default, set("kind", "Config"));
    }

    fn is_for_default(&self, entry: &Entry) -> bool {
        self.store.find(entry.kind, &entry.name).is_none()
    }

    /// The files that change with their new texts, and the texts of all that are spoken of.
    ///
    /// # Errors
    /// When a file that must change cannot.
    pub(crate) fn finish(self) -> Result<(Vec<Write>, String), ContentError> {
        let files = self.store.files.iter().zip(self.changes);
        let (mut writes, mut texts) = (Vec::new(), Vec::new());
        for (file, changes) in files.filter(|(_, changes)| !changes.is_empty()) {
            let document = file.document.as_ref().map_err(Clone::clone)?;
            let change: Change = MapChange::joined(changes).into();
            let edited = document
                .edit(&change)
                .map_err(|error| refused(file.path, &error))?;
            let text = edited.into_owned();
            texts.push(text.clone());
            if file.text != Some(&text) {
                let path = file.path.to_owned();
                writes.push(Write { path, text });
            }
        }
        Ok((writes, texts.join("---\n")))
    }
}

/// A file's document, if kubectl reads it.
fn read<'a>(path: &Path, text: &'a str) -> Result<Document<'a>, ContentError> {
    let document = Document::parse_first(text, &LIMITS).map_err(|error| refused(path, &error))?;
    if let Some(root) = document.root().filter(|root| !is_null(root)) {
        schema::check(root, text)
            .map_err(|fault| ContentError::new(path, Some(fault.position), fault.message))?;
    }
    Ok(document)
}

pub(crate) fn refused(path: &Path, error: &EditError) -> ContentError {
    ContentError::new(path, error.position(), error.reason()).hint(error.remedy())
}

/// A thousand clusters take a mebibyte; certificates inline make it more.
pub(crate) const LIMITS: Limits = Limits {
    bytes: 32 << 20,
    depth: 64,
    nodes: 2_000_000,
    aliases: 10_000,
    events: 8_000_000,
};
