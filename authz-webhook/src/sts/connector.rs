//! Connections to STS: addresses by DNS or by `server.stsResolve`, TLS for the real name, all of
//! it within two seconds.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

/// For TCP and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Opens connections to the hosts of the closed list, and knows no plain HTTP.
#[derive(Clone, Debug)]
pub(super) struct Connector(HttpsConnector<HttpConnector<Resolve>>);

impl Connector {
    /// A connector that trusts `roots` and asks `resolve` for addresses.
    ///
    /// # Errors
    /// Where the crypto provider has no TLS version in common with rustls.
    pub(super) fn new(roots: RootCertStore, resolve: Resolve) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new_with_resolver(resolve);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(Duration::from_secs(30)));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_only();
        Ok(Self(https.enable_http1().wrap_connector(tcp)))
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async move {
            timeout(CONNECT_TIMEOUT, connecting).await.map_err(|_| {
                io::Error::new(io::ErrorKind::TimedOut, "no connection within 2 seconds")
            })?
        })
    }
}

/// Where a host is: what the configuration says, else what DNS says.
#[derive(Clone, Debug)]
pub struct Resolve {
    fixed: Arc<BTreeMap<String, SocketAddr>>,
    system: GaiResolver,
}

impl Resolve {
    /// DNS, but for the hosts in `fixed`, each with its address and port.
    #[must_use]
    pub fn new(fixed: BTreeMap<String, SocketAddr>) -> Self {
        Self {
            fixed: Arc::new(fixed),
            system: GaiResolver::new(),
        }
    }
}

impl Service<Name> for Resolve {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        self.system.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        if let Some(address) = self.fixed.get(name.as_str()).copied() {
            return Box::pin(async move { Ok(vec![address].into_iter()) });
        }
        let asking = self.system.call(name);
        Box::pin(async move { Ok(asking.await?.collect::<Vec<_>>().into_iter()) })
    }
}
