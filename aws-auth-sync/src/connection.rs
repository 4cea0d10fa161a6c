//! From a kubeconfig, or from a pod's service account, to a connection.

mod kubeconfig;
mod pod;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use kube::Client;
use kube::config::{InClusterError, KubeconfigError};
use thiserror::Error;

use crate::plugin;

/// A connection to one cluster.
pub struct Cluster {
    pub(crate) client: Client,
    /// What is known of which one it is.
    pub identity: ClusterIdentity,
}

/// What is known of which cluster this is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ClusterIdentity {
    /// A kubeconfig has an entry for it.
    Named {
        /// The name of the cluster entry.
        name: String,
        /// The URL of the API server.
        server: String,
    },
    /// It is the one that this pod runs in, which nothing tells the name of.
    Own {
        /// The URL of the API server, inside the cluster.
        server: String,
    },
}

impl ClusterIdentity {
    /// The URL of the API server.
    #[must_use]
    pub fn server(&self) -> &str {
        let (Self::Named { server, .. } | Self::Own { server }) = self;
        server
    }
}

impl fmt::Display for ClusterIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { name, server } => write!(f, "{name} at {server}"),
            Self::Own { server } => write!(f, "this pod's own at {server}"),
        }
    }
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
    /// There is no kubeconfig, and nothing else that leads to a cluster.
    #[error("find a kubeconfig: none is named, ~/.kube/config is not there, and this is no pod")]
    Nowhere,
    /// A pod lacks what its service account signs in with.
    #[error("connect as the pod's service account")]
    Pod(#[source] InClusterError),
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
            Self::Kubeconfig(_) | Self::Nowhere => Some(
                "give --kubeconfig FILE and --context NAME; kubectl config get-contexts lists them",
            ),
            Self::Pod(_) => Some(
                "let the pod have its service account's token (automountServiceAccountToken), or \
                 give --kubeconfig FILE",
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
    /// `~/.kube/config`; `context`, else the current one. In a pod where there is none of these,
    /// as its service account.
    ///
    /// # Errors
    /// When the kubeconfig cannot be read or names no usable cluster, and when there is none
    /// outside a pod. Nothing is sent yet.
    pub async fn connect(path: Option<&Path>, context: Option<&str>) -> Result<Self, ConnectError> {
        let (mut config, identity) = match (kubeconfig::find(path)?, context) {
            (Some(kubeconfig), context) => kubeconfig::config(kubeconfig, context).await?,
            (None, Some(context)) => {
                let unknown = KubeconfigError::LoadContext(context.to_owned());
                return Err(ConnectError::Kubeconfig(unknown));
            }
            (None, None) => pod::config()?,
        };
        // The deadline of the whole call covers connecting, and says what it is.
        config.connect_timeout = None;
        // A watch that says nothing for longer is dead: each is begun anew within a minute.
        config.read_timeout = Some(LONGEST_SILENCE);
        config.reset_reader_on_write = true;
        let client = Client::try_from(config);
        let client = client.map_err(|error| client_error(error, identity.server()))?;
        Ok(Self { client, identity })
    }
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

const LONGEST_SILENCE: Duration = Duration::from_secs(75);
