//! The command line and the environment, as they are given.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use iam_aws::environment::{Environment as AwsEnvironment, NotUtf8, Variables};
use iam_aws::source::role;
use iam_cli::{CommonArgs, Definition};
use iam_core::arn::Arn;
use iam_core::principal::SessionName;
use iam_core::region::Region;

use crate::cluster::ClusterRef;
use crate::endpoint::{Endpoint, ProxyUrl};
use crate::kuberc;
use crate::list::Form;
use crate::names::{Alias, Namespace, Profile};
use crate::records::Records;
use crate::stanza::ExecCommand;
use crate::target::{Files, TargetError};
use crate::unquoted::Unquoted;

/// Write kubeconfig entries for a cluster whose users sign in with AWS IAM through token-exec
#[derive(Debug, Parser)]
#[command(name = "kubeconfig-gen", version, after_help = EXAMPLES)]
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
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
pub enum Command {
    /// Write a kubeconfig for one cluster, or for all there are
    ///
    /// AWS is asked about the cluster of --name, or about every cluster of the profiles and regions
    /// with --all: one that fails is told and makes the exit code 1, the others are written.
    /// Without AWS the cluster is described by a file (`--from-file`) or by flags (`--endpoint`,
    /// `--ca-file` and `--name`).
    ///
    /// The file is that of --kubeconfig, else as kubectl itself would have it: an entry is edited in
    /// the file of KUBECONFIG that defines it; what is new goes into the first that exists, or the
    /// last; without KUBECONFIG into ~/.kube/config. Only what changes is written: comments, order,
    /// quotes and all other entries stay byte for byte. A file that kubectl cannot read is not
    /// touched. A new one is made with mode 0600.
    ///
    /// The user entry calls token-exec: by its name when it is on PATH, otherwise by the absolute
    /// path of the one beside this program. With --verbose the entries are printed as well.
    #[command(visible_alias = "update-kubeconfig")]
    Update(UpdateArgs),

    /// Drop the entries of clusters that no longer exist
    ///
    /// Every entry that is named by a cluster's ARN is asked about, by the profile of its users. It
    /// goes when EKS says to a member of the cluster's own account that there is no such cluster;
    /// whatever else happens leaves it where it is, and makes the exit code 1. So does the word of
    /// whoever answers at a URL of the settings' own (AWS_ENDPOINT_URL and its like) in place of
    /// AWS, unless --trust-endpoint-url takes it. With a cluster go its contexts, and the users that
    /// nothing else needs.
    Prune(PruneArgs),

    /// Say why kubectl would fail: files, plugin, token, caller, server and access, step by step
    ///
    /// Runs the plugin as kubectl does, asks STS whose its token is, and shows the token to the API
    /// server of the context. Exit code 0 where kubectl gets in, else 1.
    ///
    /// Contexts that `update` wrote and that are no longer there are told: `kubectl config` reads
    /// before it locks, and so drops what is added meanwhile, without a trace in its files. Their
    /// names are kept under KUBECACHEDIR, else ~/.kube/cache. Contexts whose cluster or user is in
    /// no file are told as well.
    Check(CheckArgs),

    /// Let users of `aws eks get-token` and `aws-iam-authenticator` sign in with token-exec
    ///
    /// Without --context and --all that of the current context. Stanzas of
    /// client.authentication.k8s.io/v1alpha1, which kubectl no longer reads, become current ones;
    /// environment variables stay.
    Convert(ConvertArgs),

    /// The contexts as kubectl reads them from all files together
    List(ListArgs),

    /// What is made from these definitions.
    #[command(flatten)]
    Definition(Definition),
}

/// Arguments of `prune`.
#[derive(Args, Debug)]
pub struct PruneArgs {
    /// File to look at, in place of those kubectl would read
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// AWS profile that asks about entries whose users name none
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<Profile>,

    /// Take the word of EKS and STS at the URLs that the settings name: AWS's by PrivateLink, or
    /// those of a stand-in
    #[arg(long)]
    pub trust_endpoint_url: bool,

    /// Say what would go, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Context to look at [default: the current one]
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,

    /// File to read, in place of those kubectl would read
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// The cluster's aws-auth as somebody who has access sees it, to say why a caller is not mapped;
    /// `-` reads stdin
    #[arg(long, value_name = "FILE")]
    pub aws_auth: Option<PathBuf>,

