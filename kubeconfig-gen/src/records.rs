//! What `update` wrote where, by which `check` can tell what is no longer there.
//!
//! `kubectl config` reads its files before it takes their locks, and puts back what it read: an
//! entry that was added in between goes, and so does everything that named it. The files themselves
//! tell nothing of it. Here stand names alone. Each context has a file of its own, so that runs
//! side by side need no lock, and a record that is lost is missed by nobody.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::merged::Merged;
use crate::store::make_private;

/// The records of one user.
#[derive(Clone, Debug)]
pub(crate) struct Records {
    directory: PathBuf,
}

/// A context that was written.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Record {
    /// The file, links followed.
    file: PathBuf,
    pub(crate) context: String,
    pub(crate) cluster: String,
}

impl Records {
    /// Under the directory of kubectl's caches: that of `KUBECACHEDIR`, else `~/.kube/cache`. `None`
    /// where there is neither.
    pub(crate) fn locate(variable: Option<&Path>, home: Option<&Path>) -> Option<Self> {
        let default = || home.map(|home| home.join(".kube").join("cache"));
        let caches = variable.map(Path::to_owned).or_else(default)?;
        Some(Self {
            directory: caches.join("kubeconfig-gen"),
        })
    }

    /// Keeps a record. Nothing rests on it, so that one that cannot be kept is hardly worth a word.
    pub(crate) fn keep(&self, record: &Record) {
        let path = self.path_of(&record.file, &record.context);
        if read(&path).as_ref() == Some(record) {
            return;
        }
        if let Err(error) = self.write(&path, record) {
            tracing::info!("nothing was noted in {}: {error}", path.display());
        }
    }

    fn write(&self, path: &Path, record: &Record) -> io::Result<()> {
        make_private(&self.directory)?;
        let text = serde_json::to_vec(record)?;
        fs::write(path, text)
    }

    /// Drops the record of a context that went on purpose.
    pub(crate) fn drop_of(&self, file: &Path, context: &str) {
        // There need not have been one.
        let _ = fs::remove_file(self.path_of(&real(file), context));
    }

    /// The records of contexts that these files have no more, and where they are.
    pub(crate) fn lost(&self, merged: &Merged) -> Vec<(PathBuf, Record)> {
        let files: Vec<PathBuf> = merged.files.iter().map(|file| real(file)).collect();
        let names: HashSet<&str> = merged
            .contexts
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let entries = fs::read_dir(&self.directory)
            .into_iter()
            .flatten()
            .flatten();
        let records = entries.filter_map(|entry| Some((entry.path(), read(&entry.path())?)));
        let mut lost: Vec<_> = records
            .filter(|(_, record)| files.contains(&record.file))
            .filter(|(_, record)| !names.contains(record.context.as_str()))
            .collect();
        lost.sort_by(|(_, one), (_, two)| one.context.cmp(&two.context));
        lost
    }

    fn path_of(&self, file: &Path, context: &str) -> PathBuf {
        let mut hash = Sha256::new();
        hash.update(file.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(context);
        let name = URL_SAFE_NO_PAD.encode(hash.finalize());
        self.directory.join(name).with_extension("json")
    }
}

impl Record {
    pub(crate) fn new(file: &Path, context: &str, cluster: &str) -> Self {
        Self {
            file: real(file),
            context: context.to_owned(),
            cluster: cluster.to_owned(),
        }
    }
}

fn real(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned())
}

fn read(path: &Path) -> Option<Record> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}
