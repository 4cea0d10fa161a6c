//! The configuration of the webhook: the YAML file of aws-iam-authenticator as it is, our own
//! keys beside its, and what the command line says over both.
//!
//! [`Config::load`] reports every fault at once, each with file, line and column.

mod duration;
mod ec2;
mod faults;
mod fields;
mod inline;
mod keys;
mod nearest;
mod reader;
mod server;
mod sources;
mod sts;
mod values;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use iam_core::account::AccountId;
use iam_core::aws_auth;
use iam_core::cluster::ClusterId;
use iam_core::partition::Partition;
use iam_core::region::Region;

pub use ec2::{AssumedRole, Ec2Settings};
pub use faults::{ConfigErrors, ConfigFault, Place};
pub use values::{
    Audiences, BackendMode, BackendModeError, DynamicFile, MatchBy, ReservedPrefixes,
};

/// What stands above the file: flags and environment, already parsed.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--cluster-id`, or `KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID`.
    pub cluster_id: Option<ClusterId>,
    /// `--partition`.
    pub partition: Option<Partition>,
    /// `--address`.
    pub address: Option<IpAddr>,
    /// `--port`.
    pub port: Option<u16>,
    /// The address of the admin listener.
    pub admin_address: Option<IpAddr>,
    /// The port of the admin listener.
    pub admin_port: Option<u16>,
    /// `--hostname`.
    pub hostname: Option<String>,
    /// `--state-dir`.
    pub state_dir: Option<PathBuf>,
    /// `--generate-kubeconfig`.
    pub generate_kubeconfig: Option<PathBuf>,
    /// `--kubeconfig-pregenerated`.
    pub kubeconfig_pregenerated: Option<bool>,
    /// `--kubeconfig`.
    pub kubeconfig: Option<PathBuf>,
    /// `--master`.
    pub master: Option<String>,
    /// `--backend-mode`, in order; empty when not given.
    pub backend_modes: Vec<BackendMode>,
    /// `AWS_CA_BUNDLE`: used where `server.stsCABundle` is not set.
    pub aws_ca_bundle: Option<PathBuf>,
}

/// A configuration whose every value was checked.
#[derive(Clone, Debug)]
pub struct Config {
    path: PathBuf,
    cluster_id: ClusterId,
    additional_cluster_ids: Vec<ClusterId>,
    server: server::Server,
    ec2: Ec2Settings,
    inline: aws_auth::Document,
    overrides: Overrides,
    warnings: Vec<ConfigFault>,
}

impl Config {
    /// Reads the file and lays `overrides` over it.
    ///
    /// # Errors
    /// Every fault of the file at once: unreadable, not YAML, unknown or misplaced keys, values
    /// of the wrong kind or out of range, and a missing cluster id; or a file that says which
    /// sources are asked, which is not followed.
    pub fn load(path: &Path, overrides: &Overrides) -> Result<Self, ConfigErrors> {
        let text = reader::text(path).map_err(ConfigErrors::one)?;
        let config = Self::parse(path, &text, overrides)?;
        match config.dynamic_modes() {
            Some(modes) if modes.symlink_metadata().is_ok() => {
                Err(ConfigErrors::one(modes_elsewhere(path, modes)))
            }
            Some(_) | None => Ok(config),
        }
    }

    /// Reads the text of the file at `path`; the path is for messages and for reloading.
    ///
    /// # Errors
    /// As [`Config::load`], without the file system.
    pub fn parse(path: &Path, text: &str, overrides: &Overrides) -> Result<Self, ConfigErrors> {
        reader::read(path, text, overrides)
    }

    /// The file this came from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was laid over the file; reading it again needs them again.
    #[must_use]
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// The id that tokens are signed for.
    #[must_use]
    pub fn cluster_id(&self) -> &ClusterId {
        &self.cluster_id
    }

    /// Ids that tokens may be signed for as well: those of a cluster that was renamed or is being
    /// moved from.
    #[must_use]
    pub fn additional_cluster_ids(&self) -> &[ClusterId] {
        &self.additional_cluster_ids
    }