    /// Form of the report
    #[arg(short, long, value_enum, default_value_t, value_name = "FORM")]
    pub output: ReportFormat,
}

/// Form of a report.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    #[default]
    Text,
    /// For scripts: one JSON document.
    Json,
}

/// Arguments of `convert`.
#[derive(Args, Debug)]
pub struct ConvertArgs {
    /// Context whose user is converted
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub context: Option<String>,

    /// Convert every user that one of the three programs signs for
    #[arg(long)]
    pub all: bool,

    /// Program that signs afterwards
    #[arg(long, value_enum, value_name = "PROGRAM", default_value_t)]
    pub to: ExecCommand,

    /// File to edit, in place of those kubectl reads
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// Print the files on stdout and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `list`.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// File to read, in place of those kubectl reads
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// Form of the output
    #[arg(short, long, value_enum, value_name = "FORM", default_value_t)]
    pub output: Form,
}

/// Arguments of `update`.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("source").required(true).multiple(true).args(["from_file", "name", "all"]))]
pub struct UpdateArgs {
    /// The JSON that `aws eks describe-cluster` prints; `-` reads stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["endpoint", "ca_file"])]
    pub from_file: Option<PathBuf>,

    /// Address of the API server: `https://HOST[:PORT]`. Without --ca-file AWS is asked for all
    /// else, and the certificate is checked for the cluster's own host: for tunnels
    #[arg(long, value_name = "URL", value_parser = Unquoted::<Endpoint>::new(), requires = "name")]
    pub endpoint: Option<Endpoint>,

    /// PEM file with the certificates that the API server is checked against. AWS is not asked
    #[arg(long, value_name = "FILE", requires = "endpoint")]
    pub ca_file: Option<PathBuf>,

    /// Name or ARN of the cluster; the name is what tokens are signed for. With --from-file it
    /// only checks that the file describes this cluster
    #[arg(long, value_name = "NAME")]
    pub name: Option<ClusterRef>,

    /// Region of the cluster; without AWS, the one whose STS checks the tokens [default: that of the
    /// cluster's ARN, else AWS_REGION, else AWS_DEFAULT_REGION, else the profile's]
    #[arg(long, value_name = "REGION")]
    pub region: Option<Region>,

    /// AWS profile that asks AWS and signs the tokens, even where access keys are exported; with
    /// --all there may be several [default: AWS_PROFILE, else AWS_DEFAULT_PROFILE]
    #[arg(long, value_name = "PROFILE")]
    pub profile: Vec<Profile>,

    /// Every cluster that the profiles see.
    #[command(flatten)]
    pub all: AllArgs,

    /// The role whose tokens they are.
    #[command(flatten)]
    pub role: RoleArgs,

    /// Role that AWS is asked as. It does not become part of the entries
    #[arg(long, value_name = "ARN", value_parser = role::role_arn, conflicts_with_all = ["from_file", "ca_file"])]
    pub assume_role_arn: Option<Arn>,

    /// Name of the context [default: the cluster's ARN where it is known, else its name]
    #[arg(long, value_name = "NAME")]
    pub alias: Option<Alias>,

    /// Name of the user entry [default: the cluster's ARN where it is known, else its name]
    #[arg(long, value_name = "NAME")]
    pub user_alias: Option<Alias>,

    /// File to write, in place of the one kubectl would choose
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// Namespace of the context
    #[arg(long, value_name = "NAMESPACE")]
    pub namespace: Option<Namespace>,

    /// Proxy on the way to the API server, by `http://`, `https://` or `socks5://`
    #[arg(long, value_name = "URL", value_parser = Unquoted::<ProxyUrl>::new())]
    pub proxy_url: Option<ProxyUrl>,

    /// Program that signs the tokens
    #[arg(long, value_enum, value_name = "PROGRAM", default_value_t)]
    pub exec_command: ExecCommand,

    /// Leave current-context as it is
    #[arg(long)]
    pub no_set_context: bool,

    /// Add the plugin to those that kubectl's kuberc lets run, where it does not let all run
    /// (kubectl 1.35 and later). The file is that of KUBERC, else ~/.kube/kuberc
    #[arg(long, conflicts_with = "dry_run")]
    pub allow_plugin: bool,

