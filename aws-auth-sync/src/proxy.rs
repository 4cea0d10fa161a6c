//! The proxy on the way to the API server, chosen as kubectl does.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// The kubeconfig's proxy, `named`, wins and is asked for every server. Else the environment's is,
/// unless the server is this machine or `NO_PROXY` names it.
///
/// `ambient` is the same variable as the client read it: with the user and password in it.
#[must_use]
pub fn choose(
    named: Option<Uri>,
    environment: &Matcher,
    ambient: Option<Uri>,
    server: &Uri,
) -> Option<Uri> {
    if named.is_some() {
        return named;
    }
    let found = environment
        .intercept(server)
        .filter(|_| !is_loopback(server))?;
    // `HTTPS_PROXY=proxy:3128` means http, which only the matcher knows.
    ambient
        .filter(|uri| uri.scheme().is_some())
        .or_else(|| Some(found.uri().clone()))
}

/// Whether the URL names this machine, by name or address.
fn is_loopback(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "http://me:pw@proxy:3128/";

    /// The proxy for `server`, where the environment names one with a password.
    fn chosen(named: Option<&str>, no_proxy: &str, server: &str) -> Option<String> {
        let environment = Matcher::builder().https(PROXY).no(no_proxy).build();
        let named = named.map(|uri| uri.parse().unwrap());
        let ambient = Some(PROXY.parse().unwrap());
        let chosen = choose(named, &environment, ambient, &server.parse().unwrap());
        chosen.map(|uri| uri.to_string())
    }

    #[test]
    fn the_kubeconfig_wins_and_the_environment_has_exceptions() {
        let own = "socks5://own:1080/";
        let table = [
            (None, "", "https://api.example", Some(PROXY)),
            (
                None,
                "other.example",
                "https://api.example:6443",
                Some(PROXY),
            ),
            (None, ".example", "https://api.example", None),
            (None, "10.0.0.0/8", "https://10.1.2.3:6443", None),
            (None, "", "https://127.0.0.1:6443", None),
            (None, "", "https://[::1]:6443", None),
            (None, "", "https://localhost:6443", None),
            (Some(own), "", "https://127.0.0.1:6443", Some(own)),
            (Some(own), "*", "https://api.example", Some(own)),
        ];
        for (named, no_proxy, server, expected) in table {
            let found = chosen(named, no_proxy, server);
            assert_eq!(found.as_deref(), expected, "{named:?} {no_proxy} {server}");
        }
    }

    #[test]
    fn a_proxy_without_a_scheme_is_an_http_proxy() {
        let environment = Matcher::builder().https("proxy:3128").build();
        let server = Uri::from_static("https://api.example");
        let ambient = Some(Uri::from_static("proxy:3128"));
        let chosen = choose(None, &environment, ambient, &server);
        assert_eq!(chosen, Some(Uri::from_static("http://proxy:3128")));
    }
}
