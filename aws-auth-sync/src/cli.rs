//! The command line, as it is given.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::SystemTime;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use iam_aws::environment::{Environment, NotUtf8, Variables};
use iam_aws::region::RegionName;
use iam_cli::{CommonArgs, Definition};

use iam_core::arn::Arn;
use iam_core::partition::Partition;
use iam_core::principal::Principal;

use crate::confirm::Timeout;
use crate::export;
use crate::guard::Overrides;
use crate::lint::Severity;
use crate::lint::report::{Colour, Format};
use crate::migrate::{Target, emit};
use crate::owner::Owner;
use crate::plan;

/// Write kube-system/aws-auth, which maps AWS IAM principals to Kubernetes users and groups, from
/// declarative files
///
/// FILES are YAML or JSON files, directories, patterns such as 'access/*.yaml', or - for stdin.
/// They hold documents in the native format (apiVersion: aws-auth-sync/v1, kind: AwsAuth) and
/// manifests of the ConfigMap aws-auth itself.
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
    /// Nothing is asked or sent, unless --live asks the cluster.
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
    /// Keep aws-auth as the files want it, until SIGTERM
    ///
    /// Syncs as apply does: at once, when the files or aws-auth change, and every 5 to 10 minutes.
    /// What somebody else has made of the owner's entries is mended, what others own stays. Where a
    /// guard refuses, or somebody else's entry is in the way, nothing is written and it is told;
    /// while the files are at fault, aws-auth is kept as they last wanted it.
    ///
    /// Exit codes: 0 after SIGTERM; with --once those of apply.
    Watch(WatchArgs),
    /// What is made from these definitions.
    #[command(flatten)]
    Definition(Definition),
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

    /// Ask the kubeconfig's cluster, too: which groups are bound, and whether its nodes have entries
    #[arg(long)]
    pub live: bool,

    /// The cluster to ask.
    #[command(flatten)]
    pub connection: ClusterArgs,
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

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// Files, directories, patterns, or - for stdin [default: the live aws-auth]
    #[arg(value_name = "FILES", conflicts_with_all = ["kubeconfig", "context"])]
    pub files: Vec<PathBuf>,

    /// Whom to explain: an ARN as aws sts get-caller-identity prints it, or a user's or role's; may
    /// be given again
    #[arg(long, value_name = "ARN")]
    pub arn: Vec<String>,

    /// The session's name, where the ARN is that of a role
    #[arg(long, value_name = "NAME")]
    pub session: Option<String>,

    /// The id of the access key, for {{AccessKeyID}}
    #[arg(long, value_name = "ID")]
    pub access_key_id: Option<String>,

    /// The consumer's feature gates; SSORoleMatch=true lets sso blocks match, as EKS does not
    #[arg(long, value_name = "GATE", value_parser = ["SSORoleMatch=true", "SSORoleMatch=false"])]
    pub feature_gates: Vec<String>,

    /// Tell also what each caller may do: by RBAC, which is the cluster's, or what is among FILES,
    /// and by the policies of its access entry
    #[arg(long, requires = "arn")]
    pub rbac: bool,

    /// A file of access entries in the shape of the EKS API, each of which beats aws-auth; may be
    /// given again
    #[arg(long, value_name = "FILE")]
    pub access_entries: Vec<PathBuf>,

    /// How to write it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: ReportFormat,

    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}

/// Arguments of `export`.
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// Owner to name in the source
    #[arg(long, value_name = "NAME")]
    pub owner: Option<Owner>,

    /// How to write it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: export::Format,

    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}

/// Arguments of `history`.
#[derive(Args, Debug)]
pub struct HistoryArgs {
    /// How to write it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: ReportFormat,

    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}

/// Which cluster to talk to.
#[derive(Args, Debug)]
pub struct ClusterArgs {
    /// Kubeconfig to use [default: the files in KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// Context to use [default: the current one]
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
}

/// For a pull request or for scripts.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum AccessFormat {
    /// Tables, for a pull request
    Markdown,
    /// One document, for scripts
    Json,
}

/// Arguments of `report`.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// Files, directories, patterns, or - for stdin [default: the live cluster]
    #[arg(value_name = "FILES", conflicts_with_all = ["kubeconfig", "context"])]
    pub files: Vec<PathBuf>,

    /// Write a page for browsers, which needs nothing else, to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// What to print [default: markdown, or nothing with --html]
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub output: Option<AccessFormat>,

    /// A file of access entries in the shape of the EKS API, each of which beats aws-auth; may be
    /// given again
    #[arg(long, value_name = "FILE")]
    pub access_entries: Vec<PathBuf>,

    /// An earlier aws-auth: what changed since is told
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,

    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}