    /// Print the file on stdout and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Which clusters, where it is not one.
#[derive(Args, Debug)]
pub struct AllArgs {
    /// Write entries for every cluster there is, in one file at one stroke, and leave
    /// current-context alone
    #[arg(long, conflicts_with_all = ["name", "from_file", "endpoint", "alias", "user_alias"])]
    pub all: bool,

    /// Regions to look in, in place of one
    #[arg(
        long,
        value_name = "REGION,…",
        value_delimiter = ',',
        requires = "all",
        conflicts_with = "region"
    )]
    pub regions: Vec<Region>,

    /// Look in every region of the partition; those that the account has not switched on are passed
    /// over
    #[arg(long, requires = "all", conflicts_with_all = ["region", "regions"])]
    pub all_regions: bool,
}

/// The role that token-exec assumes.
#[derive(Args, Debug)]
pub struct RoleArgs {
    /// Role whose tokens they are: token-exec assumes it. AWS is asked without it
    #[arg(long, value_name = "ARN", value_parser = role::role_arn)]
    pub role_arn: Option<Arn>,

    /// Name of that role's session [default: EKSGetTokenAuth]
    #[arg(long, value_name = "NAME", requires = "role_arn")]
    pub session_name: Option<SessionName>,

    /// What that role's owner demands of third parties
    #[arg(long, value_name = "ID", requires = "role_arn", value_parser = role::external_id)]
    pub external_id: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  kubeconfig-gen update --name demo --region us-west-2
  kubeconfig-gen update --all --all-regions --profile dev --profile prod --kubeconfig all.yaml
  aws eks describe-cluster --name demo | kubeconfig-gen update --from-file - --kubeconfig demo.yaml
  kubeconfig-gen update --name demo --endpoint https://api.example.com --ca-file ca.pem \
--region us-west-2";

/// The environment variables that matter, read once.
#[derive(Clone, Default)]
pub struct Environment {
    /// What decides about AWS.
    pub aws: AwsEnvironment,
    /// `RUST_LOG`.
    pub rust_log: Option<String>,
    /// `KUBECONFIG`.
    pub kubeconfig: Option<OsString>,
    /// `KUBERC`.
    pub kuberc: Option<OsString>,
    /// `KUBECACHEDIR`.
    pub kube_cache_dir: Option<OsString>,
    /// The home directory.
    pub home: Option<PathBuf>,
    /// `PATH`.
    pub path: Option<OsString>,
    /// This program's own file.
    pub program: Option<PathBuf>,
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`: the variable's name and its value.
    pub region: Option<(&'static str, String)>,
    /// `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`: the variable's name and its value.
    pub profile: Option<(&'static str, String)>,
}

impl Environment {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// When a variable that decides about AWS is not UTF-8.
    pub fn read() -> Result<Self, NotUtf8> {
        Ok(Self {
            aws: AwsEnvironment::read(&Variables(variable))?,
            rust_log: text("RUST_LOG"),
            kubeconfig: variable("KUBECONFIG"),
            kuberc: variable("KUBERC"),
            kube_cache_dir: variable("KUBECACHEDIR"),
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
            path: variable("PATH"),
            program: std::env::current_exe().ok(),
            region: first_text(["AWS_REGION", "AWS_DEFAULT_REGION"]),
            profile: first_text(["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]),
        })
    }
}

impl Environment {
    /// The user's kuberc; `None` where kubectl reads none.
    #[must_use]
    pub fn kuberc_path(&self) -> Option<PathBuf> {
        kuberc::path(self.kuberc.as_deref().map(Path::new), self.home.as_deref())
    }

    /// The files by `--kubeconfig`, `KUBECONFIG` and the home directory.
    pub(crate) fn files(&self, flag: Option<PathBuf>) -> Result<Files, TargetError> {
        Files::find(flag, self.kubeconfig.as_deref(), self.home.as_deref())
    }

    /// What is kept of what was written.
    pub(crate) fn records(&self) -> Option<Records> {
        let variable = self.kube_cache_dir.as_deref().map(Path::new);
        Records::locate(variable, self.home.as_deref())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn text(name: &str) -> Option<String> {
    variable(name)?.into_string().ok()
}

fn first_text(names: [&'static str; 2]) -> Option<(&'static str, String)> {
    names.into_iter().find_map(|name| Some((name, text(name)?)))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_script_and_page_tells_the_whole_command_line() {
        iam_cli::testing::assert_told(Cli::command);
    }
}
