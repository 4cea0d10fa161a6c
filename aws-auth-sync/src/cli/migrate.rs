//! The command line of `migrate`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use iam_aws::region::RegionName;

use super::ReportFormat;
use crate::migrate::{Target, emit};

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
