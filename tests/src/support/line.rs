//! The line without a cluster: a sandbox, a local STS and a webhook that asks it.

use super::keys::Keys;
use super::pki::{Ca, client_config_for};
use super::sandbox::Sandbox;
use super::sts::{STS_HOST, STS_REGION, Sts};
use super::token::TokenRecipe;
use super::webhook::{Review, Webhook, WebhookConfig};
use super::wire::Wire;

/// The parts, taken down from the first to the last.
pub struct Line {
    /// The webhook.
    pub webhook: Webhook,
    /// The STS it asks.
    pub sts: Sts,
    /// The CA of the STS.
    pub ca: Ca,
    /// Where it all lives.
    pub sandbox: Sandbox,
}

/// The cluster of every line.
pub const CLUSTER: &str = "demo";
/// The ARN of the user that a line maps.
pub const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
/// The ARN of the role that a line maps.
pub const DEV: &str = "arn:aws:iam::111122223333:role/dev";

impl Line {
    /// A line that maps the user `alice` to `alice` in `readers`, and sessions of the role `dev`
    /// to `dev:{{SessionName}}` in `developers`.
    pub fn new(name: &str) -> Self {
        Self::with(name, |config| config)
    }

    /// The same with a changed config.
    pub fn with(name: &str, change: impl FnOnce(WebhookConfig) -> WebhookConfig) -> Self {
        let sandbox = Sandbox::new(name);
        let ca = Ca::new(name);
        let sts = Sts::start(&ca, sandbox.secrets());
        let config = change(mapped(WebhookConfig::new(&sandbox, CLUSTER, &sts, &ca)));
        Self {
            webhook: Webhook::start(&sandbox, &config.to_yaml()),
            sts,
            ca,
            sandbox,
        }
    }

    /// A config like the one it began with, without mappings.
    pub fn config(&self) -> WebhookConfig {
        WebhookConfig::new(&self.sandbox, CLUSTER, &self.sts, &self.ca)
    }

    /// Puts another config in the place of its file.
    pub fn rewrite(&self, config: &str) {
        self.sandbox.replace("webhook/config.yaml", config);
    }

    /// A good token of these keys, to be changed.
    pub fn recipe<'a>(&self, keys: &'a Keys) -> TokenRecipe<'a> {
        TokenRecipe::new(keys, STS_HOST, STS_REGION, CLUSTER, self.sts.now())
    }

    /// A connection to the webhook, for HTTP/1.1.
    ///
    /// # Panics
    /// When there is none.
    pub fn wire(&self) -> Wire {
        let config = client_config_for(&self.sandbox.read("webhook/state/ca.pem"), &["http/1.1"]);
        Wire::open(self.webhook.address(), config).expect("the webhook takes connections")
    }

    /// What the webhook says to a good token of these keys.
    pub fn ask(&self, keys: &Keys) -> Review {
        self.webhook.authenticate(&self.recipe(keys).bearer())
    }
}

fn mapped(config: WebhookConfig) -> WebhookConfig {
    config.map_user(ALICE, "alice", &["readers"]).map_role(
        DEV,
        "dev:{{SessionName}}",
        &["developers"],
    )
}
