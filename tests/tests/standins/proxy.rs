//! The proxy of the stories leads botocore to local services under their real names, and nobody
//! anywhere else.

use std::collections::BTreeMap;

use e2e::support::command::Command;
use e2e::support::http::Client;
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::pki::Ca;
use e2e::support::proxy::{Proxied, Proxy};
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::{STS_HOST, Sts};
use http::Method;

const ARN: &str = "arn:aws:iam::111122223333:user/alice";

fn proxied(method: &str, authority: &str, status: u16) -> Proxied {
    Proxied {
        method: method.to_owned(),
        authority: authority.to_owned(),
        status,
    }
}

/// botocore with nothing between it and the proxy.
fn by<'a>(peers: &Peers, sandbox: &'a Sandbox, keys: &Keys) -> Command<'a> {
    let command = peers.botocore(sandbox).keys(keys);
    command.without_env("NO_PROXY")
}

#[test]
fn botocore_reaches_sts_under_its_real_name_by_connect() {
    let Some(peers) = Peers::for_story("botocore reaches STS by a proxy") else {
        return;
    };
    let sandbox = Sandbox::new("proxy");
    let ca = Ca::new("sts");
    let sts = Sts::start(&ca, sandbox.secrets());
    let keys = sts.add_user("alice");
    let bundle = sandbox.write("home/ca.pem", ca.pem());
    let proxy = Proxy::start_with_login(sts.resolve(), sandbox.secrets());
    let call = |proxy: String| {
        let command = by(&peers, &sandbox, &keys).env("AWS_CA_BUNDLE", &bundle);
        command.env("HTTPS_PROXY", proxy)
    };
    assert_eq!(Some(1), call(proxy.url_without_login()).run().code);
    let output = call(proxy.url()).succeed();
    assert_eq!(format!("env {ARN}"), output.stdout.trim());
    let authority = format!("{STS_HOST}:443");
    let journal = [407, 200].map(|status| proxied("CONNECT", &authority, status));
    assert_eq!(journal.to_vec(), proxy.journal());
    assert_eq!(1, sts.requests_to(STS_HOST));
}

#[test]
fn botocore_reaches_a_plain_service_by_requests_in_absolute_form() {
    let Some(peers) = Peers::for_story("botocore reaches a plain STS by a proxy") else {
        return;
    };
    let sandbox = Sandbox::new("proxy");
    let sts = Sts::start_plain(sandbox.secrets());
    let keys = sts.add_user("alice");
    let hosts = BTreeMap::from([("tokens.internal".to_owned(), sts.address())]);
    let proxy = Proxy::start(hosts);
    let command = by(&peers, &sandbox, &keys)
        .env("AWS_ENDPOINT_URL_STS", "http://tokens.internal")
        .env("HTTP_PROXY", proxy.url());
    assert_eq!(format!("env {ARN}"), command.succeed().stdout.trim());
    assert_eq!(
        vec![proxied("POST", "tokens.internal", 200)],
        proxy.journal()
    );
    assert_eq!(1, sts.requests_to("tokens.internal"));
}

#[test]
fn the_proxy_leads_nowhere_but_to_loopback() {
    let proxy = Proxy::start(BTreeMap::new());
    let client = Client::plain(proxy.address());
    let status = |target: &str| {
        let answer = client.send(Method::GET, target, &[], "");
        answer.ok().map(|answer| answer.status.as_u16())
    };
    assert_eq!(Some(403), status("http://sts.amazonaws.com/"));
    assert_eq!(Some(403), status("http://192.0.2.1:80/"));
    assert_eq!(Some(502), status("http://127.0.0.1:1/"));
    assert_eq!(Some(400), status("/"));
    let journal = [
        proxied("GET", "sts.amazonaws.com", 403),
        proxied("GET", "192.0.2.1:80", 403),
        proxied("GET", "127.0.0.1:1", 502),
        proxied("GET", "", 400),
    ];
    assert_eq!(journal.to_vec(), proxy.journal());
}
