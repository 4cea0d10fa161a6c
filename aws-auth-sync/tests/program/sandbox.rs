//! The program with a home of its own and a cleared environment.

use std::fs;
use std::process::{Command, Output, Stdio};

/// A home of its own.
pub(crate) struct Sandbox {
    /// Where it runs.
    pub(crate) home: tempfile::TempDir,
}

impl Sandbox {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// One with files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Self::new();
        for (name, text) in files {
            fs::write(sandbox.home.path().join(name), text).unwrap();
        }
        sandbox
    }

    /// The program, about to run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aws-auth-sync"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .current_dir(self.home.path());
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }
}

/// Bytes as text.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// stdout, stderr, exit code.
pub(crate) fn result(output: &Output) -> (&str, &str, Option<i32>) {
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code(),
    )
}
