//! A place to run token-exec in: its own home, and no environment but what a case sets.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const TEMPORARY_KEY: &str = "ASIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub(crate) const SESSION_TOKEN: &str = "FwoGZXIvYXdzEBYaDH0secret0session0token";

/// A home directory and an environment. Nothing in it leads to the network.
pub(crate) struct Sandbox {
    home: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run left behind; the home directory reads `~`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// No keys, no region, no files.
    pub(crate) fn empty() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".aws")).unwrap();
        Self {
            home,
            variables: Vec::new(),
        }
    }

    /// Exported keys and a region.
    pub(crate) fn exported() -> Self {
        Self::empty()
            .set("AWS_ACCESS_KEY_ID", KEY)
            .set("AWS_SECRET_ACCESS_KEY", SECRET)
            .set("AWS_REGION", "us-west-2")
    }

    /// Static keys in the credentials file and a region in the config file.
    pub(crate) fn with_profile() -> Self {
        let keys = format!("aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n");
        Self::empty()
            .file("credentials", format!("[default]\n{keys}"))
            .file("config", "[default]\nregion = eu-central-1\n")
    }

    pub(crate) fn set(mut self, variable: &str, value: &str) -> Self {
        self.variables.retain(|(name, _)| name != variable);
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file of `~/.aws`.
    pub(crate) fn file(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), contents).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(".aws").join(name)
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs token-exec with the words of `line`.
    pub(crate) fn run(&self, line: &str) -> Outcome {
        self.run_as(Path::new(env!("CARGO_BIN_EXE_token-exec")), line, b"")
    }

    pub(crate) fn run_as(&self, program: &Path, line: &str, stdin: &[u8]) -> Outcome {
        let mut child = self.start_as(program, line);
        // A program that does not read its stdin may be gone already.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        self.outcome(child.wait_with_output().unwrap())
    }

    /// Starts token-exec with the words of `line`.
    pub(crate) fn start(&self, line: &str) -> Child {
        self.start_as(Path::new(env!("CARGO_BIN_EXE_token-exec")), line)
    }

    fn start_as(&self, program: &Path, line: &str) -> Child {
        Command::new(program)
            .args(line.split_whitespace())
            .env_clear()
            .current_dir(self.home.path())
            .env("HOME", self.home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn outcome(&self, output: Output) -> Outcome {
        let home = self.home.path().to_str().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(home, "~");
        let outcome = Outcome {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        assert_keeps_secrets(&outcome.stderr);
        outcome
    }
}

/// Fails when a line holds a secret, a token, a signature or the text of a presigned URL.
pub(crate) fn assert_keeps_secrets(stderr: &str) {
    for secret in [
        SECRET,
        SESSION_TOKEN,
        "k8s-aws-v1.a",
        "X-Amz-Signature",
        "X-Amz-Security",
    ] {
        assert!(!stderr.contains(secret), "stderr holds {secret}:\n{stderr}");
    }
}

/// An outcome without anything on stdout.
pub(crate) fn refused(code: i32, lines: &[&str]) -> Outcome {
    let stderr = lines.iter().map(|line| format!("{line}\n")).collect();
    Outcome {
        code,
        stdout: String::new(),
        stderr,
    }
}
