//! The command line, as it is given.

mod change;
mod look;
mod migrate;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, Parser, Subcommand, ValueEnum};
use iam_aws::environment::{Environment, NotUtf8, Variables};
use iam_cli::{CommonArgs, Definition};

use crate::lint::report::Colour;

pub use change::{
    ApplyArgs, ChangeArgs, DryRun, EntranceArgs, PlanArgs, RenderArgs, RollbackArgs, WatchArgs,
    WriteArgs,
};
pub use look::{
    AccessFormat, ExplainArgs, ExportArgs, HistoryArgs, LintArgs, PoliciesArgs, ReportArgs,
};
pub use migrate::{MigrateApplyArgs, MigrateArgs, MigrateCommand, MigrateSource};

/// Write kube-system/aws-auth, which maps AWS IAM principals to Kubernetes users and groups, from
/// declarative files
///
/// FILES are YAML or JSON files, directories, patterns such as 'access/*.yaml', or - for stdin.
/// They hold documents in the native format (apiVersion: aws-auth-sync/v1, kind: AwsAuth), manifests
/// of the ConfigMap aws-auth itself, IAMIdentityMappings of aws-iam-authenticator, and ClusterConfigs
/// with eksctl's iamIdentityMappings.
///
/// Exit codes: 0 done, or nothing to do; 1 error; 2 usage, or plan found changes; 3 the sources are
/// invalid, or lint found something; 4 what others wrote is in the way; 5 a guard refused.
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
    /// Check the files by what aws-iam-authenticator would make of them
    ///
    /// Nothing is asked or sent, unless --live asks the cluster or --online asks IAM.
    ///
    /// Besides its own formats it reads IAMIdentityMapping manifests and eksctl's
    /// iamIdentityMappings; groups are checked against RoleBindings where there are some among the
    /// files. A comment `# aws-auth-sync: allow CODE` on or above a line accepts a finding.
    ///
    /// Exit codes: 0 nothing reaches --fail-on; 3 something does; 1 a file cannot be read.
    Lint(LintArgs),
    /// Tell which entry names a caller, and what the consumer makes of the caller
    ///
    /// What is told is what aws-iam-authenticator does, faults included. Without FILES the live
    /// aws-auth of the kubeconfig's cluster is explained; without --arn all of its entries are.
    Explain(ExplainArgs),
    /// Tell who may do what, by whom it is administered, what lint finds and what changed
    ///
    /// The report is over aws-auth, access entries and RBAC: of FILES, which hold aws-auth and
    /// objects of RBAC, or of the kubeconfig's cluster. Nothing is written to a cluster.
    Report(ReportArgs),
    /// Print the live aws-auth as a source, to start from
    ///
    /// Entries that a source cannot declare, and those that never act, are told on stderr and in
    /// comments. Comments of aws-auth are kept by -o yaml alone. Nothing is written to the cluster.
    Export(ExportArgs),
    /// List the states of aws-auth that were saved before it was changed
    History(HistoryArgs),
    /// From aws-auth to access entries of EKS
    Migrate(MigrateArgs),
    /// Print the access policies of EKS as rules
    Policies(PoliciesArgs),
    /// Print the JSON Schema of the native format, for editors
    Schema,
    /// Tell what apply would change, entry by entry, with its reason; nothing is written
    ///
    /// Three things are compared: what this owner wrote last (an annotation of aws-auth keeps the
    /// record), what the files declare, and what is there. What others wrote stays.
    ///
    /// Exit codes: 0 nothing to do; 2 changes; 4 what others wrote is in the way; 5 a guard
    /// refuses; 3 the files are invalid; 1 error.
    Plan(PlanArgs),
    /// Print the manifest of aws-auth that the files make, or with --live-file that file as apply
    /// would leave it; nothing is asked or written
    Render(RenderArgs),
    /// Write aws-auth to the cluster, and read it back
    ///
    /// Only what differs is written, entry by entry, as plan tells it: the entries of others, their
    /// order and comments stay as they are. Nothing is written when nothing would change, and
    /// nothing where a guard refuses or somebody else's entry is in the way.
    Apply(ApplyArgs),
    /// Bring aws-auth back to the state before the last apply, or to an earlier one
    ///
    /// The entries of all owners and the records of what they have written become what they were,
    /// byte for byte; changes made since go, whoever made them, and --dry-run shows them. What is
    /// there is saved before, so that --to finds the way forward again.
    Rollback(RollbackArgs),
    /// Keep aws-auth as files or objects of the cluster want it, until SIGTERM
    ///
    /// Syncs as apply does: at once, when they or aws-auth change, and every 5 to 10 minutes.
    /// What somebody else has made of the owner's entries is mended, what others own stays. Where a
    /// guard refuses, or somebody else's entry is in the way, nothing is written and it is told;
    /// while the sources are at fault, aws-auth is kept as they last wanted it. Events on aws-auth
    /// and the configmap aws-auth-sync-OWNER-status in kube-system say how things are.
    ///
    /// Exit codes: 0 after SIGTERM; with --once those of apply.
    Watch(WatchArgs),
    /// What is made from these definitions.
    #[command(flatten)]
    Definition(Definition),
}

