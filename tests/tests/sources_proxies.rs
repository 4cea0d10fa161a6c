//! token-exec asks STS through proxies and by the roots of one bundle.

use std::collections::BTreeMap;

use e2e::support::command::Command;
use e2e::support::keys::Keys;
use e2e::support::pki::Ca;
use e2e::support::proxy::{Proxied, Proxy};
use e2e::support::sandbox::Sandbox;
use e2e::support::sources::{Sources, failure};
use e2e::support::sts::{ACCOUNT, Role, STS_HOST, Sts};

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
const DEV: &str = "arn:aws:iam::111122223333:role/dev";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/dev/ann";

/// An STS behind TLS, under its real name, and a user who may assume a role.
struct Story {
    keys: Keys,
    ca: Ca,
    sources: Sources,
}

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("proxies");
        let ca = Ca::new("sts");
        let sts = Sts::start(&ca, sandbox.secrets());
        Self::of(Sources { sts, sandbox }, ca)
    }

    fn plain() -> Self {
        Self::of(Sources::new("proxies"), Ca::new("unused"))
    }

    fn of(sources: Sources, ca: Ca) -> Self {
        let keys = sources.sts.add_user("alice");
        let role = Role::new(ACCOUNT, "dev").trusts(ALICE);
        sources.sts.add_role(role);
        Self { keys, ca, sources }
    }

    /// Assumes the role with nothing between it and a proxy.
    fn assume<'a>(&self, command: Command<'a>) -> Command<'a> {
        command
            .keys(&self.keys)
            .args(["--role-arn", DEV, "--session-name", "ann"])
            .without_env("NO_PROXY")
    }

    fn bundle(&self) -> std::path::PathBuf {
        self.sources.sandbox.write("home/ca.pem", self.ca.pem())
    }
}

fn proxied(method: &str, authority: &str, status: u16) -> Proxied {
    Proxied {
        method: method.to_owned(),
        authority: authority.to_owned(),
        status,
    }
}

#[test]
fn sts_is_reached_under_its_real_name_through_a_tunnel_with_a_login() {
    let story = Story::new();
    let sandbox = &story.sources.sandbox;
    let proxy = Proxy::start_with_login(story.sources.sts.resolve(), sandbox.secrets());
    let by = |proxy: String| {
        let command = story.assume(story.sources.token_exec_at_aws());
        let command = command.env("AWS_CA_BUNDLE", story.bundle());
        command.env("HTTPS_PROXY", proxy)
    };
    by(proxy.url()).env("RUST_LOG", "trace").bearer();
    let (error, hint) = failure(sandbox, by(proxy.url_without_login()));
    let expected = format!(
        "assuming {DEV} (--role-arn): reaching {STS_HOST}:443 by the proxy {} of HTTPS_PROXY: \
         tunnel error: proxy authorization required",
        proxy.address()
    );
    assert_eq!(expected, error);
    assert_eq!("check HTTPS_PROXY, or name the host in NO_PROXY", hint);
    let authority = format!("{STS_HOST}:443");
    let journal = [200, 407].map(|status| proxied("CONNECT", &authority, status));
    assert_eq!(journal.to_vec(), proxy.journal());
    assert_eq!(1, story.sources.sts.requests_to(STS_HOST));
}

#[test]
fn sts_is_reached_through_a_proxy_that_speaks_tls_itself() {
    let story = Story::new();
    let sandbox = &story.sources.sandbox;
    let proxy = Proxy::start_over_tls(story.sources.sts.resolve(), &story.ca);
    let by = |proxy: &str| {
        let command = story.assume(story.sources.token_exec_at_aws());
        let command = command.env("AWS_CA_BUNDLE", story.bundle());
        command.env("HTTPS_PROXY", proxy)
    };
    by(&proxy.url()).bearer();
    let authority = format!("{STS_HOST}:443");
    assert_eq!(vec![proxied("CONNECT", &authority, 200)], proxy.journal());

    let another = Proxy::start_over_tls(story.sources.sts.resolve(), &Ca::new("another"));
    let (error, hint) = failure(sandbox, by(&another.url()));
    let address = another.address();
    let expected = format!(
        "assuming {DEV} (--role-arn): reaching {authority} by the proxy {address} of HTTPS_PROXY: \
         {address} shows a certificate that does not hold by the roots of /home/ca.pem \
         (AWS_CA_BUNDLE): "
    );
    assert!(error.starts_with(&expected), "{error}");
    assert_eq!(
        "name the CA bundle of your network in AWS_CA_BUNDLE (PEM)",
        hint
    );

    let plain = Proxy::start(story.sources.sts.resolve());
    let address = plain.address();
    let (error, hint) = failure(sandbox, by(&format!("https://{address}")));
    let expected = format!(
        "assuming {DEV} (--role-arn): reaching {authority} by the proxy {address} of HTTPS_PROXY: \
         agreeing on TLS with {address}: "
    );
    assert!(error.starts_with(&expected), "{error}");
    assert_eq!(
        "write http:// in HTTPS_PROXY if the proxy itself speaks no TLS",
        hint
    );
}