/// Arguments of `migrate`.
#[derive(Args, Debug)]
pub struct MigrateArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: MigrateCommand,
}

/// Steps of a migration.
#[derive(Debug, Subcommand)]
pub enum MigrateCommand {
    /// Tell what becomes of each entry, and the way; nothing is asked or sent
    ///
    /// Exit codes: 0 everything can be carried over; 3 something is blocked; 1 error.
    Plan {
        /// What to migrate.
        #[command(flatten)]
        source: MigrateSource,

        /// How to write it
        #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
        output: ReportFormat,
    },
    /// Print a file that makes the access entries; nothing is asked or sent
    ///
    /// Exit codes: 0 everything can be carried over; 3 something is blocked; 1 error.
    Emit {
        /// What to migrate.
        #[command(flatten)]
        source: MigrateSource,

        /// What to print
        #[arg(long, value_enum, value_name = "FORMAT")]
        format: emit::Format,
    },
    /// Make the access entries through the EKS API, and read each again
    ///
    /// aws-auth is left alone. An access entry wins over it at once, and deleting the entry is the
    /// way back. One that is there already is compared, and left as it is where it differs. One
    /// after the other is made, and one that fails holds nobody up. A run that was cut short is
    /// finished by the next: entries with policies carry the tag aws-auth-sync/migrate-apply, and
    /// those of them that lack a policy get it.
    ///
    /// Exit codes: 0 all is as aws-auth says; 1 an entry failed, or another error; 3 an entry is
    /// blocked; 4 an access entry is there that differs; 5 EKS tells of another cluster.
    Apply(MigrateApplyArgs),
}

/// Arguments of `migrate apply`.
#[derive(Args, Debug)]
pub struct MigrateApplyArgs {
    /// What to migrate.
    #[command(flatten)]
    pub source: MigrateSource,

    /// Tell what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Bring access entries that are there to what aws-auth says: other groups and policies are
    /// taken from them
    #[arg(long)]
    pub update_existing: bool,

    /// Where the cluster admits callers by aws-auth alone, switch its mode from CONFIG_MAP to
    /// API_AND_CONFIG_MAP first; there is no way back
    #[arg(long)]
    pub set_mode: bool,

    /// The cluster's region [default: that of its ARN, AWS_REGION, AWS_DEFAULT_REGION, the profile's]
    #[arg(long, value_name = "REGION")]
    pub region: Option<RegionName>,

    /// The AWS profile to ask by, even where access keys are exported [default: exported keys, else
    /// AWS_PROFILE, else default]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub profile: Option<String>,

    /// How to write what was done
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: ReportFormat,
}

/// What to migrate.
#[derive(Args, Debug)]
pub struct MigrateSource {
    /// Files, directories, patterns, or - for stdin
    #[arg(value_name = "FILES", required = true)]
    pub files: Vec<PathBuf>,

    /// The cluster's ARN, or its name alone
    #[arg(long, value_name = "ARN|NAME")]
    pub cluster: Target,

    /// A JSON object from path-free role ARNs to the real ones, whose paths aws-auth does not show
    #[arg(long, value_name = "FILE")]
    pub arn_map: Option<PathBuf>,

    /// The ARN of a pod execution role of Fargate; may be given again
    #[arg(long, value_name = "ARN")]
    pub fargate_role: Vec<String>,

    /// The ARN of a role of hybrid nodes; may be given again
    #[arg(long, value_name = "ARN")]
    pub hybrid_role: Vec<String>,
}

/// Arguments of `policies`.
#[derive(Args, Debug)]
pub struct PoliciesArgs {
    /// Names or ARNs of policies [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// The partition of the ARNs
    #[arg(long, default_value = "aws", value_name = "PARTITION")]
    pub partition: Partition,

    /// How to write them
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: ReportFormat,
}

/// Arguments of `plan`.
#[derive(Args, Debug)]
pub struct PlanArgs {
    /// Files, directories, patterns, or - for stdin
    #[arg(value_name = "FILES", required = true)]
    pub files: Vec<PathBuf>,

    /// A file with the live aws-auth, or - for stdin: no cluster is asked
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kubeconfig", "context"])]
    pub live_file: Option<PathBuf>,

    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,

    /// How to write the plan
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: plan::report::Format,

    /// Write the plan to a file as well, for apply --plan
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// What may change.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// Arguments of `render`.
#[derive(Args, Debug)]
pub struct RenderArgs {
    /// Files, directories, patterns, or - for stdin
    #[arg(value_name = "FILES", required = true)]
    pub files: Vec<PathBuf>,

