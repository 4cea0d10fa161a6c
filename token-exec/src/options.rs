//! What is to be done, in domain types: the one conversion from the command line.

mod role;
mod spelling;

use std::path::PathBuf;

use crate::cli::{
    AwsArgs, CacheArgs, CleanArgs, Cli, ClusterArgs, Command, EksArgs, EksCommand, InspectArgs,
    MintArgs, OrEmpty, RefreshArgs, RoleArgs, TokenArgs, VerifyArgs, WhoamiArgs,
};
pub use crate::cli::{CacheMode, GivenToken, OutputFormat, ReportFormat};
use crate::cluster_name::ClusterName;
use crate::environment::AuthenticatorVariables;
use crate::usage::UsageError;
use iam_aws::region::RegionName;
use iam_cli::Definition;
use iam_core::cluster::ClusterId;
pub use role::{RoleOptions, Session};
use spelling::Spelling;

/// What is to be done.
#[derive(Debug, Eq, PartialEq)]
pub enum Options {
    /// Print a token.
    Mint(MintOptions),
    /// Say what a token says.
    Inspect(InspectOptions),
    /// Ask STS who a token is of.
    Verify(VerifyOptions),
    /// Say who the credentials are.
    Whoami(WhoamiOptions),
    /// Remove what is kept on disk.
    Clean(CleanOptions),
    /// Print what is made from the definition of the command line.
    Definition(Definition),
}

/// Which token to print, and how.
#[derive(Debug, Eq, PartialEq)]
pub struct MintOptions {
    /// The cluster it is for.
    pub cluster: ClusterName,
    /// Where the credentials are from.
    pub aws: AwsOptions,
    /// How to print it.
    pub output: OutputFormat,
    /// What is kept on disk.
    pub cache: CacheOptions,
}

/// Where credentials are from, and which region is meant.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct AwsOptions {
    /// `--region`
    pub region: Option<RegionName>,
    /// `--profile`
    pub profile: Option<String>,
    /// The role to assume with them.
    pub role: Option<RoleOptions>,
}

/// What is kept on disk between two runs.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct CacheOptions {
    /// What is kept.
    pub mode: CacheMode,
    /// Whether what is kept is used.
    pub use_kept: UseKept,
    /// `--cache-dir`
    pub directory: Option<PathBuf>,
}

/// Whether what is kept on disk is used.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum UseKept {
    /// While it is fresh.
    #[default]
    Fresh,
    /// Never: `--force-refresh`.
    Never,
}

/// Which token to look into, and how to report.
#[derive(Debug, Eq, PartialEq)]
pub struct InspectOptions {
    /// The token; `None` means stdin.
    pub token: Option<GivenToken>,
    /// The form of the report.
    pub output: ReportFormat,
}

/// Which token to ask about.
#[derive(Debug, Eq, PartialEq)]
pub struct VerifyOptions {
    /// The cluster that it must be for.
    pub cluster: ClusterId,
    /// The token; `None` means stdin.
    pub token: Option<GivenToken>,
    /// The form of the report.
    pub output: ReportFormat,
}

/// Whose identity to report.
#[derive(Debug, Eq, PartialEq)]
pub struct WhoamiOptions {
    /// Where the credentials are from.
    pub aws: AwsOptions,
    /// The form of the report.
    pub output: ReportFormat,
}

/// What to remove.
#[derive(Debug, Eq, PartialEq)]
pub struct CleanOptions {
    /// `--cache-dir`
    pub directory: Option<PathBuf>,
}

impl Cli {
    /// What this command line asks for. `variables` count where it is one of
    /// `aws-iam-authenticator`.
    ///
    /// # Errors
    /// When arguments stand before a subcommand that does not take them, or need others.
    pub fn into_options(self, variables: &AuthenticatorVariables) -> Result<Options, UsageError> {
        let Self {
            common: _,
            mint,
            command,
        } = self;
        match command {
            None => mint.into_options(None).map(Options::Mint),
            Some(Command::Eks(eks)) => {
                mint.check_absent("eks get-token", Taken::AwsCli)?;
                eks.into_options(mint).map(Options::Mint)
            }
            Some(Command::Token(token)) => {
                mint.check_absent("token", Taken::Authenticator)?;
                let MintArgs { cluster, aws, .. } = mint;
                let outer = (cluster.cluster_id, aws);
                token.into_options(outer, variables).map(Options::Mint)
            }
            Some(Command::Inspect(InspectArgs { token, output })) => {
                mint.check_absent("inspect", Taken::Nothing)?;
                let token = given(token);
                Ok(Options::Inspect(InspectOptions { token, output }))
            }
            Some(Command::Verify(VerifyArgs {
                cluster_id,
                token,
                output,
            })) => {
                mint.check_absent("verify", Taken::Nothing)?;
                let (cluster, token) = (cluster_id.id().clone(), given(token));
                Ok(Options::Verify(VerifyOptions {
                    cluster,
                    token,
                    output,
                }))
            }
            Some(Command::Whoami(WhoamiArgs { aws, role, output })) => {
                mint.check_absent("whoami", Taken::Aws)?;
                let aws = aws.or(mint.aws).into_options(role, Spelling::Own)?;
                Ok(Options::Whoami(WhoamiOptions { aws, output }))
            }
            Some(Command::Clean(CleanArgs { cache_dir })) => {
                mint.check_absent("clean", Taken::Nothing)?;
                let directory = cache_dir;
                Ok(Options::Clean(CleanOptions { directory }))
            }
            Some(Command::Definition(wanted)) => {
                mint.check_absent(wanted.name(), Taken::Nothing)?;
                Ok(Options::Definition(wanted))
            }
        }
    }
}

