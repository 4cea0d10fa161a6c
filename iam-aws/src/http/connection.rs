//! A connection to a peer: addresses, the proxy between, TLS.

use std::error::Error;
use std::future::poll_fn;
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::proxy::Proxy;
use super::{Http, HttpError};

/// Bytes both ways.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Who is asked: scheme, host and port, taken out of a URL.
pub(super) struct Peer {
    uri: Uri,
    host: String,
    port: u16,
    tls: bool,
}

impl Peer {
    pub(super) fn of(uri: &Uri) -> Result<Self, HttpError> {
        let no_url = || HttpError::Url {
            url: without_query(uri),
        };
        let tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(_) | None => return Err(no_url()),
        };
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or_else(no_url)?.to_owned();
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self {
            uri: uri.clone(),
            host,
            port,
            tls,
        })
    }

    /// Host and port.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whether requests to it go to the proxy as they are, and not through a tunnel.
    pub(super) fn is_forwarded_by(&self, proxy: &Proxy) -> bool {
        !self.tls && !proxy.is_socks()
    }

    /// Opens a connection, through `proxy` if there is one.
    pub(super) async fn connect(
        &self,
        http: &Http,
        proxy: Option<&Proxy>,
    ) -> Result<Box<dyn Stream>, HttpError> {
        // Before the connection: without roots there is no point in one.
        let config = self.tls.then(|| http.tls()).transpose()?;
        let tcp = match proxy {
            None => self.direct().await?,
            Some(proxy) => self.by(proxy).await?,
        };
        match config {
            None => Ok(Box::new(tcp)),
            Some(config) => self.secure(tcp, config, http).await,
        }
    }

    async fn direct(&self) -> Result<TcpStream, HttpError> {
        open(connector(), self.uri.clone()).await.map_err(|error| {
            let (peer, source) = (self.name(), error);
            // hyper-util's error is private, its two texts are not.
            if source.to_string() == "dns error" {
                HttpError::Lookup { peer, source }
            } else {
                HttpError::Connect { peer, source }
            }
        })
    }

    /// A way through `proxy`, without TLS.
    pub(super) async fn by(&self, proxy: &Proxy) -> Result<TcpStream, HttpError> {
        let address = proxy.address.uri().clone();
        let opened = if proxy.is_socks() {
            let mut socks = SocksV5::new(address, connector()).local_dns(false);
            if let Some((user, password)) = proxy.address.raw_auth() {
                socks = socks.with_auth(user.to_owned(), password.to_owned());
            }
            open(socks, self.tunnelled()).await
        } else if self.tls {
            let mut tunnel = Tunnel::new(address, connector());
            if let Some(auth) = proxy.address.basic_auth() {
                tunnel = tunnel.with_auth(auth.clone());
            }
            open(tunnel, self.tunnelled()).await
        } else {
            open(connector(), address).await
        };
        opened.map_err(|source| HttpError::Proxy {
            peer: self.name(),
            proxy: proxy.name(),
            variable: proxy.variable,
            source,
        })
    }

    /// The address with its port written out, which tunnels would take to be 443.
    fn tunnelled(&self) -> Uri {
        let scheme = if self.tls { "https" } else { "http" };
        Uri::builder()
            .scheme(scheme)
            .authority(self.name())
            .path_and_query("/")
            .build()
            .unwrap_or_else(|_| self.uri.clone())
    }

    async fn secure(
        &self,
        tcp: TcpStream,
        config: Arc<ClientConfig>,
        http: &Http,
    ) -> Result<Box<dyn Stream>, HttpError> {
        let host = http.0.server_name.as_deref().unwrap_or(&self.host);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| HttpError::Url {
            url: without_query(&self.uri),
        })?;
        match TlsConnector::from(config).connect(name, tcp).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(source) => {
                let cause = source
                    .get_ref()
                    .and_then(|cause| cause.downcast_ref::<rustls::Error>());
                Err(match cause {
                    Some(error @ rustls::Error::InvalidCertificate(_)) => HttpError::Certificate {
                        peer: self.name(),
                        roots: http.0.roots.words(),
                        source: error.clone(),
                    },
                    Some(_) | None => HttpError::Tls {
                        peer: self.name(),
                        source,
                    },
                })
            }
        }
    }
}

impl Proxy {
    fn is_socks(&self) -> bool {
        self.address
            .uri()
            .scheme_str()
            .is_some_and(|scheme| scheme.starts_with("socks5"))
    }
}

/// Tries the addresses of a name side by side, as browsers do.
fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector
}

async fn open<S>(mut service: S, peer: Uri) -> Result<TcpStream, Box<dyn Error + Send + Sync>>
where
    S: Service<Uri, Response = TokioIo<TcpStream>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
{
    poll_fn(|context| service.poll_ready(context))
        .await
        .map_err(Into::into)?;
    let stream = service.call(peer).await.map_err(Into::into)?;
    Ok(stream.into_inner())
}

fn without_query(uri: &Uri) -> String {
    let text = uri.to_string();
    text.split_once('?')
        .map_or(text.clone(), |(before, _)| before.to_owned())
}
