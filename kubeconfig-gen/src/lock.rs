//! kubectl's lock on a kubeconfig: a file `NAME.lock` beside it that only one can make.
//!
//! kubectl gives up at once where the lock is taken; this waits for a while. Whoever is killed
//! while it holds a lock leaves it behind.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use iam_cli::file;
use thiserror::Error;

/// Locks that are held, given back on drop.
#[derive(Debug)]
pub(crate) struct Locks {
    held: Vec<PathBuf>,
}

/// Why a lock is not held.
#[derive(Debug, Error)]
pub enum LockError {
    /// Somebody else holds it.
    #[error("{} is held by another program, or left behind by one{}", path.display(), since(*age))]
    Held {
        /// The lock.
        path: PathBuf,
        /// How long it has been there.
        age: Option<Duration>,
    },
    /// It cannot be made.
    #[error("cannot make {}", path.display())]
    Make {
        /// The lock.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Locks {
    /// Takes the locks of these files, waiting at most `patience` for all of them.
    ///
    /// A file that is reached by a symbolic link is locked under both names.
    ///
    /// # Errors
    /// When one is held for longer, or cannot be made.
    pub(crate) fn take<'a>(
        files: impl IntoIterator<Item = &'a Path>,
        patience: Duration,
    ) -> Result<Self, LockError> {
        let mut paths: Vec<PathBuf> = Vec::new();
        for file in files {
            let real = file::destination(file).unwrap_or_else(|_| file.to_owned());
            let real = canonical_parent(&real);
            paths.extend([lock_of(&canonical_parent(file)), lock_of(&real)]);
        }
        // One order for everybody: nobody waits for whom waits for him.
        paths.sort();
        paths.dedup();
        let mut locks = Self { held: Vec::new() };
        let end = Instant::now() + patience;
        for path in paths {
            wait(&path, end)?;
            locks.held.push(path);
        }
        Ok(locks)
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for path in self.held.drain(..).rev() {
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!("the lock {} stays: {error}", path.display());
            }
        }
    }
}

fn wait(path: &Path, end: Instant) -> Result<(), LockError> {
    let mut pause = Duration::from_millis(2);
    let (mut has_told, start) = (false, Instant::now());
    loop {
        match make(path) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => {
                let path = path.to_owned();
                return Err(LockError::Make { path, source });
            }
        }
        if Instant::now() >= end {
            let path = path.to_owned();
            let age = age(&path);
            return Err(LockError::Held { path, age });
        }
        if start.elapsed() >= NOTICEABLE && !has_told {
            tracing::info!(target: iam_cli::NOTICE, "waiting for {}", path.display());
            has_told = true;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn make(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0);
    options.open(path).map(drop)
}

fn lock_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// The same file under the one name of its directory.
fn canonical_parent(file: &Path) -> PathBuf {
    let parent = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    match (parent.canonicalize(), file.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => file.to_owned(),
    }
}

fn age(path: &Path) -> Option<Duration> {
    path.metadata().ok()?.modified().ok()?.elapsed().ok()
}

fn since(age: Option<Duration>) -> String {
    match age.map(|age| age.as_secs()) {
        None => String::new(),
        Some(seconds @ 0..120) => format!(" {seconds} seconds ago"),
        Some(seconds @ 120..7200) => format!(" {} minutes ago", seconds / 60),
        Some(seconds) => format!(" {} hours ago", seconds / 3600),
    }
}

/// What a person may wonder about.
const NOTICEABLE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_a_lock_at_a_time_and_gives_it_back() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config");
        let lock = directory.path().join("config.lock");
        let held = Locks::take([file.as_path()], Duration::ZERO).unwrap();
        assert!(lock.exists());
        let error = Locks::take([file.as_path()], Duration::ZERO).unwrap_err();
        assert!(matches!(&error, LockError::Held { path, .. } if path.ends_with("config.lock")));
        drop(held);
        assert!(!lock.exists());
        drop(Locks::take([file.as_path(), &file], Duration::ZERO).unwrap());
    }

    #[test]
    fn what_was_locked_before_one_that_is_held_is_given_back() {
        let directory = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| directory.path().join(name));
        fs::write(directory.path().join("b.lock"), "").unwrap();
        assert!(Locks::take([b.as_path(), &a], Duration::ZERO).is_err());
        assert!(!directory.path().join("a.lock").exists());
        assert!(directory.path().join("b.lock").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_behind_a_link_is_locked_under_both_names() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("real"), "").unwrap();
        std::os::unix::fs::symlink("real", path("link")).unwrap();
        let held = Locks::take([path("link").as_path()], Duration::ZERO).unwrap();
        assert!(path("real.lock").exists() && path("link.lock").exists());
        drop(held);
        assert!(!path("real.lock").exists() && !path("link.lock").exists());
    }
}