/// A dash means stdin, as no token does.
fn given(token: Option<GivenToken>) -> Option<GivenToken> {
    token.filter(|token| token.expose() != "-")
}

impl EksArgs {
    /// `before`: what stood before `eks`; what stands later wins.
    fn into_options(self, before: MintArgs) -> Result<MintOptions, UsageError> {
        let Self {
            aws,
            output,
            tolerated: _,
            command: EksCommand::GetToken(inner),
        } = self;
        inner.into_options(Some(MintArgs {
            aws: aws.or(before.aws),
            output: output.or(before.output),
            ..MintArgs::default()
        }))
    }
}

/// What may stand before a subcommand.
#[derive(Clone, Copy, PartialEq)]
enum Taken {
    Nothing,
    /// Region and profile.
    Aws,
    /// And the cluster's identifier, a flag of that tool as a whole.
    Authenticator,
    /// And the form of the output, in which the AWS CLI differs.
    AwsCli,
}

impl MintArgs {
    /// `before`: what stood before `eks get-token`; the inner one wins.
    fn into_options(self, before: Option<Self>) -> Result<MintOptions, UsageError> {
        let Self {
            cluster:
                ClusterArgs {
                    cluster_name,
                    cluster_id,
                },
            aws,
            role,
            output,
            cache: CacheArgs { cache, refresh },
            tolerated: _,
        } = self;
        let spelling = before.as_ref().map_or(Spelling::Own, |_| Spelling::AwsCli);
        let (outer_aws, outer_output) = before.map(|outer| (outer.aws, outer.output)).unzip();
        let aws = aws.or(outer_aws.unwrap_or_default());
        let cluster = match (cluster_name, cluster_id) {
            (Some(name), None) => name,
            (None, Some(id)) => ClusterName::Id(id),
            (None, None) | (Some(_), Some(_)) => return Err(UsageError::one_cluster()),
        };
        Ok(MintOptions {
            cluster,
            aws: aws.into_options(role, spelling)?,
            output: output.or(outer_output.flatten()).unwrap_or_default(),
            cache: refresh.into_options(cache),
        })
    }

    fn check_absent(&self, subcommand: &str, taken: Taken) -> Result<(), UsageError> {
        let Self {
            cluster,
            aws,
            role,
            output,
            cache: CacheArgs { cache, refresh },
            tolerated: _,
        } = self;
        let id_taken = taken == Taken::Authenticator;
        let refused = [
            ("--cluster-name", cluster.cluster_name.is_some()),
            ("--cluster-id", cluster.cluster_id.is_some() && !id_taken),
            ("--output", output.is_some() && taken != Taken::AwsCli),
            ("--region", aws.region.is_some() && taken == Taken::Nothing),
            (
                "--profile",
                aws.profile.is_some() && taken == Taken::Nothing,
            ),
            ("--cache", cache.is_some()),
            ("--force-refresh", refresh.force_refresh),
            ("--cache-dir", refresh.cache_dir.is_some()),
        ];
        let of_role = role.given().next();
        let found = refused.iter().find(|(_, refused)| *refused);
        match found.map(|(argument, _)| *argument).or(of_role) {
            Some(argument) => Err(UsageError::before_subcommand(argument, subcommand)),
            None => Ok(()),
        }
    }
}

impl TokenArgs {
    fn into_options(
        self,
        (outer_id, outer_aws): (Option<ClusterId>, AwsArgs),
        variables: &AuthenticatorVariables,
    ) -> Result<MintOptions, UsageError> {
        let Self {
            cluster_id,
            token_only,
            aws,
            role,
            cache,
            refresh,
        } = self;
        let exported_id = || variables.cluster_id();
        let id = match cluster_id.or(outer_id) {
            Some(id) => id,
            None => exported_id()?.ok_or_else(UsageError::no_cluster_id)?,
        };
        let output = if token_only {
            OutputFormat::Token
        } else {
            OutputFormat::Json
        };
        let role = RoleArgs {
            role_arn: match role.role_arn {
                Some(arn) => Some(arn),
                None => variables.role()?.map(OrEmpty::Value),
            },
            ..role
        };
        Ok(MintOptions {
            cluster: ClusterName::Id(id),
            aws: aws
                .or(outer_aws)
                .into_options(role, Spelling::Authenticator)?,
            output,
            cache: refresh.into_options(cache),
        })
    }
}

impl RefreshArgs {
    fn into_options(self, mode: Option<CacheMode>) -> CacheOptions {
        let Self {
            force_refresh,
            cache_dir,
        } = self;
        CacheOptions {
            mode: mode.unwrap_or_default(),
            use_kept: if force_refresh {
                UseKept::Never
            } else {
                UseKept::Fresh
            },
            directory: cache_dir,
        }
    }
}

impl AwsArgs {
    fn or(self, other: Self) -> Self {
        Self {
            region: self.region.or(other.region),
            profile: self.profile.or(other.profile),
        }
    }

    fn into_options(self, role: RoleArgs, spelling: Spelling) -> Result<AwsOptions, UsageError> {
        let Self { region, profile } = self;
        Ok(AwsOptions {
            region: spelling.value("--region", region)?,
            profile: spelling.value("--profile", profile)?,
            role: role.into_options(spelling)?,
        })
    }
}

#[cfg(test)]
mod tests;
