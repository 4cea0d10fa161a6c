//! The configuration file: the peer's keys with its defaults, and ours beside them.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use iam_core::cluster::ClusterId;
use iam_core::partition::Partition;

/// What the command line and the environment say about keys of the file; it wins over the file.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--cluster-id`, or `KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID`.
    pub cluster_id: Option<ClusterId>,
    /// `--partition`.
    pub partition: Option<Partition>,
    /// `--address`.
    pub address: Option<IpAddr>,
    /// `--port`; 0 takes a free port.
    pub port: Option<u16>,
    /// `--hostname` (init).
    pub hostname: Option<String>,
    /// `--state-dir`.
    pub state_dir: Option<PathBuf>,
    /// `--generate-kubeconfig`.
    pub generate_kubeconfig: Option<PathBuf>,
    /// `--kubeconfig-pregenerated`.
    pub kubeconfig_pregenerated: Option<bool>,
    /// `--kubeconfig`.
    pub kubeconfig: Option<PathBuf>,
    /// `--backend-mode M,M`: as written; empty when not given.
    pub backend_modes: Vec<String>,
    /// `AWS_CA_BUNDLE`, else `SSL_CERT_FILE`: used when `server.stsCABundle` is absent.
    pub environment_ca_bundle: Option<PathBuf>,
}

/// A configuration in which every value is valid.
#[derive(Clone, Debug)]
pub struct Config {}

/// Everything that is wrong with a configuration, each with its place and remedy.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the configuration")]
pub struct ConfigErrors {}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// All faults at once.
    pub fn load(_path: &Path, _overrides: &Overrides) -> Result<Self, ConfigErrors> {
        Err(ConfigErrors {})
    }
    /// `server.address`, by default 127.0.0.1.
    pub fn address(&self) -> IpAddr {
        IpAddr::from([127, 0, 0, 1])
    }
    /// `server.port`, by default 21362.
    pub fn port(&self) -> u16 {
        21362
    }
    /// `server.adminAddress`, by default 127.0.0.1.
    pub fn admin_address(&self) -> IpAddr {
        IpAddr::from([127, 0, 0, 1])
    }
    /// `server.adminPort`, by default 21363.
    pub fn admin_port(&self) -> u16 {
        21363
    }
    /// `server.hostname`, by default `localhost`.
    pub fn hostname(&self) -> &str {
        "localhost"
    }
    /// `server.stateDir`.
    pub fn state_dir(&self) -> &Path {
        Path::new("/var/aws-iam-authenticator")
    }
    /// `server.generateKubeconfig`.
    pub fn generate_kubeconfig(&self) -> &Path {
        Path::new("/etc/kubernetes/aws-iam-authenticator/kubeconfig.yaml")
    }
    /// `server.kubeconfigPregenerated`.
    pub fn kubeconfig_pregenerated(&self) -> bool {
        false
    }
    /// `server.clientCA`: a PEM file.
    pub fn client_ca(&self) -> Option<&Path> {
        None
    }
    /// `server.shutdownGrace`, by default 20 s.
    pub fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(20)
    }
    /// `server.requestDeadline`, by default 5 s.
    pub fn request_deadline(&self) -> Duration {
        Duration::from_secs(5)
    }
    /// `server.audiences`; empty: any.
    pub fn audiences(&self) -> &[String] {
        &[]
    }
    /// `server.maxConnections`, by default 10,000.
    pub fn max_connections(&self) -> usize {
        10_000
    }
}