    /// A file with the live aws-auth, or - for stdin: it is printed as apply would leave it
    #[arg(long, value_name = "FILE")]
    pub live_file: Option<PathBuf>,

    /// What may change.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// Arguments of `apply`.
#[derive(Args, Debug)]
pub struct ApplyArgs {
    /// Files, directories, patterns, or - for stdin
    #[arg(value_name = "FILES", required_unless_present = "plan")]
    pub files: Vec<PathBuf>,

    /// Carry out a plan that plan --out wrote, and nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "owner", "adopt", "prune"])]
    pub plan: Option<PathBuf>,

    /// Roll the change back unless a line `yes` comes on stdin within this time, as 60s, 5m or
    /// 1h30m; changes of others stay. What is left by a run that was killed is rolled back by the
    /// next plan, apply or rollback after that time
    #[arg(long, value_name = "TIME", conflicts_with_all = ["no_backup", "dry_run"])]
    pub confirm_timeout: Option<Timeout>,

    /// How it is written.
    #[command(flatten)]
    pub write: WriteArgs,

    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,

    /// What may change.
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// Arguments of `rollback`.
#[derive(Args, Debug)]
pub struct RollbackArgs {
    /// The state to go back to, by its number in history [default: the one before the last apply]
    #[arg(long, value_name = "REVISION")]
    pub to: Option<u64>,

    /// The cluster this is for, as the kubeconfig names it (its ARN) or by the URL of its server:
    /// refused where the kubeconfig says another
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,

    /// Who makes the change, whose access is not to be lost [default: whom the cluster takes you
    /// for]
    #[arg(long, value_name = "ARN")]
    pub caller_arn: Option<Principal>,

    /// How it is written.
    #[command(flatten)]
    pub write: WriteArgs,

    /// Which cluster.
    #[command(flatten)]
    pub connection: ClusterArgs,

    /// What the guards let pass.
    #[command(flatten)]
    pub overrides: Overrides,
}

/// How aws-auth is written.
#[derive(Args, Clone, Copy, Debug)]
pub struct WriteArgs {
    /// Make aws-auth where the cluster has none
    #[arg(long)]
    pub create: bool,

    /// Tell what would change: client sends nothing, server has the API server look at it too
    #[arg(long, value_enum, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    pub dry_run: Option<DryRun>,

    /// How many states to keep that were saved before a change: configmaps aws-auth-backup-N in
    /// kube-system
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub keep_backups: u16,

    /// Save nothing before the change: there is no rollback of it
    #[arg(long, conflicts_with = "keep_backups")]
    pub no_backup: bool,
}

/// Arguments of `watch`.
#[derive(Args, Debug)]
pub struct WatchArgs {
    /// Files, directories or patterns, looked at every second; with --once also - for stdin
    #[arg(value_name = "FILES", required = true)]
    pub files: Vec<PathBuf>,

    /// Sync once, without a lease, tell what was done and end, as for a CronJob
    #[arg(long)]
    pub once: bool,

    /// The Lease in kube-system which lets one of several replicas write; one for each set of files
    #[arg(
        long,
        value_name = "NAME",
        default_value = "aws-auth-sync",
        conflicts_with = "once"
    )]
    pub lease: String,

    /// What this replica is called in the lease, before something random
    #[arg(
        long,
        value_name = "NAME",
        default_value = "aws-auth-sync",
        conflicts_with = "once"
    )]
    pub identity: String,

    /// What may change.
    #[command(flatten)]
    pub change: ChangeArgs,

    /// How it is written.
    #[command(flatten)]
    pub write: WriteArgs,

    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}

/// Who looks at a change that is not meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum DryRun {
    /// This program
    Client,
    /// The API server too
    Server,
}

/// What may change.
#[derive(Args, Clone, Debug)]
pub struct ChangeArgs {
    /// Whose the entries are, where the files do not say it
    #[arg(long, value_name = "NAME")]
    pub owner: Option<Owner>,

    /// The cluster this is for, as the kubeconfig names it (its ARN) or by the URL of its server:
    /// refused where a file's `cluster`, or the kubeconfig, says another
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,

    /// Take over the entries that the files declare and another owner, or nobody, has written
    #[arg(long)]
    pub adopt: bool,

    /// Remove what the files do not declare and nobody owns, and what somebody else has changed
    #[arg(long)]
    pub prune: bool,

    /// Who makes the change, whose access is not to be lost [default: whom the cluster takes you
    /// for]
    #[arg(long, value_name = "ARN")]
    pub caller_arn: Option<Principal>,

    /// What the guards let pass.
    #[command(flatten)]
    pub overrides: Overrides,
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
}
