//! The command line, as it is given.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use iam_cli::{CommonArgs, Definition};

use crate::owner::Owner;

/// Write kube-system/aws-auth, which maps AWS IAM principals to Kubernetes users and groups, from
/// declarative files
///
/// FILES are YAML or JSON files, directories, patterns such as 'access/*.yaml', or - for stdin.
/// They hold documents of two kinds: the native format (apiVersion: aws-auth-sync/v1, kind:
/// AwsAuth) and manifests of the ConfigMap aws-auth itself.
///
/// Exit codes: 0 done, or nothing to do; 1 error; 2 usage; 3 the sources are invalid; 4 the live
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
}

const EXAMPLES: &str = "\
Examples:
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
