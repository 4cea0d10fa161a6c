//! Addresses: of the API server, and of a proxy on the way to it.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use thiserror::Error;

/// The address of an API server: an https URL without user information, query or fragment.
///
/// Displays as the text it was parsed from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint(String);

/// The address of a proxy as kubectl takes it: an http, https or socks5 URL.
///
/// It may hold a password, so that its `Debug` is redacted. Displays as the text it was parsed
/// from.
#[derive(Clone, Eq, PartialEq)]
pub struct ProxyUrl(String);

/// Why a text is not such an address.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum AddressError {
    /// Not a URL with a scheme and a host.
    #[error("it is not a URL such as {example}")]
    NotAUrl {
        /// What it should look like.
        example: &'static str,
    },
    /// Not https.
    #[error("its scheme is not https")]
    NotHttps,
    /// A scheme that kubectl does not know for proxies.
    #[error("its scheme is not http, https or socks5")]
    ProxyScheme,
    /// `user@` or `user:password@`.
    #[error("it holds user information")]
    UserInformation,
    /// `?…`.
    #[error("it holds a query")]
    Query,
    /// `#…`.
    #[error("it holds a fragment")]
    Fragment,
    /// A port that is no port.
    #[error("its port is not a number from 1 to 65535")]
    Port,
}

impl Endpoint {
    /// The host, an IPv6 address without its brackets.
    #[must_use]
    pub fn host(&self) -> String {
        let uri: Option<Uri> = self.0.parse().ok();
        let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
        host.trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned()
    }
}

impl FromStr for Endpoint {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let uri = absolute(text, "https://HOST[:PORT]")?;
        if uri.scheme_str() != Some("https") {
            return Err(AddressError::NotHttps);
        }
        if uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
        {
            return Err(AddressError::UserInformation);
        }
        if uri.query().is_some() {
            return Err(AddressError::Query);
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for ProxyUrl {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let uri = absolute(text, "http://HOST:PORT")?;
        match uri.scheme_str() {
            Some("http" | "https" | "socks5") => Ok(Self(text.to_owned())),
            _ => Err(AddressError::ProxyScheme),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyUrl(redacted)")
    }
}

fn absolute(text: &str, example: &'static str) -> Result<Uri, AddressError> {
    // http::Uri drops fragments in silence.
    if text.contains('#') {
        return Err(AddressError::Fragment);
    }
    let uri: Uri = text
        .parse()
        .map_err(|_| AddressError::NotAUrl { example })?;
    let host = uri.host().unwrap_or_default();
    if uri.scheme().is_none() || host.is_empty() {
        return Err(AddressError::NotAUrl { example });
    }
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let after_host = authority.rsplit_once(host).map_or("", |(_, rest)| rest);
    if !after_host.is_empty() && uri.port_u16().is_none_or(|port| port == 0) {
        return Err(AddressError::Port);
    }
    Ok(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: AddressError = AddressError::NotAUrl {
        example: "https://HOST[:PORT]",
    };
    const PROXY: AddressError = AddressError::NotAUrl {
        example: "http://HOST:PORT",
    };

    #[test]
    fn an_endpoint_is_an_https_url_and_nothing_more() {
        let table = [
            ("https://127.0.0.1:6443", Ok(())),
            ("https://[::1]:6443", Ok(())),
            ("https://ABCD.gr7.us-west-2.eks.amazonaws.com", Ok(())),
            ("https://rancher.example/k8s/clusters/c-1", Ok(())),
            ("", Err(API)),
            ("example.com", Err(API)),
            ("example.com:443", Err(API)),
            ("/x", Err(API)),
            ("https://", Err(API)),
            ("https://a b", Err(API)),
            ("https://a\n", Err(API)),
            ("http://a", Err(AddressError::NotHttps)),
            ("ftp://a", Err(AddressError::NotHttps)),
            ("https://me@a", Err(AddressError::UserInformation)),
            ("https://me:pw@a:1", Err(AddressError::UserInformation)),
            ("https://a?x=1", Err(AddressError::Query)),
            ("https://a/?", Err(AddressError::Query)),
            ("https://a#x", Err(AddressError::Fragment)),
            ("https://a:", Err(AddressError::Port)),
            ("https://a:0", Err(AddressError::Port)),
            ("https://a:65536", Err(AddressError::Port)),
            ("https://a:b", Err(AddressError::Port)),
        ];
        for (text, expected) in table {
            let parsed = text.parse::<Endpoint>();
            assert_eq!(
                parsed.map(|url| assert_eq!(url.to_string(), text)),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_proxy_has_a_scheme_that_kubectl_knows() {
        let table = [
            ("http://proxy:3128", Ok(())),
            ("https://user:pw@proxy", Ok(())),
            ("socks5://127.0.0.1:1080", Ok(())),
            ("socks5h://proxy:1080", Err(AddressError::ProxyScheme)),
            ("proxy:3128", Err(PROXY)),
            ("", Err(PROXY)),
        ];
        for (text, expected) in table {
            let parsed = text.parse::<ProxyUrl>();
            assert_eq!(
                parsed.map(|url| assert_eq!(url.to_string(), text)),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn the_debug_form_of_a_proxy_keeps_its_password() {
        let proxy: ProxyUrl = "http://user:hunter2@proxy:3128".parse().unwrap();
        assert_eq!(format!("{proxy:?}"), "ProxyUrl(redacted)");
    }
}
