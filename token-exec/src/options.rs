//! What is to be done, in domain types: the one conversion from the command line.

use crate::cli::{
    AwsArgs, Cli, ClusterArgs, Command, EksCommand, InspectArgs, MintArgs, TokenArgs,
};
pub use crate::cli::{GivenToken, OutputFormat, ReportFormat};
use crate::cluster_name::ClusterName;
use crate::usage::UsageError;
use iam_aws::region::RegionName;

/// What is to be done.
#[derive(Debug, Eq, PartialEq)]
pub enum Options {
    /// Print a token.
    Mint(MintOptions),
    /// Say what a token says.
    Inspect(InspectOptions),
}

/// Which token to print, and how.
#[derive(Debug, Eq, PartialEq)]
pub struct MintOptions {
    /// The cluster it is for.
    pub cluster: ClusterName,
    /// `--region`
    pub region: Option<RegionName>,
    /// `--profile`
    pub profile: Option<String>,
    /// How to print it.
    pub output: OutputFormat,
}

/// Which token to look into, and how to report.
#[derive(Debug, Eq, PartialEq)]
pub struct InspectOptions {
    /// The token; `None` means stdin.
    pub token: Option<GivenToken>,
    /// The form of the report.
    pub output: ReportFormat,
}

impl Cli {
    /// What this command line asks for.
    ///
    /// # Errors
    /// When arguments stand before a subcommand that does not take them.
    pub fn into_options(self) -> Result<Options, UsageError> {
        let Self {
            common: _,
            mint,
            command,
        } = self;
        match command {
            None => mint.into_options(None).map(Options::Mint),
            Some(Command::Eks(EksCommand::GetToken(inner))) => {
                mint.check_absent("eks get-token", Absent::Cluster)?;
                inner.into_options(Some(mint)).map(Options::Mint)
            }
            Some(Command::Token(TokenArgs {
                cluster_id,
                token_only,
                aws,
            })) => {
                mint.check_absent("token", Absent::ClusterAndOutput)?;
                let AwsArgs { region, profile } = aws.or(mint.aws);
                let output = if token_only {
                    OutputFormat::Token
                } else {
                    OutputFormat::Json
                };
                let cluster = ClusterName::Id(cluster_id);
                Ok(Options::Mint(MintOptions {
                    cluster,
                    region,
                    profile,
                    output,
                }))
            }
            Some(Command::Inspect(InspectArgs { token, output })) => {
                mint.check_absent("inspect", Absent::All)?;
                let token = token.filter(|token| token.expose() != "-");
                Ok(Options::Inspect(InspectOptions { token, output }))
            }
        }
    }
}

/// What must not stand before a subcommand.
#[derive(Clone, Copy, PartialEq)]
enum Absent {
    Cluster,
    ClusterAndOutput,
    All,
}

impl MintArgs {
    /// `before`: what stood before the subcommand; the inner one wins.
    fn into_options(self, before: Option<Self>) -> Result<MintOptions, UsageError> {
        let Self {
            cluster:
                ClusterArgs {
                    cluster_name,
                    cluster_id,
                },
            aws,
            output,
        } = self;
        let (outer_aws, outer_output) = before.map(|outer| (outer.aws, outer.output)).unzip();
        let AwsArgs { region, profile } = match outer_aws {
            Some(outer) => aws.or(outer),
            None => aws,
        };
        let cluster = match (cluster_name, cluster_id) {
            (Some(name), None) => name,
            (None, Some(id)) => ClusterName::Id(id),
            (None, None) | (Some(_), Some(_)) => return Err(UsageError::one_cluster()),
        };
        let output = output.or(outer_output.flatten()).unwrap_or_default();
        Ok(MintOptions {
            cluster,
            region,
            profile,
            output,
        })
    }

    fn check_absent(&self, subcommand: &str, absent: Absent) -> Result<(), UsageError> {
        let Self {
            cluster,
            aws,
            output,
        } = self;
        let given = [
            ("--cluster-name", cluster.cluster_name.is_some(), true),
            ("--cluster-id", cluster.cluster_id.is_some(), true),
            ("--output", output.is_some(), absent != Absent::Cluster),
            ("--region", aws.region.is_some(), absent == Absent::All),
            ("--profile", aws.profile.is_some(), absent == Absent::All),
        ];
        match given.iter().find(|(_, given, refused)| *given && *refused) {
            Some((argument, _, _)) => Err(UsageError::before_subcommand(argument, subcommand)),
            None => Ok(()),
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
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn options(line: &str) -> Options {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        Cli::from_arguments(&arguments)
            .unwrap()
            .into_options()
            .unwrap()
    }

    fn mint(region: Option<&str>, profile: Option<&str>, output: OutputFormat) -> Options {
        Options::Mint(MintOptions {
            cluster: "c".parse().unwrap(),
            region: region.map(|text| text.parse().unwrap()),
            profile: profile.map(str::to_owned),
            output,
        })
    }

    #[test]
    fn every_spelling_of_a_request_for_a_token_comes_to_the_same() {
        let west = Some("us-west-2");
        for (line, expected) in [
            (
                "token-exec --cluster-name c",
                mint(None, None, OutputFormat::Json),
            ),
            (
                "token-exec --cluster-id=c --output token",
                mint(None, None, OutputFormat::Token),
            ),
            (
                "token-exec --region us-west-2 eks get-token --cluster-name c --output json",
                mint(west, None, OutputFormat::Json),
            ),
            (
                "token-exec --output token --profile p eks get-token --cluster-id c",
                mint(None, Some("p"), OutputFormat::Token),
            ),
            (
                "token-exec --region eu-west-1 eks get-token --region us-west-2 --cluster-name c",
                mint(west, None, OutputFormat::Json),
            ),
            (
                "token-exec token -i c --region us-west-2",
                mint(west, None, OutputFormat::Json),
            ),
            (
                "token-exec token --cluster-id c --token-only",
                mint(None, None, OutputFormat::Token),
            ),
            (
                "/bin/aws-iam-authenticator token -i c",
                mint(None, None, OutputFormat::Json),
            ),
            (
                "aws-iam-authenticator.exe --region us-west-2 token -i c --token-only",
                mint(west, None, OutputFormat::Token),
            ),
        ] {
            assert_eq!(options(line), expected, "{line}");
        }
    }

    #[test]
    fn inspect_reads_stdin_without_a_token_or_with_a_dash() {
        let stdin = || {
            Options::Inspect(InspectOptions {
                token: None,
                output: ReportFormat::Text,
            })
        };
        assert_eq!(options("token-exec inspect"), stdin());
        assert_eq!(options("token-exec inspect -"), stdin());
        let Options::Inspect(given) = options("token-exec inspect k8s-aws-v1.x -o json") else {
            panic!("not an inspection");
        };
        assert_eq!(
            given.token.as_ref().map(GivenToken::expose),
            Some("k8s-aws-v1.x")
        );
        assert_eq!(given.output, ReportFormat::Json);
    }
}
