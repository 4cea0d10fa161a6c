//! One HTTP client for everything, which costs nothing before it is used.
//!
//! Plain addresses never touch TLS; the roots are read when the first https request is sent. A
//! request has a connection of its own, over HTTP/1.1: a program that lives for one question would
//! not use it twice. Redirects are answers like any other, and an answer has a limit.
//!
//! Own code on hyper and rustls, and not `aws-smithy-http-client`: that one panics on a bundle with
//! a certificate that rustls cannot use, reads proxies from the process's environment, knows no
//! SOCKS, and does not tell the causes of a failure apart.

mod connection;
mod error;
mod exchange;
mod proxy;
mod roots;
mod sdk;
mod tunnel;

use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response, Uri};
use rustls::ClientConfig;

use crate::api_server::Access;
use crate::environment::Environment;
use crate::shared_config::Profile;
use connection::Peer;
pub use connection::Stream;
pub(crate) use error::HttpError;
use proxy::Proxies;
use roots::{RootsError, RootsPlace};

/// The client; clones share what was built.
#[derive(Clone)]
pub struct Http(Arc<Parts>);

struct Parts {
    proxies: Proxies,
    roots: RootsPlace,
    /// What a certificate must be for, where that is not the host.
    server_name: Option<String>,
    tls: OnceLock<Result<Arc<ClientConfig>, RootsError>>,
}

/// How long each part of a request may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// To look up the host and connect, TLS and proxies included.
    pub(crate) connect: Duration,
    /// From there to the end of the answer.
    pub(crate) answer: Duration,
    /// Of the answer.
    pub(crate) bytes: usize,
}

/// Whether a proxy may stand between.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    /// As the settings say.
    Settings,
    /// Never: the peer is this machine, or beside it.
    Direct,
}

impl Http {
    /// The client of these settings.
    #[must_use]
    pub fn new(environment: &Environment, profile: Option<Profile<'_>>) -> Self {
        Self(Arc::new(Parts {
            proxies: Proxies::of(&environment.endpoints),
            roots: RootsPlace::of(&environment.endpoints, profile),
            server_name: None,
            tls: OnceLock::new(),
        }))
    }

    /// The client of an API server.
    pub(crate) fn to_server(access: &Access, environment: &Environment) -> Self {
        let proxies = match &access.proxy {
            Some(proxy) => Proxies::fixed(proxy.clone(), "proxy-url"),
            None => Proxies::of(&environment.endpoints).but_for_loopback(),
        };
        let roots = match &access.authorities {
            Some((pem, place)) => RootsPlace::given(pem.clone(), place.clone()),
            None => RootsPlace::System,
        };
        Self(Arc::new(Parts {
            proxies,
            roots,
            server_name: access.server_name.clone(),
            tls: OnceLock::new(),
        }))
    }

    /// Whether the proxies of the settings make sense, and can be trusted, as far as https addresses
    /// go by them. Nobody is asked.
    ///
    /// # Errors
    /// A setting that names no proxy, or no roots for one over TLS.
    pub fn check_proxies(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let aws = Uri::from_static("https://amazonaws.com");
        if self
            .0
            .proxies
            .before(&aws)?
            .is_some_and(|proxy| proxy.is_secure())
        {
            self.tls()?;
        }
        Ok(())
    }

    /// A way to the https address `peer` by the proxy before it, for a client that keeps
    /// connections of its own; none where no proxy is.
    ///
    /// # Errors
    /// A proxy that refuses, or is not reached, with the setting that names it.
    pub async fn tunnel(
        &self,
        peer: &Uri,
    ) -> Result<Option<Box<dyn Stream>>, Box<dyn Error + Send + Sync>> {
        match self.0.proxies.before(peer)? {
            Some(proxy) => Ok(Some(proxy.lead_to(&Peer::of(peer)?, self).await?)),
            None => Ok(None),
        }
    }

    /// Sends one request and reads the whole answer.
    pub(crate) async fn send(
        &self,
        request: Request<SdkBody>,
        limits: Limits,
        route: Route,
    ) -> Result<Response<Bytes>, HttpError> {
        exchange::exchange(self, request, limits, route).await
    }

    fn tls(&self) -> Result<Arc<ClientConfig>, HttpError> {
        let built = self.0.tls.get_or_init(|| self.0.roots.client_config());
        built.clone().map_err(HttpError::Roots)
    }
}

/// A proxy's address may hold a password.
impl Debug for Http {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("Http")
    }
}

impl Limits {
    /// AWS answers in kilobytes.
    pub(crate) const USUAL: usize = 1 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(15),
            bytes: Self::USUAL,
        }
    }
}

#[cfg(test)]
mod tests;
