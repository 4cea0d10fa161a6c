//! From a kubeconfig to a connection.

use std::path::Path;
use std::time::Duration;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use thiserror::Error;

use crate::{plugin, proxy};

/// A connection to one cluster.
pub struct Cluster {
    pub(crate) client: Client,
    /// What the kubeconfig calls it, and where it answers.
    pub identity: ClusterIdentity,
}

/// What a kubeconfig says about which cluster this is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClusterIdentity {
    /// The name of the cluster entry.
    pub name: String,
    /// The URL of the API server.
    pub server: String,
}

/// Why a cluster cannot be reached at all.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The kubeconfig is no kubeconfig.
    #[error("read the kubeconfig: it does not parse{}", place.as_deref().unwrap_or_default())]
    Parse {
        /// ` at line …, column …`. The parser's own message quotes lines, which may hold secrets.
        place: Option<String>,
    },
    /// The kubeconfig cannot be read, or does not say what is asked of it.
    #[error("read the kubeconfig")]
    Kubeconfig(#[source] KubeconfigError),
    /// The plugin that the kubeconfig names gives no credential.
    #[error("run the kubeconfig's exec plugin: {fault}")]
    Plugin {
        /// What it did wrong.
        fault: String,
    },
    /// The kubeconfig or the environment names a proxy that is none.
    #[error("prepare the connection: the proxy is no http://, https:// or socks5:// URL")]
    Proxy,
    /// The kubeconfig makes no client.
    #[error("prepare the connection to {server}")]
    Client {
        /// The API server.
        server: String,
        /// Why.
        source: Box<kube::Error>,
    },
}

impl ConnectError {
    /// What a person can do about it.
    #[must_use]
    pub const fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Kubeconfig(_) => Some(
                "give --kubeconfig FILE and --context NAME; kubectl config get-contexts lists them",
            ),
            Self::Proxy => Some(
                "correct proxy-url in the kubeconfig, or HTTPS_PROXY; NO_PROXY names exceptions",
            ),
            Self::Plugin { .. } => Some("try kubectl auth whoami with the same kubeconfig"),
            Self::Parse { .. } | Self::Client { .. } => None,
        }
    }
}

impl Cluster {
    /// Connects as a kubeconfig says: that of `path`, else those of `KUBECONFIG`, else
    /// `~/.kube/config`; `context`, else the current one.
    ///
    /// # Errors
    /// When the kubeconfig cannot be read or names no usable cluster. Nothing is sent yet.
    pub async fn connect(path: Option<&Path>, context: Option<&str>) -> Result<Self, ConnectError> {
        let read = path.map_or_else(Kubeconfig::read, Kubeconfig::read_from);
        let kubeconfig = read.map_err(kubeconfig_error)?;
        let options = KubeConfigOptions {
            context: context.map(str::to_owned),
            ..KubeConfigOptions::default()
        };
        let name = cluster_name(&kubeconfig, context);
        let named_proxy = proxy_url(&kubeconfig, &name)?;
        let loaded = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        let mut config = loaded.map_err(kubeconfig_error)?;
        // The deadline of the whole call covers connecting, and says what it is.
        config.connect_timeout = None;
        // A watch that says nothing for longer is dead: each is begun anew within a minute.
        config.read_timeout = Some(LONGEST_SILENCE);
        config.reset_reader_on_write = true;
        config.proxy_url = proxy::choose(
            named_proxy,
            &Matcher::from_env(),
            config.proxy_url.take(),
            &config.cluster_url,
        );
        let server = config.cluster_url.to_string();
        let client = Client::try_from(config).map_err(|error| client_error(error, &server))?;
        Ok(Self {
            client,
            identity: ClusterIdentity { name, server },
        })
    }
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

fn client_error(error: kube::Error, server: &str) -> ConnectError {
    match (plugin::fault(&error), error) {
        (Some(fault), _) => ConnectError::Plugin { fault },
        // The client's message quotes the URL, which may hold a password.
        (None, kube::Error::ProxyProtocolUnsupported { .. }) => ConnectError::Proxy,
        (None, error) => ConnectError::Client {
            server: server.to_owned(),
            source: Box::new(error),
        },
    }
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

const LONGEST_SILENCE: Duration = Duration::from_secs(75);