#[test]
fn a_plain_endpoint_is_reached_over_tls_as_far_as_the_proxy() {
    let story = Story::plain();
    let sts = story.sources.sts.address();
    let hosts = BTreeMap::from([("tokens.internal".to_owned(), sts)]);
    let proxy = Proxy::start_over_tls(hosts, &story.ca);
    let command = story.assume(story.sources.token_exec_at_aws());
    let command = command
        .env("AWS_ENDPOINT_URL_STS", "http://tokens.internal")
        .env("AWS_CA_BUNDLE", story.bundle())
        .env("HTTP_PROXY", proxy.url());
    assert_eq!(SESSION, story.sources.caller(command));
    let journal = vec![proxied("POST", "tokens.internal", 200)];
    assert_eq!(journal, proxy.journal());
}

#[test]
fn a_socks4_proxy_is_refused_by_the_name_of_its_variable_where_it_would_be_asked() {
    let story = Story::plain();
    let sandbox = &story.sources.sandbox;
    for scheme in ["socks4", "socks4a"] {
        let assume = || {
            let command = story.assume(story.sources.token_exec());
            command.env("ALL_PROXY", format!("{scheme}://ann:s3cret@127.0.0.1:1"))
        };
        let (error, hint) = failure(sandbox, assume());
        let expected = format!(
            "assuming {DEV} (--role-arn): ALL_PROXY names a SOCKS4 proxy, and those that are used \
             are http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"
        );
        assert_eq!(expected, error);
        assert_eq!(
            "write socks5:// in ALL_PROXY if the proxy speaks SOCKS5, or name the host in NO_PROXY",
            hint
        );
        let excepted = assume().env("NO_PROXY", "127.0.0.1");
        assert_eq!(SESSION, story.sources.caller(excepted));
    }
}

#[test]
fn a_plain_endpoint_is_reached_by_requests_that_a_proxy_sends_on() {
    let story = Story::plain();
    let sts = story.sources.sts.address();
    let proxy = Proxy::start(BTreeMap::from([("tokens.internal".to_owned(), sts)]));
    let command = story.assume(story.sources.token_exec_at_aws());
    let command = command
        .env("AWS_ENDPOINT_URL_STS", "http://tokens.internal")
        .env("ALL_PROXY", proxy.url());
    assert_eq!(SESSION, story.sources.caller(command));
    let journal = vec![proxied("POST", "tokens.internal", 200)];
    assert_eq!(journal, proxy.journal());
}

#[test]
fn a_host_that_no_proxy_names_is_asked_directly() {
    let story = Story::plain();
    let proxy = Proxy::start(BTreeMap::new());
    let command = story.assume(story.sources.token_exec());
    let command = command
        .env("NO_PROXY", "internal, 127.0.0.0/8")
        .env("HTTP_PROXY", proxy.url());
    assert_eq!(SESSION, story.sources.caller(command));
    assert!(proxy.journal().is_empty());
}

#[test]
fn the_nearest_setting_names_the_roots() {
    let story = Story::new();
    let sandbox = &story.sources.sandbox;
    let right = story.bundle();
    let wrong = sandbox.write("home/other.pem", Ca::new("another").pem());
    let proxy = Proxy::start(story.sources.sts.resolve());
    let assume = || {
        let command = story.assume(story.sources.token_exec_at_aws());
        command.env("HTTPS_PROXY", proxy.url())
    };
    assume().env("SSL_CERT_FILE", &right).bearer();
    let over = assume().env("AWS_CA_BUNDLE", &right);
    over.env("SSL_CERT_FILE", &wrong).bearer();
    let config = format!("[default]\nca_bundle = {}\n", right.display());
    sandbox.write("home/.aws/config", config);
    assume().env("SSL_CERT_FILE", &wrong).bearer();
    let (error, hint) = failure(sandbox, assume().env("AWS_CA_BUNDLE", &wrong));
    let expected = format!(
        "assuming {DEV} (--role-arn): {STS_HOST}:443 shows a certificate that does not hold by the \
         roots of /home/other.pem (AWS_CA_BUNDLE): "
    );
    assert!(error.starts_with(&expected), "{error}");
    assert_eq!(
        "name the CA bundle of your network in AWS_CA_BUNDLE (PEM)",
        hint
    );
    let (error, hint) = failure(sandbox, assume().env("AWS_CA_BUNDLE", "/nowhere.pem"));
    let expected = format!(
        "assuming {DEV} (--role-arn): reading the CA bundle /nowhere.pem (of AWS_CA_BUNDLE): No \
         such file or directory (os error 2)"
    );
    assert_eq!(expected, error);
    assert_eq!(
        "name a readable PEM file in AWS_CA_BUNDLE, or unset it",
        hint
    );
}
