//! Connections to STS: by the proxy of the environment, or to an address by DNS or by
//! `server.stsResolve`; TLS for the real name; all of it within two seconds.

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
use iam_aws::http::{Http, Stream};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;
use tower_service::Service;

/// For proxy, TCP and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Opens connections to the hosts of the closed list, and knows no plain HTTP.
#[derive(Clone, Debug)]
pub(super) struct Connector(HttpsConnector<Way>);

impl Connector {
    /// A connector that trusts `roots` and asks `resolve` for addresses, unless a proxy of
    /// `proxies` stands before a host.
    ///
    /// # Errors
    /// Where the crypto provider has no TLS version in common with rustls.
    pub(super) fn new(
        roots: RootCertStore,
        resolve: Resolve,
        proxies: Http,
    ) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let fixed = Arc::clone(&resolve.fixed);
        let mut tcp = HttpConnector::new_with_resolver(resolve);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(Duration::from_secs(30)));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_only();
        let way = Way {
            tcp,
            fixed,
            proxies,
        };
        Ok(Self(https.enable_http1().wrap_connector(way)))
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<Box<dyn Stream>>>;
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

/// TCP to a host. What the configuration says of where it is wins over the environment's proxies.
#[derive(Clone, Debug)]
struct Way {
    tcp: HttpConnector<Resolve>,
    fixed: Arc<BTreeMap<String, SocketAddr>>,
    proxies: Http,
}

impl Service<Uri> for Way {
    type Response = TokioIo<Box<dyn Stream>>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let direct = self.tcp.call(uri.clone());
        let is_fixed = uri.host().is_some_and(|host| self.fixed.contains_key(host));
        let proxies = (!is_fixed).then(|| self.proxies.clone());
        Box::pin(async move {
            if let Some(proxies) = proxies
                && let Some(tunnel) = proxies.tunnel(&uri).await?
            {
                return Ok(TokioIo::new(tunnel));
            }
            let tcp: Box<dyn Stream> = Box::new(direct.await?.into_inner());
            Ok(TokioIo::new(tcp))
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
