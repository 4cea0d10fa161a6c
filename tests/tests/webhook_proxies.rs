//! The webhook asks STS through the proxy of its environment, as everything else on the machine.

#![cfg(test)]

use e2e::support::keys::Keys;
use e2e::support::line::{ALICE, CLUSTER};
use e2e::support::pki::Ca;
use e2e::support::programs::Program;
use e2e::support::proxy::{Proxied, Proxy};
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::{STS_HOST, STS_REGION, Sts};
use e2e::support::token::TokenRecipe;
use e2e::support::webhook::{Webhook, WebhookConfig};
use serde_json::json;

/// An STS that is found by a proxy alone, as in a network without another way out.
struct Story {
    sandbox: Sandbox,
    ca: Ca,
    sts: Sts,
    alice: Keys,
}

impl Story {
    fn new(name: &str) -> Self {
        let sandbox = Sandbox::new(name);
        let ca = Ca::new(name);
        let sts = Sts::start(&ca, sandbox.secrets());
        Self {
            alice: sts.add_user("alice"),
            sandbox,
            ca,
            sts,
        }
    }

    fn config(&self) -> WebhookConfig {
        WebhookConfig::new(&self.sandbox, CLUSTER, &self.sts, &self.ca).map_user(
            ALICE,
            "alice",
            &[],
        )
    }

    /// A webhook whom nothing but the environment tells where STS is.
    fn webhook(&self, config: WebhookConfig, environment: &[(&str, &str)]) -> Webhook {
        let config = config.to_yaml();
        Webhook::start_as(&self.sandbox, "authz-webhook", &config, |command| {
            let command = command.without_env("NO_PROXY").env("RUST_LOG", "trace");
            environment
                .iter()
                .fold(command, |command, (name, value)| command.env(name, *value))
        })
    }

    fn bearer(&self) -> String {
        TokenRecipe::new(&self.alice, STS_HOST, STS_REGION, CLUSTER, self.sts.now()).bearer()
    }
}

fn tunnels(proxy: &Proxy) -> Vec<(String, u16)> {
    let journal = proxy.journal().into_iter();
    let tunnel = |asked: Proxied| {
        assert_eq!("CONNECT", asked.method);
        (asked.authority, asked.status)
    };
    journal.map(tunnel).collect()
}

fn by_name(config: WebhookConfig) -> WebhookConfig {
    config.server("stsResolve", json!({}))
}

/// Whether the last decision's line does.
fn tells(webhook: &Webhook, why: &str) -> bool {
    let lines = webhook.audit();
    let detail = lines.last().and_then(|line| line.get("detail")?.as_str());
    detail.is_some_and(|detail| detail.contains(why))
}

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:1";

#[test]
fn sts_is_asked_under_its_real_name_through_one_tunnel_with_a_login() {
    let story = Story::new("webhook proxy");
    let proxy = Proxy::start_with_login(story.sts.resolve(), story.sandbox.secrets());
    let webhook = story.webhook(by_name(story.config()), &[("HTTPS_PROXY", &proxy.url())]);
    for _ in 0..3 {
        let review = webhook.authenticate(&story.bearer());
        assert_eq!(
            Some("alice"),
            review.username(),
            "{}",
            review.response.text()
        );
    }
    assert_eq!(vec![(format!("{STS_HOST}:443"), 200)], tunnels(&proxy));
    assert!(story.sts.requests_to(STS_HOST) > 0);
}

#[test]
fn a_proxy_that_speaks_tls_itself_must_show_a_certificate_by_the_roots_of_the_environment() {
    let story = Story::new("webhook https proxy");
    let proxy_ca = Ca::new("proxy");
    let roots = story.sandbox.write("home/proxy.pem", proxy_ca.pem());
    let roots = roots.display().to_string();
    let proxy = Proxy::start_over_tls(story.sts.resolve(), &proxy_ca);
    let environment = [("HTTPS_PROXY", &*proxy.url()), ("AWS_CA_BUNDLE", &roots)];
    let webhook = story.webhook(by_name(story.config()), &environment);
    let review = webhook.authenticate(&story.bearer());
    assert_eq!(
        Some("alice"),
        review.username(),
        "{}",
        review.response.text()
    );
    assert_eq!(vec![(format!("{STS_HOST}:443"), 200)], tunnels(&proxy));

    let another = Proxy::start_over_tls(story.sts.resolve(), &Ca::new("another"));
    let environment = [("HTTPS_PROXY", &*another.url()), ("AWS_CA_BUNDLE", &roots)];
    let webhook = story.webhook(by_name(story.config()), &environment);
    let review = webhook.authenticate(&story.bearer());
    assert_eq!((503, "sts_unreachable"), review.refusal());
    let why = "shows a certificate that does not hold";
    assert!(webhook.wait_until(LONG, |webhook| tells(webhook, why)));
}

