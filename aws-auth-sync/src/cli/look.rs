//! The command lines of what looks, and changes nothing.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use iam_aws::region::RegionName;
use iam_core::arn::Arn;
use iam_core::partition::Partition;

use super::{ClusterArgs, ReportFormat};
use crate::export;
use crate::lint::Severity;
use crate::lint::report::Format;
use crate::owner::Owner;

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

    /// Ask IAM, too, whether the users and roles of the account whose credentials the AWS settings
    /// lead to are there, and how they are spelled (A11, A16, A20): one iam:GetUser or iam:GetRole
    /// for each. What IAM does not tell is not known, and no failure
    #[arg(long)]
    pub online: bool,

    /// A region of the partition to ask in [default: AWS_REGION, AWS_DEFAULT_REGION, the profile's]
    #[arg(long, value_name = "REGION", requires = "online")]
    pub region: Option<RegionName>,

    /// The AWS profile to ask by [default: exported keys, else AWS_PROFILE, else default]
    #[arg(long, value_name = "NAME", requires = "online", value_parser = NonEmptyStringValueParser::new())]
    pub profile: Option<String>,
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

    /// A file with the live aws-auth, or - for stdin: no cluster is asked
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kubeconfig", "context"])]
    pub live_file: Option<PathBuf>,

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
