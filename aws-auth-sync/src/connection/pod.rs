//! The cluster that a pod runs in, by its service account.
//!
//! <https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/>

use kube::Config;
use kube::config::InClusterError;

use super::{ClusterIdentity, ConnectError};

/// How this pod reaches its own API server: directly, whatever proxy the environment names for the
/// world outside. The token and the CA are read again as they are replaced.
pub(super) fn config() -> Result<(Config, ClusterIdentity), ConnectError> {
    let config = Config::incluster().map_err(|error| match error {
        InClusterError::ReadEnvironmentVariable(_) => ConnectError::Nowhere,
        other => ConnectError::Pod(other),
    })?;
    let server = config.cluster_url.to_string();
    Ok((config, ClusterIdentity::Own { server }))
}
