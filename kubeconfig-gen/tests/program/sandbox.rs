//! The program with a home of its own and a cleared environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The cluster that `demo.json` describes.
pub(crate) const ARN: &str = "arn:aws:eks:us-west-2:111122223333:cluster/demo";

/// A home with `demo.json` in it.
pub(crate) struct Sandbox {
    pub(crate) home: tempfile::TempDir,
}

impl Sandbox {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let example = examples().join("describe-cluster.json");
        fs::copy(example, home.path().join("demo.json")).unwrap();
        Self { home }
    }

    /// With the certificate of a CA as well, `ca.pem`.
    pub(crate) fn with_certificate() -> Self {
        let sandbox = Self::new();
        let certificate =
            rcgen::generate_simple_self_signed(vec!["kubernetes".to_owned()]).unwrap();
        sandbox.write("ca.pem", &certificate.cert.pem());
        sandbox
    }

    /// With token-exec on the program's PATH, which is `bin`.
    #[cfg(unix)]
    pub(crate) fn with_token_exec() -> Self {
        let sandbox = Self::new();
        fs::create_dir(sandbox.path("bin")).unwrap();
        sandbox.write("bin/token-exec", "");
        sandbox.chmod("bin/token-exec", 0o755);
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    #[cfg(unix)]
    pub(crate) fn chmod(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubeconfig-gen"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", self.path("bin"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(self.home.path());
        command.args(arguments).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// stdout and stderr of a run that succeeds.
    pub(crate) fn succeed(&self, arguments: &[&str]) -> (String, String) {
        said(&self.run(arguments))
    }

    /// The same of `update` from `demo.json`.
    pub(crate) fn update(&self, more: &[&str]) -> (String, String) {
        self.succeed(&[&["update", "--from-file", "demo.json"], more].concat())
    }

    /// The names of everything in the home.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

/// Bytes as text.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// stdout and stderr of a run that succeeded.
pub(crate) fn said(output: &Output) -> (String, String) {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|bytes| text(bytes).to_owned());
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    (stdout, stderr)
}
