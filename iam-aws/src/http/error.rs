//! Why a request had no answer.

use std::error::Error;
use std::io;
use std::time::Duration;

use thiserror::Error;

use super::roots::RootsError;

/// Why a request had no answer: which peer, and in which phase.
#[derive(Debug, Error)]
pub(crate) enum HttpError {
    /// No address that a request can be sent to.
    #[error("`{url}` is no http or https address of a host")]
    Url {
        /// The address, without its query.
        url: String,
    },
    /// No roots to check certificates by.
    #[error(transparent)]
    Roots(RootsError),
    /// A proxy that is none.
    #[error("{variable} is no address of a proxy ({PROXIES})")]
    ProxySetting {
        /// The variable; its value may hold a password.
        variable: &'static str,
    },
    /// A proxy of a kind that is not spoken with.
    #[error("{variable} names a SOCKS4 proxy, and those that are used are {PROXIES}")]
    ProxyProtocol {
        /// The variable.
        variable: &'static str,
    },
    /// The proxy refused, or was not reached.
    #[error("reaching {peer} by the proxy {proxy} of {variable}")]
    Proxy {
        /// Who was to be reached.
        peer: String,
        /// The proxy's host and port.
        proxy: String,
        /// Who named it.
        variable: &'static str,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The name has no address.
    #[error("looking up {peer}")]
    Lookup {
        /// The host and port.
        peer: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Nobody there.
    #[error("connecting to {peer}")]
    Connect {
        /// The host and port.
        peer: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A certificate that the roots do not vouch for, or of somebody else.
    #[error("{peer} shows a certificate that does not hold by the roots of {roots}")]
    Certificate {
        /// The host and port.
        peer: String,
        /// Where the roots are from.
        roots: String,
        /// Why.
        source: rustls::Error,
    },
    /// TLS, but for certificates.
    #[error("agreeing on TLS with {peer}")]
    Tls {
        /// The host and port.
        peer: String,
        /// Why.
        source: io::Error,
    },
    /// HTTP broke off.
    #[error("talking to {peer}")]
    Exchange {
        /// The host and port.
        peer: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Nobody there, in time.
    #[error("no connection to {peer} within {}", seconds(*limit))]
    ConnectTimeout {
        /// The host and port.
        peer: String,
        /// The limit.
        limit: Duration,
    },
    /// No whole answer in time.
    #[error("no whole answer of {peer} within {}", seconds(*limit))]
    AnswerTimeout {
        /// The host and port.
        peer: String,
        /// The limit.
        limit: Duration,
    },
    /// More than any answer of AWS.
    #[error("the answer of {peer} is larger than {limit} bytes")]
    TooLarge {
        /// The host and port.
        peer: String,
        /// The limit.
        limit: usize,
    },
}

impl HttpError {
    /// Whether the roots or the peer's certificate are at fault, and not the way to the peer.
    pub(crate) const fn is_about_certificates(&self) -> bool {
        matches!(self, Self::Roots(_) | Self::Certificate { .. })
    }

    /// The one thing to try.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Url { .. } => "check the endpoint URL".to_owned(),
            Self::Roots(error) => error.hint(),
            Self::ProxySetting { variable } => format!("correct {variable}, or unset it"),
            Self::ProxyProtocol { variable } => format!(
                "write socks5:// in {variable} if the proxy speaks SOCKS5, or name the host in \
                 NO_PROXY"
            ),
            Self::Proxy {
                variable, source, ..
            } => match source.downcast_ref() {
                Some(error @ Self::Certificate { .. } | error @ Self::Roots(_)) => error.hint(),
                Some(Self::Tls { .. }) => {
                    format!("write http:// in {variable} if the proxy itself speaks no TLS")
                }
                Some(_) | None => format!("check {variable}, or name the host in NO_PROXY"),
            },
            Self::Lookup { .. } => "check the region, the endpoint URL and the network".to_owned(),
            Self::Connect { .. }
            | Self::ConnectTimeout { .. }
            | Self::AnswerTimeout { .. }
            | Self::Exchange { .. } => {
                "check the endpoint URL and the network, or set HTTPS_PROXY where one is needed"
                    .to_owned()
            }
            Self::Certificate { .. } => {
                "name the CA bundle of your network in AWS_CA_BUNDLE (PEM)".to_owned()
            }
            Self::Tls { .. } | Self::TooLarge { .. } => {
                "check that the endpoint is one of AWS and no other proxy stands between".to_owned()
            }
        }
    }
}

/// The proxies that are spoken with.
const PROXIES: &str = "http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT";

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}
