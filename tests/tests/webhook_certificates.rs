//! Certificates that change while the webhook is asked, and the one it asks of its clients.

#![cfg(test)]

use std::fs;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use e2e::support::http::Client;
use e2e::support::line::CLUSTER;
use e2e::support::pki::{Ca, Leaf};
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::Sts;
use e2e::support::webhook::{Webhook, WebhookConfig};
use e2e::support::wire::Wire;
use http::Method;
use rustls::ClientConfig;
use serde_json::json;

/// Enough for anything on a busy machine.
const LONG: Duration = Duration::from_secs(30);
const REVIEW: &str =
    r#"{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":"nonsense"}}"#;

/// A webhook with the certificate that somebody else supplies.
struct Supplied {
    webhook: Webhook,
    ca: Ca,
    _sts: Sts,
    sandbox: Sandbox,
}

impl Supplied {
    fn start(name: &str, change: impl FnOnce(&Sandbox, WebhookConfig) -> WebhookConfig) -> Self {
        let sandbox = Sandbox::new(name);
        let ca = Ca::new(name);
        let sts = Sts::start(&ca, sandbox.secrets());
        let config = change(&sandbox, WebhookConfig::new(&sandbox, CLUSTER, &sts, &ca));
        sandbox.write("webhook/state/ca.pem", ca.pem());
        let leaf = leaf(&ca);
        sandbox.write("webhook/state/cert.pem", &leaf.certificate_pem);
        sandbox.write_private("webhook/state/key.pem", &leaf.key_pem);
        Self {
            webhook: Webhook::start(&sandbox, &config.to_yaml()),
            ca,
            _sts: sts,
            sandbox,
        }
    }

    /// What it says to a review, asked on a new connection; `None` when there is no answer.
    fn ask(&self, config: ClientConfig) -> Option<u16> {
        let headers = [("Host", "localhost"), ("Content-Type", "application/json")];
        let client = Client::tls(self.webhook.address(), "localhost", config);
        let answer = client.send(Method::POST, "/authenticate", &headers, REVIEW);
        answer.ok().map(|answer| answer.status.as_u16())
    }

    /// The certificate that a new connection meets, as PEM's bytes.
    fn served(&self) -> Option<Vec<u8>> {
        let config = self.ca.client_config(&["http/1.1"]);
        Wire::open(self.webhook.address(), config)
            .ok()?
            .server_certificate()
    }
}

fn leaf(ca: &Ca) -> Leaf {
    ca.server(&["localhost", "127.0.0.1"])
}

#[test]
fn replaces_a_leaf_without_losing_a_connection() {
    let supplied = Supplied::start("leaf", |_, config| config);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for protocol in ["h2", "http/1.1"] {
            let (supplied, done) = (&supplied, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let config = supplied.ca.client_config(&[protocol]);
                    assert_eq!(Some(200), supplied.ask(config), "{protocol}");
                }
            });
        }
        for _ in 0..3 {
            let new = leaf(&supplied.ca);
            // One file after the other: for a moment they do not belong together.
            supplied
                .sandbox
                .replace("webhook/state/key.pem", &new.key_pem);
            supplied
                .sandbox
                .replace("webhook/state/cert.pem", &new.certificate_pem);
            let is_new = |_: &Webhook| supplied.served().as_deref() == Some(new.der());
            assert!(supplied.webhook.wait_until(LONG, is_new));
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn answers_only_clients_of_the_client_ca_which_can_be_replaced() {
    let (old, new) = (Ca::new("old clients"), Ca::new("new clients"));
    let supplied = Supplied::start("clients", |sandbox, config| {
        let path = sandbox.write("webhook/client-ca.pem", old.pem());
        config.server("clientCA", json!(path))
    });
    let as_client_of = |ca: &Ca, protocol: &str| {
        let leaf = ca.client("kube-apiserver", None);
        supplied.ask(supplied.ca.client_config_with(&[protocol], &leaf))
    };
    for protocol in ["h2", "http/1.1"] {
        assert_eq!(Some(200), as_client_of(&old, protocol), "{protocol}");
        assert_eq!(None, as_client_of(&new, protocol), "{protocol}");
        assert_eq!(
            None,
            supplied.ask(supplied.ca.client_config(&[protocol])),
            "{protocol}"
        );
    }
    // A server's certificate of the right CA is none for clients.
    let server = old.server(&["kube-apiserver"]);
    let config = supplied.ca.client_config_with(&["h2"], &server);
    assert_eq!(None, supplied.ask(config));

    fs::write(
        supplied.sandbox.path().join("webhook/client-ca.pem"),
        "no certificate",
    )
    .unwrap();
    let kept = |webhook: &Webhook| {
        webhook.metric("authz_webhook_certificate_reloads_total{result=\"kept\"}") > 0.5
    };
    assert!(supplied.webhook.wait_until(LONG, kept));
    assert_eq!(Some(200), as_client_of(&old, "h2"));
    assert_eq!(None, as_client_of(&new, "h2"));

    supplied.sandbox.replace("webhook/client-ca.pem", new.pem());
    let replaced = |_: &Webhook| as_client_of(&new, "h2") == Some(200);
    assert!(supplied.webhook.wait_until(LONG, replaced));
    assert_eq!(None, as_client_of(&old, "h2"));
}

/// Asks once and hangs up; whether the connection took up an earlier one's session.
fn resumes(supplied: &Supplied, config: &ClientConfig) -> io::Result<bool> {
    let mut wire = Wire::open(supplied.webhook.address(), config.clone())?;
    wire.post(REVIEW)?;
    // What a session is taken up by comes with the first answer.
    assert_eq!(200, wire.answer()?.status);
    Ok(wire.is_resumed())
}

/// A kube-apiserver that lost its connections shakes hands at half the price.
#[test]
fn sessions_are_resumed_until_what_they_rest_on_changes() {
    let (old, new) = (Ca::new("old clients"), Ca::new("new clients"));
    let supplied = Supplied::start("sessions", |sandbox, config| {
        let path = sandbox.write("webhook/client-ca.pem", old.pem());
        config.server("clientCA", json!(path))
    });
    let client_of = |ca: &Ca, version| {
        let leaf = ca.client("kube-apiserver", None);
        supplied.ca.client_config_over(version, &leaf)
    };
    let versions = [&rustls::version::TLS13, &rustls::version::TLS12];
    let clients = versions.map(|version| client_of(&old, version));
    for client in &clients {
        let kinds: Vec<_> = (0..3)
            .map(|_| resumes(&supplied, client).unwrap())
            .collect();
        assert_eq!(kinds, [false, true, true]);
    }
    // Whoever was let in by the old CA has a session, and no longer any use for it.
    supplied.sandbox.replace("webhook/client-ca.pem", new.pem());
    let fresh = client_of(&new, versions[0]);
    let replaced = |_: &Webhook| resumes(&supplied, &fresh).is_ok();
    assert!(supplied.webhook.wait_until(LONG, replaced));
    for client in &clients {
        assert!(resumes(&supplied, client).is_err());
    }
}
