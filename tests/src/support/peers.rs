//! The AWS CLI and botocore from PyPI as peers: they read the same files of the same sandbox and
//! ask the same services.

use std::path::{Path, PathBuf};

use super::command::Command;
use super::python;
use super::sandbox::Sandbox;
use super::skip::skip;
use super::sts::STS_REGION;

/// The peers, installed.
pub struct Peers {
    python: PathBuf,
}

impl Peers {
    /// The peers, or a loud word that `story` is left out.
    pub fn for_story(story: &str) -> Option<Self> {
        Self::of("requirements.txt", story)
    }

    /// botocore with what login sessions need, and without the AWS CLI.
    pub fn with_login(story: &str) -> Option<Self> {
        Self::of("requirements-login.txt", story)
    }

    fn of(requirements: &str, story: &str) -> Option<Self> {
        match python::with_packages(&script(requirements)) {
            Ok(python) => Some(Self { python }),
            Err(error) => {
                skip(story, &error.to_string());
                None
            }
        }
    }

    /// Their interpreter: `-m awscli` is the AWS CLI.
    pub fn python(&self) -> &Path {
        &self.python
    }

    /// A script of `outside-signers/`.
    pub fn script<'a>(&self, sandbox: &'a Sandbox, name: &str) -> Command<'a> {
        sandbox.command(&self.python).arg(script(name))
    }

    /// The AWS CLI in a region.
    pub fn aws_cli<'a>(&self, sandbox: &'a Sandbox, region: &str) -> Command<'a> {
        let command = sandbox.command(&self.python);
        command.args(["-m", "awscli", "--region", region])
    }

    /// botocore, looking for credentials: its stdout is `METHOD ARN`, the ARN told by the STS at
    /// `AWS_ENDPOINT_URL_STS` or under its real name.
    pub fn botocore<'a>(&self, sandbox: &'a Sandbox) -> Command<'a> {
        let command = self.script(sandbox, "resolve.py").arg(STS_REGION);
        command.env("AWS_DEFAULT_REGION", STS_REGION)
    }
}

fn script(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("outside-signers")
        .join(file)
}
