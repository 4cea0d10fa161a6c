//! A connection to a peer: addresses, the proxy between, TLS.

use std::error::Error;
use std::future::poll_fn;
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::proxy::Proxy;
use super::{Http, HttpError};

/// Bytes both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Nothing about it is worth telling a client that keeps it.
impl Connection for Box<dyn Stream> {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

/// Who is asked: scheme, host and port, taken out of a URL.
pub(super) struct Peer {
    /// With the port written out.
    address: Uri,
    host: String,
    tls: bool,
}

impl Peer {
    pub(super) fn of(uri: &Uri) -> Result<Self, HttpError> {
        let (tls, port) = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => (false, 80),
            Some(scheme) if *scheme == Scheme::HTTPS => (true, 443),
            Some(_) | None => return Err(no_peer(uri)),
        };
        Self::at(uri, tls, port)
    }

    /// The host of `uri`, whatever its scheme.
    pub(super) fn at(uri: &Uri, tls: bool, default_port: u16) -> Result<Self, HttpError> {
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| no_peer(uri))?.to_owned();
        let port = uri.port_u16().unwrap_or(default_port);
        let address = Uri::builder()
            .scheme(if tls { Scheme::HTTPS } else { Scheme::HTTP })
            .authority(format!("{host}:{port}"))
            .path_and_query("/")
            .build()
            .map_err(|_| no_peer(uri))?;
        Ok(Self { address, host, tls })
    }

    /// `scheme://host:port/`
    pub(super) fn address(&self) -> &Uri {
        &self.address
    }

    /// Host and port.
    pub(super) fn name(&self) -> String {
        let authority = self.address.authority();
        authority.map_or_else(String::new, ToString::to_string)
    }

    /// Whether TLS is spoken with it.
    pub(super) fn is_secure(&self) -> bool {
        self.tls
    }

    /// Opens a connection, through `proxy` if there is one.
    pub(super) async fn connect(
        &self,
        http: &Http,
        proxy: Option<&Proxy>,
    ) -> Result<Box<dyn Stream>, HttpError> {
        let Some(proxy) = proxy else {
            return self.reach(http).await;
        };
        let config = self.config(http)?;
        let way = proxy.lead_to(self, http).await?;
        self.secure(way, config, http).await
    }

    /// Opens a connection with nobody between.
    pub(super) async fn reach(&self, http: &Http) -> Result<Box<dyn Stream>, HttpError> {
        let config = self.config(http)?;
        let opened = open(connector(), &self.address).await;
        let tcp = opened.map_err(|source| {
            let peer = self.name();
            // hyper-util's error is private, its two texts are not.
            if source.to_string() == "dns error" {
                HttpError::Lookup { peer, source }
            } else {
                HttpError::Connect { peer, source }
            }
        })?;
        self.secure(Box::new(tcp), config, http).await
    }

    /// Asked for before a connection: without roots there is no point in one.
    fn config(&self, http: &Http) -> Result<Option<Arc<ClientConfig>>, HttpError> {
        self.tls.then(|| http.tls()).transpose()
    }

    async fn secure(
        &self,
        stream: Box<dyn Stream>,
        config: Option<Arc<ClientConfig>>,
        http: &Http,
    ) -> Result<Box<dyn Stream>, HttpError> {
        let Some(config) = config else {
            return Ok(stream);
        };
        // Go's clients want this name of an https proxy, too.
        let host = http.0.server_name.as_deref().unwrap_or(&self.host);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| no_peer(&self.address))?;
        match TlsConnector::from(config).connect(name, stream).await {
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

/// Tries the addresses of a name side by side, as browsers do.
fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector
}

/// What `service` opens to `peer`.
pub(super) async fn open<S, T>(
    mut service: S,
    peer: &Uri,
) -> Result<T, Box<dyn Error + Send + Sync>>
where
    S: Service<Uri, Response = TokioIo<T>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
{
    poll_fn(|context| service.poll_ready(context))
        .await
        .map_err(Into::into)?;
    let stream = service.call(peer.clone()).await.map_err(Into::into)?;
    Ok(stream.into_inner())
}

fn no_peer(uri: &Uri) -> HttpError {
    let url = uri.to_string();
    let url = url.split_once('?').map_or(&*url, |(before, _)| before);
    HttpError::Url {
        url: url.to_owned(),
    }
}
