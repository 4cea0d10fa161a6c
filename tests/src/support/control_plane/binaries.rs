//! kube-apiserver, etcd and kubectl: found, or built once from the Go module that pins them.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use iam_core::error_chain::ErrorChain;
use thiserror::Error;

use super::reaper::Reaper;
use crate::support::{
    fail,
    go_module::{GoError, GoModule, GoProgram, io_error},
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
    /// `KUBEBUILDER_ASSETS` names a directory that lacks one of them.
    #[error("KUBEBUILDER_ASSETS is {}, which holds no {name}", directory.display())]
    Assets {
        /// The directory.
        directory: PathBuf,
        /// The program that is not in it.
        name: &'static str,
    },
    /// It is not set, and they cannot be had of the Go module.
    #[error("KUBEBUILDER_ASSETS is not set")]
    Go(#[from] GoError),
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
            None => Ok(Self {
                directory: MODULE.prepare(reaper)?,
            }),
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
        let mut names = MODULE.programs.iter().map(|program| program.name);
        match names.find(|name| !directory.join(name).is_file()) {
            Some(name) => Err(BinariesError::Assets { directory, name }),
            None => Ok(Self { directory }),
        }
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
        let reaper = Reaper::start().map_err(io_error("start", Path::new("/bin/sh")));
        Binaries::prepare(&reaper?)
    });
    match prepared {
        Ok(binaries) => Some(binaries),
        Err(error @ BinariesError::Go(GoError::NoGo { .. })) => {
            skip("a story of a whole cluster", &ErrorChain(error).to_string());
            None
        }
        Err(error) => fail(&format!("no control plane: {}", ErrorChain(error))),
    }
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

const MODULE: GoModule = GoModule {
    directory: "control-plane",
    sources: &[],
    programs: &[
        GoProgram {
            name: "etcd",
            package: "go.etcd.io/etcd/server/v3",
            module: "go.etcd.io/etcd/server/v3",
        },
        GoProgram {
            name: "kubectl",
            package: "k8s.io/kubernetes/cmd/kubectl",
            module: "k8s.io/kubernetes",
        },
        GoProgram {
            name: "kube-apiserver",
            package: "k8s.io/kubernetes/cmd/kube-apiserver",
            module: "k8s.io/kubernetes",
        },
    ],
};
