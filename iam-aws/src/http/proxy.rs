//! Which proxy stands before an address, if any, by curl's rules.

use http::uri::Scheme;
use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::HttpError;
use super::connection::Peer;
use crate::environment::EndpointVariables;

/// What the environment says about proxies.
pub(super) struct Proxies {
    http: Option<String>,
    https: Option<String>,
    all: Option<String>,
    none: String,
    /// What `all` is named by.
    all_is: &'static str,
}

/// A proxy and the variable that names it.
pub(super) struct Proxy {
    pub(super) peer: Peer,
    pub(super) protocol: Protocol,
    pub(super) variable: &'static str,
}

/// How a proxy is told where to lead, and by whom.
pub(super) enum Protocol {
    /// `CONNECT`, or a request in absolute form; over TLS or not.
    Http {
        /// `Proxy-Authorization`
        authorization: Option<HeaderValue>,
    },
    /// RFC 1928; the proxy looks the host up.
    Socks5 {
        /// User and password.
        login: Option<(String, String)>,
    },
}

impl Proxies {
    /// Those of the environment.
    pub(super) fn of(variables: &EndpointVariables) -> Self {
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
            (Some(_), excepted) => excepted
                .map(|address| Proxy::new(&address, variable))
                .transpose(),
        }
    }
}

impl Proxy {
    fn new(address: &Intercept, variable: &'static str) -> Result<Self, HttpError> {
        let uri = address.uri();
        let http = || Protocol::Http {
            authorization: address.basic_auth().cloned(),
        };
        let socks = || Protocol::Socks5 {
            login: address
                .raw_auth()
                .map(|(user, password)| (user.to_owned(), password.to_owned())),
        };
        let (protocol, tls, port) = match uri.scheme_str() {
            Some("http") => (http(), false, 80),
            Some("https") => (http(), true, 443),
            Some("socks5" | "socks5h") => (socks(), false, 1080),
            Some(_) | None => return Err(HttpError::ProxyProtocol { variable }),
        };
        Ok(Self {
            peer: Peer::at(uri, tls, port)?,
            protocol,
            variable,
        })
    }

    /// Whether TLS is spoken with the proxy itself.
    pub(super) fn is_secure(&self) -> bool {
        self.peer.is_secure()
    }
}
