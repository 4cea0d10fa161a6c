//! The command line and the environment, as they are given.

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use clap::{Args, Parser, Subcommand};
use iam_aws::environment::{NotUtf8, Variables};
use iam_cli::{CommonArgs, Definition};
use iam_core::cluster::ClusterId;
use iam_core::partition::Partition;

use crate::config::BackendMode;
use crate::service_manager::{PassedSockets, SocketVariables};

/// Tell kube-apiserver who a bearer token of AWS IAM belongs to
#[derive(Debug, Parser)]
#[command(name = "authz-webhook", version, after_help = EXAMPLES)]
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
    /// What a configuration is needed for.
    #[command(flatten)]
    Job(Job),
    /// What is made from these definitions.
    #[command(flatten)]
    Definition(Definition),
}

/// What a configuration is needed for.
#[derive(Debug, Subcommand)]
pub enum Job {
    /// Answer TokenReviews and SubjectAccessReviews until SIGTERM or SIGINT
    ///
    /// POST /authenticate and, where AccessEntries is a source, POST /authorize are served over TLS
    /// on server.address and server.port; /livez, /readyz, /healthz and /metrics in clear text on
    /// server.adminAddress and server.adminPort.
    /// Certificates that are missing under server.stateDir are made, and renewed in time; they
    /// and the mappings are read again when they change, and on SIGHUP. One line of JSON on
    /// stderr tells each decision. `server` is aws-iam-authenticator's name for it, and understood.
    ///
    /// STS is asked through the proxy of HTTPS_PROXY or ALL_PROXY, but for hosts in NO_PROXY and in
    /// server.stsResolve. Credentials, found as the AWS CLI finds them, are needed for one thing
    /// alone: to ask EC2 for the names of instances, where a mapping holds {{EC2PrivateDNSName}}.
    #[command(alias = "server")]
    Serve(ServeArgs),
    /// Write certificate, key and the webhook kubeconfig for kube-apiserver
    ///
    /// What is there and good is left as it is. The kubeconfig is for
    /// --authentication-token-webhook-config-file. Where AccessEntries is a source, the kubeconfig
    /// for authorization and a file for --authorization-config are written beside it.
    Init(ConfigArgs),
    /// Read everything that serve would read, and report every fault
    Check(ConfigArgs),
}

/// Arguments of `serve`.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// What every command takes.
    #[command(flatten)]
    pub config: ConfigArgs,

    /// Print {"address":"IP:PORT","adminAddress":"IP:PORT"} on stdout when listening
    #[arg(long)]
    pub print_address: bool,
}

/// The configuration, and what wins over it.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// Configuration file: that of aws-iam-authenticator, with our own keys beside its
    #[arg(short, long, value_name = "FILE")]
    pub config: PathBuf,

    /// Cluster that tokens must be signed for, in place of clusterID [default:
    /// KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID, then the file]
    #[arg(short = 'i', long, value_name = "ID")]
    pub cluster_id: Option<ClusterId>,

    /// In place of server.partition
    #[arg(long, value_name = "PARTITION")]
    pub partition: Option<Partition>,

    /// IP address to listen on, in place of server.address
    #[arg(long, value_name = "IP")]
    pub address: Option<IpAddr>,

    /// Port to listen on, in place of server.port; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,

    /// IP address for probes and metrics, in place of server.adminAddress
    #[arg(long, value_name = "IP")]
    pub admin_address: Option<IpAddr>,

    /// Port for probes and metrics, in place of server.adminPort; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    pub admin_port: Option<u16>,

    /// Name that kube-apiserver calls, in place of server.hostname
    #[arg(long, value_name = "NAME")]
    pub hostname: Option<String>,

    /// Directory of certificates and keys, in place of server.stateDir
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,

    /// Webhook kubeconfig to write, in place of server.generateKubeconfig
    #[arg(long, value_name = "FILE")]
    pub generate_kubeconfig: Option<PathBuf>,

    /// Leave the webhook kubeconfig alone, whatever server.kubeconfigPregenerated says
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true")]
    pub kubeconfig_pregenerated: Option<bool>,

    /// Kubeconfig for reading mappings from the cluster, in place of server.kubeconfig
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,

    /// URL of the API server that mappings are read from, in place of server.master
    #[arg(long, value_name = "URL")]
    pub master: Option<String>,

    /// Sources of mappings, in order, in place of server.backendMode: MountedFile, EKSConfigMap,
    /// AccessEntries, CRD, DynamicFile
    #[arg(long, value_name = "MODE", value_delimiter = ',')]
    pub backend_mode: Vec<BackendMode>,
}

/// What the program reads of its environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// `RUST_LOG`.
    pub rust_log: Option<String>,
    /// `KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID`.
    pub cluster_id: Option<OsString>,
    /// `AWS_CA_BUNDLE`.
    pub aws_ca_bundle: Option<OsString>,
    /// What it says about AWS.
    pub aws: AwsVariables,
    /// `NOTIFY_SOCKET`.
    pub notify_socket: Option<OsString>,
    /// `LISTEN_FDS`.
    pub sockets: PassedSockets,
    /// The clock.
    pub clock: fn() -> SystemTime,
}

/// What the environment says about AWS, for those questions that need credentials of our own.
#[derive(Clone)]
pub struct AwsVariables(pub Arc<Result<iam_aws::environment::Environment, NotUtf8>>);

/// They may hold secrets.
impl fmt::Debug for AwsVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwsVariables")
    }
}

impl Environment {
    /// Reads the process's environment; an empty variable counts as unset.
    #[expect(clippy::disallowed_methods, reason = "the edge: environment and clock")]
    pub fn read() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            rust_log: variable("RUST_LOG").map(|value| value.to_string_lossy().into_owned()),
            cluster_id: variable(CLUSTER_ID),
            aws_ca_bundle: variable("AWS_CA_BUNDLE"),
            aws: AwsVariables(Arc::new(iam_aws::environment::Environment::read(
                &Variables(std::env::var_os),
            ))),
            notify_socket: variable("NOTIFY_SOCKET"),
            sockets: PassedSockets::read(SocketVariables {
                process: variable("LISTEN_PID").as_deref(),
                number: variable("LISTEN_FDS").as_deref(),
            }),
            clock: SystemTime::now,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  authz-webhook check --config webhook.yaml    # every fault of it at once
  authz-webhook init  --config webhook.yaml    # certificate, key and kubeconfig
  authz-webhook serve --config webhook.yaml";

/// As the peer spells it.
pub const CLUSTER_ID: &str = "KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_script_and_page_tells_the_whole_command_line() {
        iam_cli::testing::assert_told(Cli::command);
    }
}
