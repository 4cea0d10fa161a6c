//! Command lines: token-exec's own, and those of the two tools that it stands in for.

mod cache;
mod or_empty;
mod plain;
mod role;
mod tolerated;

use std::convert::Infallible;
use std::ffi::OsString;
use std::fmt::{self, Debug, Formatter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use iam_cli::{CommonArgs, Definition};
use iam_core::cluster::ClusterId;

use crate::cluster_name::ClusterName;
use crate::error::Error;
use crate::usage::UsageError;
pub use cache::{CacheArgs, CacheMode, RefreshArgs};
use iam_aws::region::RegionName;
pub use or_empty::OrEmpty;
pub use role::RoleArgs;
pub use tolerated::ToleratedArgs;

/// Presigned STS tokens for Kubernetes clusters, from AWS credentials
///
/// Prints an ExecCredential for kubectl and other clients to stdout. Credentials are found as the
/// AWS CLI finds them: exported keys, profiles with roles, processes and single sign-on, web
/// identities, containers, EC2 instances. The command lines of `aws eks get-token` and
/// `aws-iam-authenticator token` work too.
#[derive(Debug, Parser)]
#[command(name = "token-exec", version, subcommand_negates_reqs = true, after_help = EXAMPLES)]
pub struct Cli {
    /// Verbosity and form of stderr.
    #[command(flatten)]
    pub common: CommonArgs,

    /// The token, where no subcommand follows; before `eks`, what the AWS CLI takes there.
    #[command(flatten)]
    pub mint: MintArgs,

    /// Another spelling, or another job.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Which token, and how to print it.
#[derive(Args, Debug, Default)]
pub struct MintArgs {
    /// The cluster that the token is for.
    #[command(flatten)]
    pub cluster: ClusterArgs,

    /// Where from and for where.
    #[command(flatten)]
    pub aws: AwsArgs,

    /// Whose token.
    #[command(flatten)]
    pub role: RoleArgs,

    /// What to print [default: json]
    #[arg(long, value_enum)]
    pub output: Option<OutputFormat>,

    /// What is kept on disk.
    #[command(flatten)]
    pub cache: CacheArgs,

    /// What the AWS CLI takes and what changes no token.
    #[command(flatten)]
    pub tolerated: ToleratedArgs,
}

/// The cluster that the token is for.
#[derive(Args, Debug, Default)]
#[group(required = true, multiple = false)]
pub struct ClusterArgs {
    /// Name of the EKS cluster, or its ARN, which supplies the region too
    #[arg(long, value_name = "NAME|ARN")]
    pub cluster_name: Option<ClusterName>,

    /// Identifier of a local cluster, or of one of your own: signed as it is
    #[arg(short = 'i', long, value_name = "ID")]
    pub cluster_id: Option<ClusterId>,
}

/// Region and profile.
#[derive(Args, Debug, Default)]
pub struct AwsArgs {
    /// Region whose STS the token is for [default: AWS_REGION, AWS_DEFAULT_REGION, the profile's,
    /// the cluster ARN's]
    #[arg(long)]
    pub region: Option<OrEmpty<RegionName>>,

    /// Profile of the shared AWS files; wins over exported keys, which win over AWS_PROFILE
    #[arg(long, value_name = "NAME")]
    pub profile: Option<OrEmpty<String>>,
}

/// Other spellings and other jobs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// As `aws eks get-token`
    Eks(EksArgs),

    /// As `aws-iam-authenticator token`
    Token(TokenArgs),

    /// Say what a token says, and every rule it breaks; asks nobody
    Inspect(InspectArgs),

    /// Ask STS who a token is of, as a server would
    Verify(VerifyArgs),

    /// Say which credentials are used and why, who they are, and how to map that identity
    Whoami(WhoamiArgs),

    /// Remove what token-exec keeps on disk
    Clean(CleanArgs),

    /// What is made from these definitions.
    #[command(flatten)]
    Definition(Definition),
}

/// What stands behind `eks`: the AWS CLI takes its own options here as well.
#[derive(Args, Debug)]
pub struct EksArgs {
    /// Where from and for where.
    #[command(flatten)]
    pub aws: AwsArgs,

    /// What to print [default: json]
    #[arg(long, value_enum)]
    pub output: Option<OutputFormat>,

    /// What the AWS CLI takes and what changes no token.
    #[command(flatten)]
    pub tolerated: ToleratedArgs,

    /// What to do.
    #[command(subcommand)]
    pub command: EksCommand,
}

/// What can be done behind `eks`.
#[derive(Debug, Subcommand)]
pub enum EksCommand {
    /// Print a token
    GetToken(MintArgs),
}

/// The arguments of `aws-iam-authenticator token`.
#[derive(Args, Debug, Default)]
pub struct TokenArgs {
    /// Identifier of the cluster [default: KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID]
    #[arg(short = 'i', long, value_name = "ID")]
    pub cluster_id: Option<ClusterId>,

    /// Print the bare token
    #[arg(
        long,
        action = ArgAction::Set,
        value_name = "BOOL",
        value_parser = BoolishValueParser::new(),
        num_args = 0..=1,
        require_equals = true,
        default_value_t,
        hide_default_value = true,
        default_missing_value = "true"
    )]
    pub token_only: bool,

    /// Where from and for where.
    #[command(flatten)]
    pub aws: AwsArgs,

    /// Whose token; DEFAULT_ROLE names a role too.
    #[command(flatten)]
    pub role: RoleArgs,

    /// Keep tokens on disk, as is done anyway; another mode stands behind `=`
    #[arg(
        long,
        value_enum,
        value_name = "MODE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "token"
    )]
    pub cache: Option<CacheMode>,

    /// What is kept on disk.
    #[command(flatten)]
    pub refresh: RefreshArgs,
}

