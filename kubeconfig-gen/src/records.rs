//! What `update` wrote where, by which `check` can tell what is no longer there.
//!
//! `kubectl config` reads its files before it takes their locks, and puts back what it read: an
//! entry that was added in between goes, and so does everything that named it. The files themselves
//! tell nothing of it. Here stand names alone. Each context has a file of its own, so that runs
//! side by side need no lock, and a record that is lost is missed by nobody.

use std::collections::HashSet;
use std::error::Error;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use iam_cli::file::{self, Mode};
use iam_core::error_chain::ErrorChain;
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
            let why = ErrorChain(&*error);
            tracing::info!("nothing was noted in {}: {why}", path.display());
        }
    }

    /// In the place of whatever has the name: a link there is not followed.
    fn write(&self, path: &Path, record: &Record) -> Result<(), Box<dyn Error>> {
        make_private(&self.directory)?;
        let text = serde_json::to_vec(record)?;
        Ok(file::replace(path, &text, Mode::Private)?)
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
        let paths = entries.map(|entry| entry.path());
        // Others are what somebody who was killed left behind.
        let paths = paths.filter(|path| path.extension() == Some(OsStr::new(EXTENSION)));
        let records = paths.filter_map(|path| Some((read(&path)?, path)));
        let mut lost: Vec<_> = records
            .filter(|(record, _)| files.contains(&record.file))
            .filter(|(record, _)| !names.contains(record.context.as_str()))
            .map(|(record, path)| (path, record))
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
        self.directory.join(name).with_extension(EXTENSION)
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

/// The record in a file; of anything else there, a pipe or a device, no end would come.
fn read(path: &Path) -> Option<Record> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    let file = File::open(path).ok()?;
    file.take(LONGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

const EXTENSION: &str = "json";
/// A path and two names.
const LONGEST: u64 = 64 << 10;

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn record(directory: &Path) -> (Records, Record, PathBuf) {
        let records = Records {
            directory: directory.join("records"),
        };
        let record = Record::new(&directory.join("config"), "context", "cluster");
        let path = records.path_of(&record.file, &record.context);
        (records, record, path)
    }

    #[test]
    fn a_record_is_written_over_no_file_that_a_link_names() {
        let home = tempfile::tempdir().unwrap();
        let (records, record, path) = record(home.path());
        let precious = home.path().join("config");
        fs::write(&precious, "precious").unwrap();
        make_private(&records.directory).unwrap();
        std::os::unix::fs::symlink(&precious, &path).unwrap();
        records.keep(&record);
        assert_eq!(fs::read(&precious).unwrap(), b"precious");
        assert_eq!(read(&path), Some(record));
    }

    #[test]
    fn what_is_no_file_of_a_record_is_none_and_not_waited_for() {
        let home = tempfile::tempdir().unwrap();
        let (records, record, path) = record(home.path());
        make_private(&records.directory).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        assert_eq!(read(&path), None);
        records.keep(&record);
        assert_eq!(read(&path), Some(record));
        for (name, text) in [("half.json", "{\"file\":"), ("more.json", "[]")] {
            fs::write(records.directory.join(name), text).unwrap();
            assert_eq!(read(&records.directory.join(name)), None);
        }
        let long = fs::File::create(records.directory.join("long.json")).unwrap();
        long.set_len(1 << 40).unwrap();
        assert_eq!(read(&records.directory.join("long.json")), None);
    }
}
