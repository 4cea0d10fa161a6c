//! aws-iam-authenticator, the peer of token-exec and of authz-webhook: in the benchmarks, and as
//! the server whose place authz-webhook takes.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command as StdCommand;
use std::thread;
use std::time::{Duration, Instant};

use iam_core::error_chain::ErrorChain;
use serde_json::Value;

use super::command::Command;
use super::control_plane::Reaper;
use super::fail;
use super::go_module::{GoError, GoModule, GoProgram, io_error};
use super::pki::Ca;
use super::process::Process;
use super::proxy::Proxy;
use super::sandbox::Sandbox;
use super::skip::skip;

/// The program, of an earlier build or built now.
///
/// It asks the instance's metadata service whatever `AWS_EC2_METADATA_DISABLED` says:
/// `AWS_EC2_METADATA_SERVICE_ENDPOINT` has to lead it elsewhere, as a [`Sandbox`] does.
///
/// # Errors
/// When there is no Go, or it fails.
pub fn prepare() -> Result<PathBuf, GoError> {
    program("aws-iam-authenticator")
}

/// Its reading of aws-auth as a program of its own: `tests/authenticator/consumer/main.go`.
///
/// # Errors
/// When there is no Go, or it fails.
pub fn prepare_consumer() -> Result<PathBuf, GoError> {
    program("consumer")
}

fn program(name: &str) -> Result<PathBuf, GoError> {
    let reaper = Reaper::start().map_err(io_error("start", Path::new("/bin/sh")))?;
    Ok(MODULE.prepare(&reaper)?.join(name))
}

/// The program, or a loud word that `story` is left out.
///
/// # Panics
/// Where there is no Go although `CI` is set, or where building it failed.
pub fn for_story(story: &str) -> Option<PathBuf> {
    match prepare() {
        Ok(program) => Some(program),
        Err(error @ GoError::NoGo { .. }) => {
            skip(story, &ErrorChain(&error).to_string());
            None
        }
        Err(error) => fail(&format!("no peer: {}", ErrorChain(&error))),
    }
}

/// Where its sources are, with the manifests that it is deployed by; or a loud word that `story`
/// is left out.
///
/// # Panics
/// Where `CI` is set and they cannot be had.
pub fn sources(story: &str) -> Option<PathBuf> {
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join(MODULE.directory);
    let download = ["mod", "download", "-json", MODULE_PATH];
    let output = StdCommand::new("go")
        .args(download)
        .current_dir(module)
        .output();
    let told = output.ok().and_then(|output| {
        let told: Value = serde_json::from_slice(&output.stdout).ok()?;
        Some(PathBuf::from(told.get("Dir")?.as_str()?))
    });
    if told.is_none() {
        skip(story, "the sources of aws-iam-authenticator cannot be had");
    }
    told
}

/// A running server of it. It asks the local STS under the real names.
pub struct Authenticator {
    process: Process,
    address: SocketAddr,
    /// Leads the real names of STS to the local one.
    _proxy: Proxy,
}

impl Authenticator {
    /// Starts it with the arguments that `change` adds, and leads these hosts of STS, which `ca`
    /// certified, to these addresses. Its log is `logs/NAME.stderr`.
    ///
    /// Its second listener, on 21363 of all addresses, cannot be configured; where that port is
    /// taken it goes without.
    ///
    /// # Panics
    /// When it does not start; shows the end of its log.
    pub fn start(
        sandbox: &Sandbox,
        name: &str,
        program: &Path,
        (hosts, ca): (BTreeMap<String, SocketAddr>, &Ca),
        change: impl FnOnce(Command<'_>) -> Command<'_>,
    ) -> Self {
        let proxy = Proxy::start(hosts);
        let bundle = sandbox.write("peer/sts-ca.pem", ca.pem());
        // It writes signatures and session tokens into its log.
        sandbox.may_hold_secrets(format!("logs/{name}.stderr"));
        let command = sandbox
            .command(program)
            .without_env("NO_PROXY")
            .env("HTTPS_PROXY", proxy.url())
            .env("SSL_CERT_FILE", bundle);
        let process = change(command).start(name);
        let address = address_in(&sandbox.logs().join(format!("{name}.stderr")));
        Self {
            process,
            address,
            _proxy: proxy,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

impl Drop for Authenticator {
    fn drop(&mut self) {
        // It serves on after SIGTERM, for ever.
        self.process.kill();
    }
}

/// Where a server listens by its log, which may be read by nobody else.
fn address_in(log: &Path) -> SocketAddr {
    let end = Instant::now() + START;
    loop {
        let text = fs::read_to_string(log).unwrap_or_default();
        let found = text.lines().find_map(|line| {
            let (_, address) = line.split_once("listening on ")?;
            address.trim_end_matches('"').parse().ok()
        });
        if let Some(address) = found {
            return address;
        }
        if Instant::now() > end {
            fail(&format!("aws-iam-authenticator does not listen:\n{text}"));
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Beside other work on a busy machine.
const START: Duration = Duration::from_secs(30);

const MODULE_PATH: &str = "sigs.k8s.io/aws-iam-authenticator";

const MODULE: GoModule = GoModule {
    directory: "authenticator",
    sources: &["consumer/main.go", "consumer/linkname.s"],
    programs: &[
        GoProgram {
            name: "consumer",
            package: "./consumer",
            module: MODULE_PATH,
        },
        GoProgram {
            name: "aws-iam-authenticator",
            package: "sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator",
            module: MODULE_PATH,
        },
    ],
};
