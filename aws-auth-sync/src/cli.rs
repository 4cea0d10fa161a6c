//! The command line, as it is given.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use iam_cli::{CommonArgs, Definition};

use iam_core::arn::Arn;

use crate::lint::Severity;
use crate::lint::report::{Colour, Format};
use crate::owner::Owner;

/// Write kube-system/aws-auth, which maps AWS IAM principals to Kubernetes users and groups, from
/// declarative files
///
/// FILES are YAML or JSON files, directories, patterns such as 'access/*.yaml', or - for stdin.
/// They hold documents in the native format (apiVersion: aws-auth-sync/v1, kind: AwsAuth) and
/// manifests of the ConfigMap aws-auth itself.
///
/// Exit codes: 0 done, or nothing to do; 1 error; 2 usage; 3 the sources are invalid, or lint found
/// something; 4 the live
/// aws-auth is not ours to change, or changed under our hands; 5 a guard refused.
#[derive(Debug, Parser)]
#[command(name = "aws-auth-sync", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What every program takes.
    #[command(flatten)]
    pub common: CommonArgs,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the files by what aws-iam-authenticator would make of them; nothing is asked or sent
    ///
    /// Besides its own formats it reads IAMIdentityMapping manifests and eksctl's
    /// iamIdentityMappings; groups are checked against RoleBindings where there are some among the
    /// files. A comment `# aws-auth-sync: allow CODE` on or above a line accepts a finding.
    ///
    /// Exit codes: 0 nothing reaches --fail-on; 3 something does; 1 a file cannot be read.
    Lint(LintArgs),
    /// Print the manifest of aws-auth that the files make; nothing is asked or written
    Render(RenderArgs),
    /// Write aws-auth to the cluster, and read it back
    ///
    /// An aws-auth that is there already is changed only when this tool wrote it for the same
    /// owner and nobody else has changed it since. Nothing is written when nothing would change.
    Apply(ApplyArgs),
    /// What is made from these definitions.
    #[command(flatten)]
    Definition(Definition),
}

/// The sources and what is said about them.
#[derive(Args, Debug)]
pub struct SourceArgs {
    /// Files, directories, patterns, or - for stdin
    #[arg(value_name = "FILES", required = true)]
    pub files: Vec<PathBuf>,

    /// Owner of the entries, where the files do not name one
    #[arg(long, value_name = "NAME")]
    pub owner: Option<Owner>,

    /// The cluster this is for, as the kubeconfig names it (its ARN) or by the URL of its server:
    /// refused where a file's `cluster`, or the kubeconfig, says another
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,
}

/// Arguments of `lint`.
#[derive(Args, Debug)]
pub struct LintArgs {
    /// Files, directories, patterns, or - for stdin
    #[arg(value_name = "FILES", required = true)]
    pub files: Vec<PathBuf>,

    /// How to write the findings
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: Format,

    /// The mildest finding that makes the exit code 3
    #[arg(long, value_enum, default_value = "error", value_name = "SEVERITY")]
    pub fail_on: Severity,

    /// Mend the files where a fix is certain, and report what is left
    #[arg(long)]
    pub fix: bool,

    /// The cluster's ARN: entries of another partition are found
    #[arg(long, value_name = "ARN")]
    pub cluster: Option<Arn>,

    /// The ARN of a role of Windows nodes, which need one more group; may be given again
    #[arg(long, value_name = "ARN")]
    pub windows_role: Vec<String>,
}

/// Arguments of `render`.
#[derive(Args, Debug)]
pub struct RenderArgs {
    /// The sources.
    #[command(flatten)]
    pub sources: SourceArgs,
}

/// Arguments of `apply`.
#[derive(Args, Debug)]
pub struct ApplyArgs {
    /// The sources.
    #[command(flatten)]
    pub sources: SourceArgs,

    /// Make aws-auth where the cluster has none
    #[arg(long)]
    pub create: bool,

    /// Kubeconfig to use [default: the files in KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// Context to use [default: the current one]
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
}

impl Cli {
    /// The value of the variable `RUST_LOG`.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn rust_log() -> Option<String> {
        std::env::var("RUST_LOG").ok()
    }

    /// Whether stdout is coloured: a terminal, and `NO_COLOR` is not set.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn colour() -> Colour {
        let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if std::io::stdout().is_terminal() && !is_refused {
            Colour::Always
        } else {
            Colour::Never
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  aws-auth-sync lint access/               # what is wrong, where, and why it matters
  aws-auth-sync lint --fix -o github aws-auth.yaml
  aws-auth-sync render access/             # the manifest that the files make
  aws-auth-sync apply --create access/     # onto a cluster that has no aws-auth yet
  aws-auth-sync apply --context prod --owner platform access/*.yaml";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_script_and_page_tells_the_whole_command_line() {
        iam_cli::testing::assert_told(Cli::command);
    }
}
