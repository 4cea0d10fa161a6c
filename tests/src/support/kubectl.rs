//! The real kubectl, in a sandbox.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

use super::{
    command::{Command, Output},
    control_plane::Binaries,
    sandbox::Sandbox,
};

/// kubectl with one kubeconfig. Its HOME, and so its discovery cache, is the sandbox's.
#[derive(Clone)]
pub struct Kubectl<'a> {
    sandbox: &'a Sandbox,
    program: PathBuf,
    kubeconfig: PathBuf,
}

impl<'a> Kubectl<'a> {
    /// kubectl in `sandbox`, with the kubeconfig at `kubeconfig`.
    #[must_use]
    pub fn new(sandbox: &'a Sandbox, binaries: &Binaries, kubeconfig: &Path) -> Self {
        Self {
            sandbox,
            program: binaries.kubectl(),
            kubeconfig: kubeconfig.to_owned(),
        }
    }

    /// A call that has yet to be given the caller's keys, say, and run.
    #[must_use]
    pub fn command(&self, args: &[&str]) -> Command<'a> {
        self.sandbox
            .command(&self.program)
            .env("KUBECONFIG", &self.kubeconfig)
            .args(args.iter().copied())
            .deadline(DEADLINE)
    }

    /// A call that must succeed.
    ///
    /// # Panics
    /// When it does not; shows what it wrote.
    #[must_use]
    pub fn succeed(&self, args: &[&str]) -> Output {
        self.command(args).succeed()
    }

    /// Creates or changes the objects of `manifest`.
    ///
    /// # Panics
    /// When the API server refuses.
    pub fn apply(&self, manifest: &Value) {
        let call = self.command(&["apply", "--filename=-", "--validate=strict"]);
        call.stdin(manifest.to_string()).succeed();
    }

    /// Removes kubectl's caches, so that the next call asks for the API's groups again.
    ///
    /// # Errors
    /// When they exist and cannot be removed.
    pub fn forget_discovery(&self) -> io::Result<()> {
        let cache = self.sandbox.home().join(".kube/cache");
        if cache.exists() {
            std::fs::remove_dir_all(cache)
        } else {
            Ok(())
        }
    }
}

/// A busy machine, and a webhook that is slow on purpose.
const DEADLINE: Duration = Duration::from_secs(60);
