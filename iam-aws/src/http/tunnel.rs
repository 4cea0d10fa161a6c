//! The way through a proxy: a peer that is reached first and then told where to.

use std::error::Error;
use std::future::{Ready, ready};
use std::io;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use tower_service::Service;

use super::connection::{Peer, Stream, open};
use super::proxy::{Protocol, Proxy};
use super::{Http, HttpError};

impl Proxy {
    /// A way to `peer`, without the TLS that is spoken with it.
    pub(super) async fn lead_to(
        &self,
        peer: &Peer,
        http: &Http,
    ) -> Result<Box<dyn Stream>, HttpError> {
        let led = match self.peer.reach(http).await {
            Ok(stream) => self.introduce(stream, peer).await,
            Err(error) => Err(error.into()),
        };
        led.map_err(|source| HttpError::Proxy {
            peer: peer.name(),
            proxy: self.peer.name(),
            variable: self.variable,
            source,
        })
    }

    /// Tells the proxy behind `stream` whom to lead to.
    async fn introduce(
        &self,
        stream: Box<dyn Stream>,
        peer: &Peer,
    ) -> Result<Box<dyn Stream>, Box<dyn Error + Send + Sync>> {
        if peer.is_forwarded_by(self) {
            return Ok(stream);
        }
        let (address, reached) = (self.peer.address().clone(), Reached(Some(stream)));
        match &self.protocol {
            Protocol::Http { authorization } => {
                let mut tunnel = Tunnel::new(address, reached);
                if let Some(authorization) = authorization {
                    tunnel = tunnel.with_auth(authorization.clone());
                }
                open(tunnel, peer.address()).await
            }
            Protocol::Socks5 { login } => {
                let mut socks = SocksV5::new(address, reached).local_dns(false);
                if let Some((user, password)) = login.clone() {
                    socks = socks.with_auth(user, password);
                }
                open(socks, peer.address()).await
            }
        }
    }
}

impl Peer {
    /// Whether requests to it go to the proxy as they are, and not through a tunnel.
    pub(super) fn is_forwarded_by(&self, proxy: &Proxy) -> bool {
        match proxy.protocol {
            Protocol::Http { .. } => !self.is_secure(),
            Protocol::Socks5 { .. } => false,
        }
    }
}

/// A connector whose only connection is open already.
struct Reached(Option<Box<dyn Stream>>);

impl Service<Uri> for Reached {
    type Response = TokioIo<Box<dyn Stream>>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let stream = self.0.take().map(TokioIo::new);
        ready(stream.ok_or_else(|| io::ErrorKind::NotConnected.into()))
    }
}
