//! Which proxy stands before an address, if any, by curl's rules.

use std::error::Error;
use std::fmt::{self, Debug, Formatter};

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::net::TcpStream;

use super::HttpError;
use super::connection::Peer;
use crate::environment::EndpointVariables;

/// What the environment says about proxies.
pub struct Proxies {
    http: Option<String>,
    https: Option<String>,
    all: Option<String>,
    none: String,
    /// What `all` is named by.
    all_is: &'static str,
}

/// A proxy and the variable that names it.
pub(super) struct Proxy {
    pub(super) address: Intercept,
    pub(super) variable: &'static str,
}

impl Proxies {
    /// Those of the environment.
    #[must_use]
    pub fn of(variables: &EndpointVariables) -> Self {
        Self {
            http: variables.http_proxy.clone(),
            https: variables.https_proxy.clone(),
            all: variables.all_proxy.clone(),
            none: variables.no_proxy.clone().unwrap_or_default(),
            all_is: "ALL_PROXY",
        }
    }

    /// The same before a server that may be this machine: Go's clients go to loopback addresses
    /// directly.
    pub(super) fn but_for_loopback(self) -> Self {
        Self {
            none: format!("{},localhost,127.0.0.0/8,::1", self.none),
            ..self
        }
    }

    /// One proxy for everybody, and the setting that names it.
    pub(super) fn fixed(address: String, setting: &'static str) -> Self {
        Self {
            http: None,
            https: None,
            all: Some(address),
            none: String::new(),
            all_is: setting,
        }
    }

    /// Whether the variables make sense, as far as https addresses go by them.
    ///
    /// # Errors
    /// One that names no proxy.
    pub fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.before(&Uri::from_static("https://amazonaws.com"))?;
        Ok(())
    }

    /// A way to the https address `peer` by the proxy before it, for a client that keeps
    /// connections of its own; none where no proxy is.
    ///
    /// # Errors
    /// A proxy that refuses, or is not reached, with the variable that names it.
    pub async fn tunnel(
        &self,
        peer: &Uri,
    ) -> Result<Option<TcpStream>, Box<dyn Error + Send + Sync>> {
        match self.before(peer)? {
            Some(proxy) => Ok(Some(Peer::of(peer)?.by(&proxy).await?)),
            None => Ok(None),
        }
    }

    /// The proxy before `peer`.
    ///
    /// # Errors
    /// When the variable that would name it makes no sense.
    pub(super) fn before(&self, peer: &Uri) -> Result<Option<Proxy>, HttpError> {
        let (own, variable) = if peer.scheme() == Some(&Scheme::HTTPS) {
            (&self.https, "HTTPS_PROXY")
        } else {
            (&self.http, "HTTP_PROXY")
        };
        let (address, variable) = match (own, &self.all) {
            (Some(own), _) => (own, variable),
            (None, Some(all)) => (all, self.all_is),
            (None, None) => return Ok(None),
        };
        let rules = |excepted: &str| {
            let matcher = Matcher::builder().all(address.as_str()).no(excepted);
            matcher.build().intercept(peer)
        };
        match (rules(""), rules(&self.none)) {
            (None, _) => Err(HttpError::ProxySetting { variable }),
            (Some(_), excepted) => Ok(excepted.map(|address| Proxy { address, variable })),
        }
    }
}

/// A proxy's address may hold a password.
impl Debug for Proxies {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("Proxies")
    }
}

impl Proxy {
    /// Its host and port, without the password.
    pub(super) fn name(&self) -> String {
        self.address
            .uri()
            .authority()
            .map_or_else(String::new, ToString::to_string)
    }
}
