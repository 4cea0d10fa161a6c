//! The programs under test, built from the work tree: never stale, never missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A program of this workspace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Program {
    /// The exec credential plugin.
    TokenExec,
    /// The TokenReview webhook.
    AuthzWebhook,
    /// The writer of kubeconfigs.
    KubeconfigGen,
    /// The writer of aws-auth.
    AwsAuthSync,
}

impl Program {
    /// Its package and file name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TokenExec => "token-exec",
            Self::AuthzWebhook => "authz-webhook",
            Self::KubeconfigGen => "kubeconfig-gen",
            Self::AwsAuthSync => "aws-auth-sync",
        }
    }

    /// The executable, built on first use in this process with the profile and into the target
    /// directory of the running test.
    ///
    /// # Panics
    /// When it does not build; the compiler's messages are on stderr.
    pub fn path(self) -> &'static Path {
        static BUILT: [OnceLock<PathBuf>; 4] = [const { OnceLock::new() }; 4];
        let [token_exec, authz_webhook, kubeconfig_gen, aws_auth_sync] = &BUILT;
        let built = match self {
            Self::TokenExec => token_exec,
            Self::AuthzWebhook => authz_webhook,
            Self::KubeconfigGen => kubeconfig_gen,
            Self::AwsAuthSync => aws_auth_sync,
        };
        built.get_or_init(|| build(self.name()))
    }
}

impl From<Program> for PathBuf {
    fn from(program: Program) -> Self {
        program.path().to_owned()
    }
}

/// The target directory of this work tree that the running test was built into.
pub fn target_dir() -> PathBuf {
    Layout::of_this_process().target_dir
}

/// Writes a line of progress to the terminal, past the capture of the test harness.
pub fn progress(line: &str) {
    use std::io::Write;
    // A closed stderr is no reason to fail.
    drop(writeln!(std::io::stderr(), "{line}"));
}

fn build(name: &'static str) -> PathBuf {
    let mut cargo = Layout::of_this_process().cargo_build();
    // The whole workspace has the features that `cargo test --workspace` has built already; the
    // linking of a release build is too slow for more than the one that is wanted.
    match Layout::of_this_process().profile.as_str() {
        "dev" => cargo.args(["--workspace", "--bins"]),
        _ => cargo.args(["--package", name, "--bin", name]),
    };
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let (done, building) = channel();
    let child = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.expect("the cargo that built this test can be started");
    let waiting = thread::spawn(move || {
        let output = child.wait_with_output();
        let _ = done.send(());
        output
    });
    announce(&building, name);
    let output = waiting
        .join()
        .ok()
        .and_then(Result::ok)
        .expect("cargo's output can be read");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "the build of {name} failed:\n{errors}"
    );
    executable_in(&String::from_utf8_lossy(&output.stdout), name)
}

/// Says what is going on when the build takes long.
fn announce(building: &std::sync::mpsc::Receiver<()>, name: &str) {
    let start = Instant::now();
    if building.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
        progress(&format!("building {name} …"));
        let _ = building.recv();
        progress(&format!(
            "building {name}: done after {} s",
            start.elapsed().as_secs()
        ));
    }
}

/// The path in cargo's message about the binary `name`.
fn executable_in(messages: &str, name: &str) -> PathBuf {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let mut paths = messages.filter_map(|message: serde_json::Value| {
        let is_it = message.pointer("/target/name")?.as_str()? == name;
        message
            .get("executable")?
            .as_str()
            .filter(|_| is_it)
            .map(PathBuf::from)
    });
    paths.next().expect("cargo names the executable it built")
}

/// Where cargo put the running test: `TARGET_DIR/[TRIPLE/]PROFILE_DIR/[deps/]NAME`.
struct Layout {
    target_dir: PathBuf,
    triple: Option<String>,
    profile: String,
}

impl Layout {
    fn of_this_process() -> Self {
        let exe = std::env::current_exe().expect("a process has an executable");
        // Cargo writes this file into the target directory itself, and only there.
        let target_dir = exe
            .ancestors()
            .find(|dir| dir.join(".rustc_info.json").is_file());
        let target_dir = target_dir.expect("tests run from cargo's target directory");
        let inside = exe
            .strip_prefix(target_dir)
            .expect("an ancestor is a prefix");
        let mut names: Vec<_> = inside
            .iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.pop();
        names.retain(|name| name != "deps" && name != "examples");
        let profile = match names
            .pop()
            .expect("below the target directory is the profile's")
        {
            name if name == "debug" => "dev".to_owned(),
            name => name,
        };
        Self {
            target_dir: target_dir.to_owned(),
            triple: names.pop(),
            profile,
        }
    }

    /// `cargo build` as this test was built.
    fn cargo_build(&self) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        // What cargo sets for a running test would look to build scripts like a change.
        for name in PACKAGE_VARIABLES {
            cargo.env_remove(name);
        }
        cargo.args([
            "build",
            "--quiet",
            "--locked",
            "--color=never",
            "--profile",
            &self.profile,
        ]);
        cargo.arg("--target-dir").arg(&self.target_dir);
        cargo.args(
            self.triple
                .iter()
                .flat_map(|triple| ["--target", triple.as_str()]),
        );
        cargo
    }
}

/// How long a build may take before it is announced.
const PATIENCE: Duration = Duration::from_secs(3);

/// <https://doc.rust-lang.org/cargo/reference/environment-variables.html>
const PACKAGE_VARIABLES: [&str; 17] = [
    "CARGO",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_AUTHORS",
    "CARGO_PKG_DESCRIPTION",
    "CARGO_PKG_HOMEPAGE",
    "CARGO_PKG_LICENSE",
    "CARGO_PKG_LICENSE_FILE",
    "CARGO_PKG_NAME",
    "CARGO_PKG_README",
    "CARGO_PKG_REPOSITORY",
    "CARGO_PKG_RUST_VERSION",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
];
