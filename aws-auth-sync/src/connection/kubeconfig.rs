//! A kubeconfig: which one it is, and what it says.

use std::io::ErrorKind;
use std::path::Path;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};

use super::{ClusterIdentity, ConnectError};
use crate::proxy;

/// Reads that of `path`, else those of `KUBECONFIG`, else `~/.kube/config`; `None` where nobody
/// names one and the last is not there.
pub(super) fn find(path: Option<&Path>) -> Result<Option<Kubeconfig>, ConnectError> {
    let named = match path {
        Some(path) => Kubeconfig::read_from(path).map(Some),
        None => Kubeconfig::from_env(),
    };
    if let Some(named) = named.map_err(kubeconfig_error)? {
        return Ok(Some(named));
    }
    match Kubeconfig::read() {
        Ok(found) => Ok(Some(found)),
        Err(KubeconfigError::FindPath) => Ok(None),
        Err(KubeconfigError::ReadConfig(error, _)) if error.kind() == ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(kubeconfig_error(error)),
    }
}

/// How it leads to the cluster of a context.
pub(super) async fn config(
    kubeconfig: Kubeconfig,
    context: Option<&str>,
) -> Result<(Config, ClusterIdentity), ConnectError> {
    let options = KubeConfigOptions {
        context: context.map(str::to_owned),
        ..KubeConfigOptions::default()
    };
    let name = cluster_name(&kubeconfig, context);
    let named_proxy = proxy_url(&kubeconfig, &name)?;
    let loaded = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    let mut config = loaded.map_err(kubeconfig_error)?;
    config.proxy_url = proxy::choose(
        named_proxy,
        &Matcher::from_env(),
        config.proxy_url.take(),
        &config.cluster_url,
    );
    let server = config.cluster_url.to_string();
    Ok((config, ClusterIdentity::Named { name, server }))
}

fn cluster_name(kubeconfig: &Kubeconfig, context: Option<&str>) -> String {
    let wanted = context.or(kubeconfig.current_context.as_deref());
    let named = kubeconfig
        .contexts
        .iter()
        .find(|named| Some(named.name.as_str()) == wanted);
    named
        .and_then(|named| named.context.as_ref())
        .map_or_else(String::new, |c| c.cluster.clone())
}

/// What the cluster entry says about a proxy.
fn proxy_url(kubeconfig: &Kubeconfig, cluster: &str) -> Result<Option<Uri>, ConnectError> {
    let entry = kubeconfig
        .clusters
        .iter()
        .find(|entry| entry.name == cluster);
    let url = entry
        .and_then(|entry| entry.cluster.as_ref())
        .and_then(|cluster| cluster.proxy_url.as_deref())
        .filter(|url| !url.is_empty());
    url.map(|url| url.parse().map_err(|_| ConnectError::Proxy))
        .transpose()
}

fn kubeconfig_error(error: KubeconfigError) -> ConnectError {
    match error {
        KubeconfigError::Parse(error) => ConnectError::Parse {
            place: error
                .location()
                .map(|place| format!(" at line {}, column {}", place.line(), place.column())),
        },
        other => ConnectError::Kubeconfig(other),
    }
}
