//! Programs in Go: built once from a module of `tests/` that pins them, and kept under `target/`.

mod build;
mod progress;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::control_plane::Reaper;
use super::programs::{progress, target_dir};

/// A module of `tests/`, and what is built of it.
pub(super) struct GoModule {
    /// Its directory, below `tests/` and below `target/`.
    pub(super) directory: &'static str,
    /// The files of its own packages, below its directory.
    pub(super) sources: &'static [&'static str],
    /// The smallest first: what is wrong with the Go installation shows soon.
    pub(super) programs: &'static [GoProgram],
}

/// A program.
pub(super) struct GoProgram {
    /// What its file is called.
    pub(super) name: &'static str,
    /// Where its `main` is.
    pub(super) package: &'static str,
    /// The module whose version is the program's.
    pub(super) module: &'static str,
}

/// Why there are no programs.
#[derive(Debug, Error)]
pub enum GoError {
    /// They have to be built, and cannot be.
    #[error("there is no earlier build of {names}, and no `go` on PATH to build with")]
    NoGo {
        /// The programs.
        names: String,
    },
    /// `go build` failed.
    #[error("go build of {name} failed:\n{tail}")]
    Build {
        /// The program that was built.
        name: &'static str,
        /// The last lines that Go printed.
        tail: String,
    },
    /// The module does not say what is asked of it.
    #[error("tests/{directory}/go.mod requires no {module}")]
    Module {
        /// The directory of the module that was read.
        directory: &'static str,
        /// The module that is not there.
        module: &'static str,
    },
    /// A file could not be read or written.
    #[error("{what}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

impl GoModule {
    /// The directory of the programs: of an earlier build, else built now, which takes minutes,
    /// with progress on stderr.
    ///
    /// # Errors
    /// When there is no Go, or it fails.
    pub(super) fn prepare(&self, reaper: &Reaper) -> Result<PathBuf, GoError> {
        let cache = target_dir().join(self.directory);
        let built = cache.join(self.fingerprint()?);
        if built.is_dir() {
            return Ok(built);
        }
        fs::create_dir_all(&cache).map_err(io_error("create", &cache))?;
        let path = cache.join("lock");
        let lock = File::create(&path).map_err(io_error("create", &path))?;
        if lock.try_lock().is_err() {
            let names = self.names();
            progress(&format!("waiting for another process to build {names} …"));
            lock.lock().map_err(io_error("lock", &path))?;
        }
        if !built.is_dir() {
            build::build(self, &built, reaper)?;
        }
        Ok(built)
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.programs.iter().map(|program| program.name).collect();
        names.join(", ")
    }

    /// Where its `go.mod` is.
    fn source(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(self.directory)
    }

    /// Names the build by everything that decides it, so that a changed module is a new build.
    fn fingerprint(&self) -> Result<String, GoError> {
        let mut hash = Sha256::new();
        for name in ["go.mod", "go.sum"].iter().chain(self.sources) {
            let path = self.source().join(name);
            hash.update(fs::read(&path).map_err(io_error("read", &path))?);
        }
        Ok(hash
            .finalize()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }
}

pub(super) fn io_error(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> GoError {
    let what = format!("{verb} {}", path.display());
    move |source| GoError::Io { what, source }
}