    /// The partition whose STS hosts and principals are admitted.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.server.partition
    }

    /// Where the webhook listens.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.server.address
    }

    /// The port of the webhook; 0 takes a free one.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.server.port
    }

    /// Where probes and metrics are served.
    #[must_use]
    pub fn admin_address(&self) -> IpAddr {
        self.server.admin_address
    }

    /// The port for probes and metrics; 0 takes a free one.
    #[must_use]
    pub fn admin_port(&self) -> u16 {
        self.server.admin_port
    }

    /// The name kube-apiserver calls the webhook by.
    #[must_use]
    pub fn hostname(&self) -> &str {
        &self.server.hostname
    }

    /// The directory of certificates and keys.
    #[must_use]
    pub fn state_dir(&self) -> &Path {
        &self.server.state_dir
    }

    /// Where the webhook kubeconfig for kube-apiserver is written.
    #[must_use]
    pub fn generate_kubeconfig(&self) -> &Path {
        &self.server.generate_kubeconfig
    }

    /// Whether the webhook kubeconfig is somebody else's: `serve` then leaves it alone.
    #[must_use]
    pub fn kubeconfig_pregenerated(&self) -> bool {
        self.server.kubeconfig_pregenerated
    }

    /// The kubeconfig for reading the cluster's mappings; none means in-cluster.
    #[must_use]
    pub fn kubeconfig(&self) -> Option<&Path> {
        self.server.kubeconfig.as_deref()
    }

    /// The API server's URL, in place of the kubeconfig's.
    #[must_use]
    pub fn master(&self) -> Option<&str> {
        self.server.master.as_deref()
    }

    /// The CA of kube-apiserver's client certificates; none means they are not asked for.
    #[must_use]
    pub fn client_ca(&self) -> Option<&Path> {
        self.server.client_ca.as_deref()
    }

    /// The time from SIGTERM to the end.
    #[must_use]
    pub fn shutdown_grace(&self) -> Duration {
        self.server.shutdown_grace
    }

    /// The time within which a review is answered.
    #[must_use]
    pub fn request_deadline(&self) -> Duration {
        self.server.request_deadline
    }

    /// The audiences served.
    #[must_use]
    pub fn audiences(&self) -> &Audiences {
        &self.server.audiences
    }

    /// The number of connections open at once.
    #[must_use]
    pub fn max_connections(&self) -> usize {
        self.server.max_connections
    }

    /// How long a verified caller is served without asking STS again.
    #[must_use]
    pub fn cache_freshness(&self) -> Duration {
        self.server.cache_freshness
    }

    /// Regions whose STS hosts are admitted beside those known at build.
    #[must_use]
    pub fn sts_regions(&self) -> &[Region] {
        &self.server.sts_regions
    }

    /// Addresses of STS hosts, in place of what DNS says.
    #[must_use]
    pub fn sts_resolve(&self) -> &BTreeMap<String, SocketAddr> {
        &self.server.sts_resolve
    }

    /// The roots that STS's certificate must lead to, in place of the system's.
    #[must_use]
    pub fn sts_ca_bundle(&self) -> Option<&Path> {
        self.server.sts_ca_bundle.as_deref()
    }

    /// The mapping sources, in the order in which they are asked.
    #[must_use]
    pub fn backend_modes(&self) -> &[BackendMode] {
        &self.server.backend_modes
    }

    /// The aws-auth manifest, or mounted ConfigMap directory, of the `MountedFile` source.
    #[must_use]
    pub fn mounted_file(&self) -> Option<&Path> {
        self.server.mounted_file.as_deref()
    }

    /// A file that would say at run time which sources are asked: it must not exist.
    #[must_use]
    pub fn dynamic_modes(&self) -> Option<&Path> {
        self.server.dynamic_modes.as_deref()
    }

    /// The files, and directories of files, of the `AccessEntries` source.
    #[must_use]
    pub fn access_entries(&self) -> &[PathBuf] {
        &self.server.access_entries
    }

    /// How EC2 is asked for the names of instances.
    #[must_use]
    pub fn ec2(&self) -> &Ec2Settings {
        &self.ec2
    }

    /// The file of the `DynamicFile` source.
    #[must_use]
    pub fn dynamic_file(&self) -> Option<DynamicFile> {
        self.server.dynamic_file.clone()
    }

    /// Whether access entries are a source, and `/authorize` is served.
    #[must_use]
    pub fn has_access_entries(&self) -> bool {
        self.backend_modes().contains(&BackendMode::AccessEntries)
    }

    /// The `mapRoles`, `mapUsers` and `mapAccounts` lists of the file itself.
    #[must_use]
    pub fn inline(&self) -> &aws_auth::Document {
        &self.inline
    }

    /// Accounts of whose principals nothing is logged or put into `extra`.
    #[must_use]
    pub fn scrubbed_accounts(&self) -> &[AccountId] {
        &self.server.scrubbed_accounts
    }

    /// The prefixes that a username from a source must not begin with.
    #[must_use]
    pub fn reserved_prefixes(&self) -> &ReservedPrefixes {
        &self.server.reserved_prefixes
    }

    /// What is worth a word but no refusal: deprecated names, keys without effect.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigFault] {
        &self.warnings
    }
}

/// To pass over the file could be to let in whom it leaves out.
fn modes_elsewhere(path: &Path, modes: &Path) -> ConfigFault {
    let message = format!(
        "server.dynamicBackendModePath: {} says which sources are asked, and is not followed",
        modes.display()
    );
    ConfigFault::new(Place::whole(path), message).hint(
        "remove that file, and list every source in server.backendMode: a DynamicFile that does \
         not exist maps nobody",
    )
}

#[cfg(test)]
mod tests;