/// The arguments of `inspect`.
#[derive(Args, Debug)]
pub struct InspectArgs {
    /// The token, or the ExecCredential that it stands in; without one, or with `-`, stdin is read
    #[arg(value_name = "TOKEN|-")]
    pub token: Option<GivenToken>,

    /// Form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: ReportFormat,
}

/// The arguments of `verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// Identifier of the cluster that the token is for, as its server knows it
    #[arg(
        short = 'i',
        long,
        visible_alias = "cluster-name",
        value_name = "ID|ARN"
    )]
    pub cluster_id: ClusterName,

    /// The token, or the ExecCredential that it stands in; without one, or with `-`, stdin is read
    #[arg(value_name = "TOKEN|-")]
    pub token: Option<GivenToken>,

    /// Form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: ReportFormat,
}

/// The arguments of `whoami`.
#[derive(Args, Debug)]
pub struct WhoamiArgs {
    /// Where from.
    #[command(flatten)]
    pub aws: AwsArgs,

    /// As whom.
    #[command(flatten)]
    pub role: RoleArgs,

    /// Form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: ReportFormat,
}

/// The arguments of `clean`.
#[derive(Args, Debug)]
pub struct CleanArgs {
    /// Directory of the cache [default: token-exec under KUBECACHEDIR or the user's cache
    /// directory]
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
}

/// How a token is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum OutputFormat {
    /// An ExecCredential
    #[default]
    Json,
    /// The bare token
    Token,
}

/// Form of a report.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum ReportFormat {
    /// Lines for people
    #[default]
    Text,
    /// One JSON document
    Json,
}

/// A token on the command line. `Debug` does not show it.
#[derive(Clone, Eq, PartialEq)]
pub struct GivenToken(String);

impl GivenToken {
    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Debug for GivenToken {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("GivenToken(redacted)")
    }
}

impl FromStr for GivenToken {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// Under the name of the other tool, only its `token` subcommand is there.
#[derive(Debug, Parser)]
#[command(name = AUTHENTICATOR, version, about = "token-exec under the name of aws-iam-authenticator")]
struct Authenticator {
    #[command(flatten)]
    common: CommonArgs,

    /// Identifier of the cluster
    #[arg(short = 'i', long, value_name = "ID")]
    cluster_id: Option<ClusterId>,

    #[command(flatten)]
    aws: AwsArgs,

    #[command(subcommand)]
    command: AuthenticatorCommand,
}

#[derive(Debug, Subcommand)]
enum AuthenticatorCommand {
    /// Print a token
    Token(TokenArgs),
}

/// By which name the program was called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Program {
    TokenExec,
    Authenticator,
}

impl Cli {
    /// Parses a command line, program name first. A link named `aws-iam-authenticator` behaves as
    /// that tool.
    ///
    /// # Errors
    /// What clap has to say: help, the version, or a usage error.
    pub fn from_arguments(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let Some((name, rest)) = arguments.split_first() else {
            return Self::try_parse_from(arguments);
        };
        let program = match Path::new(name).file_stem() {
            Some(name) if name == AUTHENTICATOR => Program::Authenticator,
            Some(_) | None => Program::TokenExec,
        };
        match plain::read(program, rest) {
            Some(cli) => Ok(cli),
            None => program.parse_with_clap(arguments),
        }
    }
}

impl Program {
    fn parse_with_clap(self, arguments: &[OsString]) -> Result<Cli, clap::Error> {
        match self {
            Self::TokenExec => Cli::try_parse_from(arguments),
            Self::Authenticator => Authenticator::try_parse_from(arguments).map(Cli::from),
        }
    }
}

impl From<Authenticator> for Cli {
    fn from(
        Authenticator {
            common,
            cluster_id,
            aws,
            command,
        }: Authenticator,
    ) -> Self {
        let AuthenticatorCommand::Token(token) = command;
        Self {
            common,
            mint: MintArgs {
                cluster: ClusterArgs {
                    cluster_name: None,
                    cluster_id,
                },
                aws,
                ..MintArgs::default()
            },
            command: Some(Command::Token(token)),
        }
    }
}

/// What a command line that is not run comes to: help and version are printed, the rest is a
/// usage error.
///
/// # Errors
/// When it is a usage error, or stdout is full.
pub fn end(error: &clap::Error) -> Result<ExitCode, Error> {
    if error.use_stderr() {
        return Err(UsageError::from(error).into());
    }
    iam_cli::stdout::print_asked_for(error)?;
    Ok(ExitCode::SUCCESS)
}

const AUTHENTICATOR: &str = "aws-iam-authenticator";

const EXAMPLES: &str = "\
Examples:
  token-exec --cluster-name demo --region us-west-2
  token-exec --region us-west-2 eks get-token --cluster-name demo
  token-exec --cluster-name demo --output token | token-exec inspect -";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_script_and_page_tells_the_whole_command_line() {
        iam_cli::testing::assert_told(Cli::command);
    }
}