/// For people or for scripts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    #[default]
    Text,
    /// One document, for scripts
    Json,
}

/// Which cluster to talk to.
#[derive(Args, Debug)]
pub struct ClusterArgs {
    /// Kubeconfig to use [default: the files in KUBECONFIG, else ~/.kube/config; in a pod that has
    /// neither, its service account]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// Context to use [default: the current one]
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
}

impl Cli {
    /// The time.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    pub fn now() -> SystemTime {
        SystemTime::now()
    }

    /// The value of the variable `RUST_LOG`.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn rust_log() -> Option<String> {
        std::env::var("RUST_LOG").ok()
    }

    /// What the environment says about AWS.
    ///
    /// # Errors
    /// When a variable that decides is not UTF-8.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn aws_environment() -> Result<Environment, NotUtf8> {
        Environment::read(&Variables(|name| {
            std::env::var_os(name).filter(|value| !value.is_empty())
        }))
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
  aws-auth-sync explain --arn \"$(aws sts get-caller-identity --query Arn --output text)\"
  aws-auth-sync export --owner platform > access/live.yaml
  kubectl get configmap aws-auth -n kube-system -o yaml | aws-auth-sync export --live-file -
  aws-auth-sync report --html access.html # who may do what in the cluster, as a page
  aws-auth-sync migrate plan --cluster demo aws-auth.yaml
  aws-auth-sync render access/             # the manifest that the files make
  aws-auth-sync plan access/               # what apply would change on the cluster, and why
  aws-auth-sync plan --live-file aws-auth.yaml -o markdown access/
  aws-auth-sync apply --create access/     # onto a cluster that has no aws-auth yet
  aws-auth-sync apply --confirm-timeout 60s access/   # stays only if you say yes in time
  aws-auth-sync rollback --dry-run         # what would bring back the state before the last apply
  aws-auth-sync apply --context prod --owner platform access/*.yaml
  aws-auth-sync watch access/              # and keep it so";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_script_and_page_tells_the_whole_command_line() {
        iam_cli::testing::assert_told(Cli::command);
    }

    #[test]
    fn only_flags_that_a_guard_heeds_stand_under_guards() {
        for command in Cli::command().get_subcommands() {
            let arguments = command.get_arguments();
            let guards = arguments.filter(|it| it.get_help_heading() == Some("Guards"));
            for argument in guards {
                let flag = argument.get_long().unwrap();
                let is_heeded = flag.starts_with("allow-") || flag == "repair";
                assert!(is_heeded, "{}: --{flag}", command.get_name());
            }
        }
    }
}
