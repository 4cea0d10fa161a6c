//! How the API server is reached from which `aws-auth` is read.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use iam_core::error_chain::ErrorChain;
use kube::Client;
use kube::client::AuthError;
use kube::config::{KubeConfigOptions, Kubeconfig};
use thiserror::Error;

use super::SourcesError;
use crate::config::Config;

/// A watch is begun anew this often: a connection that died silently is noticed within it.
pub(super) const WATCH_SECONDS: u32 = 60;
/// An API server that is asked says something within this time, if only that the watch is over.
const LONGEST_SILENCE: Duration = Duration::from_secs(WATCH_SECONDS as u64 + 15);

/// Why the cluster cannot be asked.
#[derive(Debug, Error)]
pub(super) enum ClusterError {
    #[error("cannot use the kubeconfig {}", .path.display())]
    Kubeconfig {
        path: PathBuf,
        source: Box<kube::config::KubeconfigError>,
    },
    #[error("no kubeconfig is configured and this is no pod")]
    InCluster(#[from] Box<kube::config::InClusterError>),
    #[error("{0:?} is not the URL of an API server")]
    Master(String),
    #[error("cannot set up the client of the API server")]
    Client(#[from] Box<kube::Error>),
}

/// Whether the kubeconfig can be read.
pub(super) fn check(config: &Config) -> Result<(), SourcesError> {
    let Some(path) = config.kubeconfig() else {
        return Ok(());
    };
    Kubeconfig::read_from(path)
        .map(drop)
        .map_err(|source| SourcesError::Kubeconfig {
            path: path.to_owned(),
            source: source.into(),
        })
}

/// The API server cannot be reached as configured; in words for the log.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct NotReachable(String);

/// Whether everything is there by which the API server is reached; it is not asked.
///
/// # Errors
/// What is missing or faulty.
pub fn check_cluster(config: &Config) -> Result<(), NotReachable> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| NotReachable(error.to_string()))?;
    let client = runtime.block_on(connect(config));
    client
        .map(drop)
        .map_err(|error| NotReachable(fault(&error)))
}

/// How the API server is reached: by the kubeconfig, or as a pod.
async fn client_config(config: &Config) -> Result<kube::Config, ClusterError> {
    let mut cluster = match config.kubeconfig() {
        Some(path) => of_kubeconfig(path).await.map_err(|source| {
            let source = Box::new(source);
            ClusterError::Kubeconfig {
                path: path.to_owned(),
                source,
            }
        })?,
        None => kube::Config::incluster().map_err(Box::new)?,
    };
    cluster.read_timeout = Some(LONGEST_SILENCE);
    cluster.reset_reader_on_write = true;
    if let Some(master) = config.master() {
        cluster.cluster_url = master
            .parse()
            .map_err(|_| ClusterError::Master(master.to_owned()))?;
    }
    Ok(cluster)
}

async fn of_kubeconfig(path: &Path) -> Result<kube::Config, kube::config::KubeconfigError> {
    let kubeconfig = Kubeconfig::read_from(path)?;
    let names_a_proxy = names_a_proxy(&kubeconfig);
    let mut cluster =
        kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    if !names_a_proxy {
        // That of the environment is for the world outside, not for the API server next door.
        cluster.proxy_url = None;
    }
    Ok(cluster)
}

/// Whether the cluster of the current context is reached by a proxy.
fn names_a_proxy(kubeconfig: &Kubeconfig) -> bool {
    let current = kubeconfig.current_context.as_deref();
    let context = kubeconfig
        .contexts
        .iter()
        .find(|entry| Some(entry.name.as_str()) == current);
    let cluster = context.and_then(|entry| Some(entry.context.as_ref()?.cluster.as_str()));
    kubeconfig
        .clusters
        .iter()
        .filter(|entry| Some(entry.name.as_str()) == cluster)
        .filter_map(|entry| entry.cluster.as_ref()?.proxy_url.as_deref())
        .any(|url| !url.is_empty())
}

/// A client by the configuration as it is now.
pub(super) async fn connect(config: &Config) -> Result<Client, ClusterError> {
    let cluster = client_config(config).await?;
    Ok(Client::try_from(cluster).map_err(Box::new)?)
}

/// What went wrong, in words for the log.
///
/// What an exec plugin printed is left out, for tokens stand there, and so is a proxy's URL, for
/// its password: the client's own errors quote both.
pub(super) fn fault(error: &(dyn Error + 'static)) -> String {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<AuthError>() {
            return "the kubeconfig's exec plugin gave no credentials".to_owned();
        }
        if let Some(kube::Error::ProxyProtocolUnsupported { .. }) = error.downcast_ref() {
            return "the kubeconfig's proxy-url is no http:// or socks5:// URL".to_owned();
        }
        cause = error.source();
    }
    ErrorChain(error).to_string()
}
