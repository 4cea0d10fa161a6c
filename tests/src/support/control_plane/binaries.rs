//! kube-apiserver, etcd and kubectl: found, or built once from the Go module that pins them.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use iam_core::error_chain::ErrorChain;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{build, reaper::Reaper};
use crate::support::{
    fail,
    programs::{self, progress},
    skip::skip,
};

/// The three programs of the control plane.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Binaries {
    directory: PathBuf,
}

/// Why there is no control plane.
#[derive(Debug, Error)]
pub enum BinariesError {
    /// Nothing was found, and nothing can be built.
    #[error(
        "no kube-apiserver, etcd and kubectl: KUBEBUILDER_ASSETS is not set, there is no earlier \
         build, and there is no `go` on PATH to build them with"
    )]
    NoGo,
    /// `KUBEBUILDER_ASSETS` names a directory that lacks one of them.
    #[error("KUBEBUILDER_ASSETS is {}, which holds no {name}", directory.display())]
    Assets {
        /// The directory.
        directory: PathBuf,
        /// The program that is not in it.
        name: &'static str,
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
    #[error("tests/control-plane/go.mod requires no {0}")]
    Module(&'static str),
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

impl Binaries {
    /// Finds them in `KUBEBUILDER_ASSETS`, else in an earlier build under `target/`, else builds
    /// them, which takes minutes, with progress on stderr.
    ///
    /// # Errors
    /// When none of the three ways leads to all three programs.
    pub fn prepare(reaper: &Reaper) -> Result<Self, BinariesError> {
        match assets() {
            Some(directory) => Self::in_assets(directory),
            None => Self::in_target(reaper),
        }
    }

    /// Where kube-apiserver is.
    #[must_use]
    pub fn kube_apiserver(&self) -> PathBuf {
        self.directory.join("kube-apiserver")
    }

    /// Where etcd is.
    #[must_use]
    pub fn etcd(&self) -> PathBuf {
        self.directory.join("etcd")
    }

    /// Where kubectl is.
    #[must_use]
    pub fn kubectl(&self) -> PathBuf {
        self.directory.join("kubectl")
    }

    /// The directory that holds all three.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn in_assets(directory: PathBuf) -> Result<Self, BinariesError> {
        match NAMES
            .into_iter()
            .find(|name| !directory.join(name).is_file())
        {
            Some(name) => Err(BinariesError::Assets { directory, name }),
            None => Ok(Self { directory }),
        }
    }

    fn in_target(reaper: &Reaper) -> Result<Self, BinariesError> {
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("control-plane");
        let cache = programs::target_dir().join("control-plane");
        let directory = cache.join(fingerprint(&module)?);
        let found = Self { directory };
        if found.directory.is_dir() {
            return Ok(found);
        }
        fs::create_dir_all(&cache).map_err(io_error("create", &cache))?;
        let path = cache.join("lock");
        let lock = File::create(&path).map_err(io_error("create", &path))?;
        if lock.try_lock().is_err() {
            progress("waiting for another process to build kube-apiserver …");
            lock.lock().map_err(io_error("lock", &path))?;
        }
        if !found.directory.is_dir() {
            build::build(&module, &found.directory, reaper)?;
        }
        Ok(found)
    }
}

/// The programs, prepared once in this process; `None` where there is no Go to build them with,
/// said loudly on stderr.
///
/// # Panics
/// Where there is no Go although `CI` is set, or where preparing them failed: a test without its
/// control plane must not pass unseen.
#[must_use]
pub fn for_tests() -> Option<&'static Binaries> {
    static BINARIES: OnceLock<Result<Binaries, BinariesError>> = OnceLock::new();
    let prepared = BINARIES.get_or_init(|| {
        let reaper = Reaper::start().map_err(io_error("start", Path::new("/bin/sh")))?;
        Binaries::prepare(&reaper)
    });
    match prepared {
        Ok(binaries) => Some(binaries),
        Err(error @ BinariesError::NoGo) => {
            skip("a story of a whole cluster", &error.to_string());
            None
        }
        Err(error) => fail(&format!("no control plane: {}", ErrorChain(error))),
    }
}

pub(super) fn io_error(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> BinariesError {
    let what = format!("{verb} {}", path.display());
    move |source| BinariesError::Io { what, source }
}

/// Names the build by everything that decides it, so that a changed module is a new build.
fn fingerprint(module: &Path) -> Result<String, BinariesError> {
    let mut hash = Sha256::new();
    for name in ["go.mod", "go.sum"] {
        let path = module.join(name);
        hash.update(fs::read(&path).map_err(io_error("read", &path))?);
    }
    Ok(hash
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the harness, not of a program"
)]
fn assets() -> Option<PathBuf> {
    std::env::var_os("KUBEBUILDER_ASSETS")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

const NAMES: [&str; 3] = ["kube-apiserver", "etcd", "kubectl"];
