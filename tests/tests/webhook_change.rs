//! Mappings, certificates and STS change under a load of callers who are known and callers who are
//! new: everybody is answered, the known are let in throughout, and nobody is ever denied for it.

#![cfg(test)]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use e2e::support::keys::Keys;
use e2e::support::line::{ALICE, CLUSTER};
use e2e::support::pki::Ca;
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::{Door, Fault, STS_HOST, STS_REGION, Sts};
use e2e::support::token::TokenRecipe;
use e2e::support::webhook::{Webhook, WebhookConfig};
use e2e::support::wire::Wire;
use serde_json::json;

/// Enough for anything on a busy machine.
const LONG: Duration = Duration::from_secs(30);

struct Place {
    webhook: Webhook,
    sts: Sts,
    ca: Ca,
    sandbox: Sandbox,
}

#[derive(Default)]
struct Load {
    is_over: AtomicBool,
    known: AtomicUsize,
    new: AtomicUsize,
    told_to_come_again: AtomicUsize,
}

impl Place {
    fn start() -> Self {
        let (sandbox, ca) = (Sandbox::new("change"), Ca::new("change"));
        let sts = Sts::start(&ca, sandbox.secrets());
        let leaf = ca.server(&["localhost", "127.0.0.1"]);
        sandbox.write("webhook/state/ca.pem", ca.pem());
        sandbox.write("webhook/state/cert.pem", &leaf.certificate_pem);
        sandbox.write_private("webhook/state/key.pem", &leaf.key_pem);
        let config = config(&sandbox, &sts, &ca).map_user(ALICE, "alice-0", &[]);
        Self {
            webhook: Webhook::start(&sandbox, &config.to_yaml()),
            sts,
            ca,
            sandbox,
        }
    }

    fn recipe<'a>(&self, keys: &'a Keys) -> TokenRecipe<'a> {
        TokenRecipe::new(keys, STS_HOST, STS_REGION, CLUSTER, self.sts.now())
    }

    /// One token, again and again on one connection.
    fn ask_as_known(&self, load: &Load) {
        let keys = self.sts.add_user("alice");
        let token = self.recipe(&keys).bearer();
        assert!(self.webhook.authenticate(&token).is_authenticated());
        let review = self.webhook.review_of(&token);
        let config = self.ca.client_config(&["http/1.1"]);
        let mut wire = Wire::open(self.webhook.address(), config).unwrap();
        while !load.is_over.load(Ordering::Relaxed) {
            wire.post(&review).unwrap();
            let answer = wire.answer().unwrap();
            let is_alice = answer.body.contains("\"username\":\"alice-");
            assert!(
                answer.status == 200 && is_alice,
                "{} {}",
                answer.status,
                answer.body
            );
            load.known.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A token that nobody has seen, each time on a new connection.
    fn ask_as_new(&self, load: &Load) {
        while !load.is_over.load(Ordering::Relaxed) {
            let keys = self.sts.add_user("alice");
            let review = self.webhook.authenticate(&self.recipe(&keys).bearer());
            if review.is_authenticated() {
                load.new.fetch_add(1, Ordering::Relaxed);
            } else {
                let (status, word) = review.refusal();
                assert_eq!(503, status, "{word}");
                load.told_to_come_again.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn rename(&self, name: &str) {
        let config = config(&self.sandbox, &self.sts, &self.ca);
        let config = config.map_user(ALICE, name, &[]).to_yaml();
        self.sandbox.replace("webhook/config.yaml", config);
        let keys = self.sts.add_user("alice");
        let renamed = |webhook: &Webhook| {
            let review = webhook.authenticate(&self.recipe(&keys).bearer());
            review.username() == Some(name)
        };
        assert!(self.webhook.wait_until(LONG, renamed), "{name}");
    }

    fn replace_the_certificate(&self) {
        let new = self.ca.server(&["localhost", "127.0.0.1"]);
        self.sandbox.replace("webhook/state/key.pem", &new.key_pem);
        self.sandbox
            .replace("webhook/state/cert.pem", &new.certificate_pem);
        let is_served = |webhook: &Webhook| {
            let wire = Wire::open(webhook.address(), self.ca.client_config(&["http/1.1"]));
            wire.unwrap().server_certificate().as_deref() == Some(new.der())
        };
        assert!(self.webhook.wait_until(LONG, is_served));
    }

    /// Until `load` has met it, and STS serves again.
    fn trouble_sts(&self, load: &Load, begin: impl Fn(&Sts)) {
        let before = load.told_to_come_again.load(Ordering::Relaxed);
        begin(&self.sts);
        let met = |_: &Webhook| load.told_to_come_again.load(Ordering::Relaxed) > before;
        let is_met = self.webhook.wait_until(LONG, met);
        self.sts.clear_fault();
        self.sts.set_door(Door::Open);
        assert!(is_met);
        let keys = self.sts.add_user("alice");
        let serves = |webhook: &Webhook| {
            let review = webhook.authenticate(&self.recipe(&keys).bearer());
            review.is_authenticated()
        };
        assert!(self.webhook.wait_until(LONG, serves));
    }
}

/// Of a webhook that asks STS about the known every second.
fn config(sandbox: &Sandbox, sts: &Sts, ca: &Ca) -> WebhookConfig {
    WebhookConfig::new(sandbox, CLUSTER, sts, ca).server("cacheFreshness", json!("1s"))
}

#[test]
fn loses_no_request_while_mappings_certificates_and_sts_change() {
    let (place, load) = (Place::start(), Load::default());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| place.ask_as_known(&load));
            scope.spawn(|| place.ask_as_new(&load));
        }
        let changes = thread::Builder::new().spawn_scoped(scope, || {
            for round in 1..=2 {
                place.rename(&format!("alice-{round}"));
                place.replace_the_certificate();
                place.trouble_sts(&load, |sts| sts.set_fault(Fault::Throttle));
                place.trouble_sts(&load, |sts| sts.set_fault(Fault::CloseBeforeAnswer));
                place.trouble_sts(&load, |sts| sts.set_door(Door::Refusing));
            }
        });
        let ended = changes.unwrap().join();
        // Also where a change failed: the others wait for it.
        load.is_over.store(true, Ordering::Relaxed);
        ended.unwrap();
    });
    assert!(load.known.into_inner() > 0);
    assert!(load.new.into_inner() > 0);
}
