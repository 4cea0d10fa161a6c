//! A command run inside a sandbox, to its end or as a long-running [`Process`].

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::keys::Keys;
use super::process::{Process, Stderr};
use super::sandbox::Sandbox;
use super::scan;

/// A command that is about to run with nothing of the caller's environment.
pub struct Command<'a> {
    sandbox: &'a Sandbox,
    inner: std::process::Command,
    stdin: Vec<u8>,
    deadline: Duration,
    stdout: Stdout,
    stderr: Stderr,
}

/// What a command's stdout may hold.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Stdout {
    NoSecret,
    BearerTokens,
}

/// What a command that ended left behind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Output {
    /// Its exit code; absent when a signal ended it.
    pub code: Option<i32>,
    /// All of stdout.
    pub stdout: String,
    /// All of stderr.
    pub stderr: String,
}

impl<'a> Command<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, program: PathBuf) -> Self {
        let mut inner = std::process::Command::new(program);
        inner
            .env_clear()
            .envs(sandbox.environment())
            .current_dir(sandbox.home());
        let deadline = Duration::from_secs(30);
        Self {
            sandbox,
            inner,
            stdin: Vec::new(),
            deadline,
            stdout: Stdout::NoSecret,
            stderr: Stderr::ReadAlong,
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.inner.arg(arg.into());
        self
    }

    /// Adds arguments.
    pub fn args<T: Into<OsString>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.inner.args(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.inner.env(name, value.into());
        self
    }

    /// Removes a variable that the sandbox sets.
    pub fn without_env(mut self, name: &str) -> Self {
        self.inner.env_remove(name);
        self
    }

    /// Exports AWS keys to it.
    pub fn keys(mut self, keys: &Keys) -> Self {
        self.inner.env("AWS_ACCESS_KEY_ID", &keys.access_key_id);
        self.inner
            .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
        match &keys.session_token {
            Some(token) => self.inner.env("AWS_SESSION_TOKEN", token),
            None => self.inner.env_remove("AWS_SESSION_TOKEN"),
        };
        self
    }

    /// What it reads on stdin; nothing by default.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// How long it may take; 30 s by default.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Lets bearer tokens stand on its stdout, and nowhere else: for token-exec and its peers.
    pub fn bearer_on_stdout(mut self) -> Self {
        self.stdout = Stdout::BearerTokens;
        self
    }

    /// Lets it write stderr to its file without anybody reading along, once it is started.
    pub fn stderr_to_file_alone(mut self) -> Self {
        self.stderr = Stderr::FileAlone;
        self
    }

    /// Runs it to its end and scans what it wrote.
    ///
    /// # Panics
    /// When it does not start, does not end by its deadline, or shows a secret.
    pub fn run(self) -> Output {
        let Self {
            sandbox,
            inner,
            stdin,
            deadline,
            stdout,
            stderr: _,
        } = self;
        let name = display(&inner);
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime starts");
        let output = runtime.block_on(async { timeout(deadline, run(inner, stdin)).await });
        let output =
            output.unwrap_or_else(|_| super::fail(&format!("{name}: no end within {deadline:?}")));
        let output = output.unwrap_or_else(|error| super::fail(&format!("{name}: {error}")));
        output.scan(sandbox, &name, stdout);
        output
    }

    /// Runs it and expects success.
    ///
    /// # Panics
    /// As [`Self::run`], and when it fails; shows what it wrote.
    pub fn succeed(self) -> Output {
        let name = display(&self.inner);
        let output = self.run();
        let shown = scan::without_bearers(&output.stdout);
        assert_eq!(
            Some(0),
            output.code,
            "{name} failed\nstdout: {shown}\nstderr: {}",
            output.stderr
        );
        output
    }

    /// Runs it, expects success and the one bearer token on its stdout.
    ///
    /// # Panics
    /// As [`Self::succeed`], and when stdout holds no bearer token or several.
    pub fn bearer(self) -> String {
        let name = display(&self.inner);
        let mut bearers = scan::bearers_in(&self.bearer_on_stdout().succeed().stdout);
        assert_eq!(1, bearers.len(), "{name}: bearer tokens on stdout");
        bearers.remove(0)
    }

    /// Starts it as a long-running process; its output is scanned when the sandbox ends.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(self, name: &str) -> Process {
        Process::start(name, self.inner, &self.sandbox.logs(), self.stderr)
    }

    /// The command itself, for what this type does not offer. Its output is nobody's to scan then.
    pub fn into_std(self) -> std::process::Command {
        self.inner
    }
}

impl Output {
    /// The JSON document that stdout is.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("stdout is one JSON document")
    }

    fn scan(&self, sandbox: &Sandbox, name: &str, stdout: Stdout) {
        let secrets = sandbox.secrets();
        let public = match stdout {
            Stdout::NoSecret => self.stdout.clone(),
            Stdout::BearerTokens => scan::without_bearers(&self.stdout),
        };
        secrets.assert_absent_from(&format!("stdout of {name}"), &public);
        secrets.assert_absent_from(&format!("stderr of {name}"), &self.stderr);
        scan::bearers_in(&self.stdout)
            .iter()
            .for_each(|bearer| secrets.add_bearer(bearer));
    }
}

async fn run(inner: std::process::Command, stdin: Vec<u8>) -> std::io::Result<Output> {
    let mut command = tokio::process::Command::from(inner);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn()?;
    let mut pipe = child.stdin.take().expect("stdin is piped");
    let feeding = tokio::spawn(async move {
        // A program may well end without reading what it was given.
        drop(pipe.write_all(&stdin).await);
    });
    let output = child.wait_with_output().await?;
    feeding.abort();
    Ok(Output {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// The command as a person would type it, without bearer tokens.
fn display(command: &std::process::Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let args = command
        .get_args()
        .map(|arg| format!(" {}", arg.to_string_lossy()));
    scan::without_bearers(&args.fold(name, |line, arg| line + &arg))
}