#[test]
fn a_proxy_that_lies_about_whom_it_leads_to_is_found_out() {
    let story = Story::new("lying proxy");
    let impostor_ca = Ca::new("impostor");
    let impostor = Sts::start(&impostor_ca, story.sandbox.secrets());
    let proxy = Proxy::start(impostor.resolve());
    let webhook = story.webhook(by_name(story.config()), &[("HTTPS_PROXY", &proxy.url())]);
    let review = webhook.authenticate(&story.bearer());
    assert_eq!((503, "sts_unreachable"), review.refusal());
    assert!(!tunnels(&proxy).is_empty());
    assert_eq!(0, impostor.requests_to(STS_HOST));
}

#[test]
fn a_proxy_that_refuses_or_is_away_is_no_denial_and_the_log_names_it() {
    let story = Story::new("refusing proxy");
    let proxy = Proxy::start_with_login(story.sts.resolve(), story.sandbox.secrets());
    let without_login = proxy.url_without_login();
    for (address, why) in [
        (without_login.as_str(), "proxy authorization required"),
        (NOBODY, "tcp connect error"),
    ] {
        let webhook = story.webhook(by_name(story.config()), &[("ALL_PROXY", address)]);
        let review = webhook.authenticate(&story.bearer());
        assert_eq!((503, "sts_unreachable"), review.refusal());
        let named = address.trim_start_matches("http://");
        let expected = format!("reaching {STS_HOST}:443 by the proxy {named} of ALL_PROXY");
        let told = |webhook: &Webhook| tells(webhook, &expected) && tells(webhook, why);
        assert!(webhook.wait_until(LONG, told), "{:?}", webhook.audit());
    }
}

#[test]
fn what_the_configuration_or_no_proxy_says_goes_directly() {
    let story = Story::new("no proxy");
    let proxy = Proxy::start(story.sts.resolve());
    let webhook = story.webhook(story.config(), &[("HTTPS_PROXY", &proxy.url())]);
    let review = webhook.authenticate(&story.bearer());
    assert_eq!(Some("alice"), review.username(), "server.stsResolve");

    let excepted = [("HTTPS_PROXY", NOBODY), ("NO_PROXY", "amazonaws.com")];
    let webhook = story.webhook(story.config(), &excepted);
    let review = webhook.authenticate(&story.bearer());
    assert_eq!(Some("alice"), review.username(), "NO_PROXY");
    assert_eq!(Vec::<(String, u16)>::new(), tunnels(&proxy));
}

#[test]
fn a_variable_that_names_no_proxy_is_told_before_anything_is_served() {
    let story = Story::new("senseless proxy");
    let config = story
        .sandbox
        .write("webhook/config.yaml", story.config().to_yaml());
    let works = "http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT";
    let table = [
        (
            "http://user:hunter2:3128 nonsense",
            format!("HTTPS_PROXY is no address of a proxy ({works})"),
        ),
        (
            "socks4://user:hunter2@127.0.0.1:1",
            format!("HTTPS_PROXY names a SOCKS4 proxy, and those that are used are {works}"),
        ),
        (
            "https://user:hunter2@127.0.0.1:1",
            "reading the CA bundle /nowhere.pem (of AWS_CA_BUNDLE): ".to_owned(),
        ),
    ];
    for ((value, expected), command) in table
        .iter()
        .flat_map(|row| [(row, "serve"), (row, "check")])
    {
        let output = story
            .sandbox
            .command(Program::AuthzWebhook)
            .args([command, "--config"])
            .arg(&config)
            .env("HTTPS_PROXY", value)
            .env("AWS_CA_BUNDLE", "/nowhere.pem")
            .without_env("NO_PROXY")
            .run();
        let expected = format!("cannot find the way to STS: {expected}");
        assert!(output.stderr.contains(&expected), "{}", output.stderr);
        assert!(!output.stderr.contains("hunter2"));
    }
}

/// Enough for anything on a busy machine.
const LONG: std::time::Duration = std::time::Duration::from_secs(30);
