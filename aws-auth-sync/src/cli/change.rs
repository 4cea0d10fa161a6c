//! The command lines of what changes aws-auth, or says what would.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use iam_aws::region::RegionName;
use iam_core::principal::Principal;

use super::ClusterArgs;
use crate::confirm::Timeout;
use crate::guard::Overrides;
use crate::migrate::Target;
use crate::origin::ConfigMapName;
use crate::owner::Owner;
use crate::plan;

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

    /// What is looked at beside aws-auth.
    #[command(flatten)]
    pub entrance: EntranceArgs,
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

    /// Carry out a plan that plan --out wrote, and nothing else. What a guard was let do there, and
    /// the plan tells, needs no flag again: the very same refusal passes, any other does not
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "owner", "adopt", "prune"])]
    pub plan: Option<PathBuf>,

    /// Roll the change back unless a line `yes` comes on stdin within this time, as 60s, 5m or
    /// 1h30m, and at once by a line `no`; changes of others stay. What is left by a run that was killed is rolled back by the
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

    /// What is looked at beside aws-auth.
    #[command(flatten)]
    pub entrance: EntranceArgs,
}

/// Arguments of `rollback`.
#[derive(Args, Debug)]
pub struct RollbackArgs {
    /// The state to go back to, by its number in history [default: the one before the last apply]
    #[arg(long, value_name = "REVISION")]
    pub to: Option<u64>,

    /// The cluster this is for, as the kubeconfig names it (its ARN) or by the URL of its server:
    /// refused where the kubeconfig says another. To a pod it tells what its own cluster is called
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

/// Arguments of `watch`.
#[derive(Args, Debug)]
pub struct WatchArgs {
    /// Files, directories or patterns, looked at every second; with --once also - for stdin
    #[arg(
        value_name = "FILES",
        required_unless_present_any = ["from_configmap", "from_identity_mappings"]
    )]
    pub files: Vec<PathBuf>,

    /// A configmap each key of which is a file, watched; may be given several times
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub from_configmap: Vec<ConfigMapName>,

    /// All IAMIdentityMapping objects of the cluster, watched; of an administrator's, the annotation
    /// `aws-auth-sync/allow: C11` says that he is meant
    #[arg(long)]
    pub from_identity_mappings: bool,

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

    /// Answer there, in clear text, /livez, /readyz (a first sync is done, or another replica leads;
    /// ?verbose) and /metrics for Prometheus; port 0 is any [default: no listener]
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "once")]
    pub listen: Option<SocketAddr>,

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

/// What is looked at beside aws-auth, to warn of changes that have no effect.
#[derive(Args, Debug)]
#[command(next_help_heading = "Access entries")]
pub struct EntranceArgs {
    /// A file of access entries in the shape of the EKS API: changes about a principal that has one
    /// are warned of (C09); may be given again
    #[arg(long, value_name = "FILE")]
    pub access_entries: Vec<PathBuf>,

    /// Ask EKS which principals have an access entry (C09), and whether aws-auth counts at all
    /// (C08); it takes eks:DescribeCluster and eks:ListAccessEntries. The cluster is the one of
    /// this ARN or name [default: the ARN that --cluster, the files or the kubeconfig give]
    #[arg(long, value_name = "ARN|NAME", num_args = 0..=1, require_equals = true)]
    pub ask_eks: Option<Option<Target>>,

    /// The cluster's region [default: that of its ARN, AWS_REGION, AWS_DEFAULT_REGION, the profile's]
    #[arg(long, value_name = "REGION", requires = "ask_eks")]
    pub region: Option<RegionName>,

    /// The AWS profile to ask EKS by [default: exported keys, else AWS_PROFILE, else default]
    #[arg(long, value_name = "NAME", requires = "ask_eks", value_parser = NonEmptyStringValueParser::new())]
    pub profile: Option<String>,
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
    /// refused where a file's `cluster`, or the kubeconfig, says another. To a pod it tells what its
    /// own cluster is called
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
