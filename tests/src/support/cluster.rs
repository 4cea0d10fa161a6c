//! A cluster as its users know it: a control plane that asks our webhook, which asks a local STS
//! and watches aws-auth.

mod by_hand;
mod setup;
mod story;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    command::Command,
    control_plane::{
        Audit, Binaries, ControlPlane, Forwarder, Mode, Options, Reaper, ReviewVersion, Site,
        Webhook as ReviewedBy, binaries,
    },
    http::{Client, Response},
    keys::Keys,
    kubectl::Kubectl,
    pki::Ca,
    programs::Program,
    sandbox::Sandbox,
    sts::Sts,
    webhook::{Review, Webhook, WebhookConfig},
};

pub use self::story::{Story, eventually};

/// A whole cluster, with nobody mapped yet.
pub struct Cluster {
    webhook: Mutex<Option<Webhook>>,
    control_plane: ControlPlane,
    forwarder: Forwarder,
    config: String,
    /// The STS that the webhook asks.
    pub sts: Sts,
    sts_ca: Ca,
    /// Where its programs run.
    pub sandbox: Sandbox,
    binaries: &'static Binaries,
}

impl Cluster {
    /// Starts one whose API server sends reviews of `version` and keeps answers for `cache_ttl`;
    /// `None` where there is no control plane to start, which is said on stderr.
    ///
    /// # Panics
    /// When something does not start.
    pub fn start(name: &str, version: ReviewVersion, cache_ttl: Duration) -> Option<Self> {
        Self::start_with(name, version, cache_ttl, |_, config| config)
    }

    /// As [`Self::start`], with a changed configuration of the webhook. Where `init` writes an
    /// AuthorizationConfiguration, the API server goes by it.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_with(
        name: &str,
        version: ReviewVersion,
        cache_ttl: Duration,
        change: impl FnOnce(&Sandbox, WebhookConfig) -> WebhookConfig,
    ) -> Option<Self> {
        Self::start_prepared(name, version, cache_ttl, change, |_| {})
    }

    /// As [`Self::start_with`], where `prepare` gives the API server what the webhook cannot
    /// become ready without.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_prepared(
        name: &str,
        version: ReviewVersion,
        cache_ttl: Duration,
        change: impl FnOnce(&Sandbox, WebhookConfig) -> WebhookConfig,
        prepare: impl FnOnce(&Self),
    ) -> Option<Self> {
        let binaries = binaries::for_tests()?;
        let sandbox = Sandbox::new(name);
        let reaper = Reaper::start().expect("there is a shell");
        reaper
            .remove_at_end(sandbox.path())
            .expect("a sandbox has a plain path");
        let site = Site::new(&reaper).expect("the control plane gets a place");
        let ca = Ca::new("local STS");
        let sts = Sts::start(&ca, sandbox.secrets());
        let forwarder = Forwarder::start().expect("the forwarder gets a port");
        let watcher = site
            .client_kubeconfig(WATCHER)
            .expect("a kubeconfig can be written");
        let config = WebhookConfig::new(&sandbox, CLUSTER, &sts, &ca)
            .server("port", json!(forwarder.address().port()))
            .server("backendMode", json!(["EKSConfigMap"]))
            .server("kubeconfig", json!(watcher));
        let config = change(&sandbox, config).to_yaml();
        let file = sandbox.write("webhook/config.yaml", &config);
        let init = sandbox
            .command(Program::AuthzWebhook)
            .args(["init", "--config"]);
        init.arg(file).succeed();
        let webhook = ReviewedBy {
            kubeconfig: sandbox.path().join("webhook/kubeconfig.yaml"),
            version,
            cache_ttl,
        };
        let authorization = sandbox.path().join("webhook/authorization.yaml");
        let options = Options {
            webhook: Some(webhook),
            authorization: authorization.is_file().then_some(authorization),
            audit: Audit::Metadata,
        };
        let control_plane = match ControlPlane::start(binaries, site, &options) {
            Ok(control_plane) => control_plane,
            Err(error) => super::fail(&format!("{error}")),
        };
        let cluster = Self {
            webhook: Mutex::default(),
            control_plane,
            forwarder,
            config,
            sts,
            sts_ca: ca,
            sandbox,
            binaries,
        };
        setup::let_the_webhook_watch(&cluster);
        setup::write_kubeconfig(&cluster);
        prepare(&cluster);
        cluster.start_webhook();
        Some(cluster)
    }

    /// Who vouches for the STS.
    pub const fn sts_ca(&self) -> &Ca {
        &self.sts_ca
    }

    /// This test's use of it.
    pub const fn story(&self) -> Story<'_> {
        Story::of(self)
    }

    /// The kubeconfig of a member of `system:masters`, past the webhook.
    pub fn admin_kubeconfig(&self) -> PathBuf {
        self.control_plane.site().admin_kubeconfig()
    }

    /// kubectl with it.
    pub fn admin(&self) -> Kubectl<'_> {
        self.kubectl(&self.admin_kubeconfig())
    }

    /// kubectl with the kubeconfig that kubeconfig-gen wrote, as the caller who signs with `keys`.
    pub fn call(&self, keys: &Keys, args: &[&str]) -> Command<'_> {
        self.kubectl(&self.sandbox.path().join("kubeconfig"))
            .command(args)
            .keys(keys)
    }

    /// kubectl with any kubeconfig.
    pub fn kubectl(&self, kubeconfig: &Path) -> Kubectl<'_> {
        Kubectl::new(&self.sandbox, self.binaries, kubeconfig)
    }

    /// The kubeconfig of `user`, who has no rights but those that RBAC gives.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn client_kubeconfig(&self, user: &str) -> PathBuf {
        let written = self.control_plane.site().client_kubeconfig(user);
        written.expect("a kubeconfig can be written")
    }

    /// A client of the API server for `user`, who has no rights but those that RBAC gives.
    pub fn client(&self, user: &str) -> Client {
        self.control_plane.site().client(user)
    }

    /// aws-auth-sync as the cluster's administrator.
    pub fn aws_auth_sync(&self, args: &[&str]) -> Command<'_> {
        self.sandbox
            .command(Program::AwsAuthSync)
            .env("KUBECONFIG", self.admin_kubeconfig())
            .args(args.iter().copied())
    }

    /// Writes aws-auth, whatever was there.
    pub fn set_aws_auth(&self, data: &Value) {
        self.admin().apply(&json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": "aws-auth", "namespace": "kube-system" },
            "data": data,
        }));
    }

    /// A fresh token of the caller who signs with `keys`.
    pub fn token(&self, keys: &Keys) -> String {
        let command = self.sandbox.command(Program::TokenExec).keys(keys);
        command
            .args([
                "--cluster-name",
                CLUSTER,
                "--region",
                REGION,
                "--output",
                "token",
            ])
            .bearer()
    }

    /// Asks the webhook itself about `token`.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn review(&self, token: &str) -> Review {
        self.with_webhook(|webhook| webhook.authenticate(token))
    }

    /// Asks the webhook's admin listener.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn admin_listener(&self, target: &str) -> Response {
        self.with_webhook(|webhook| webhook.admin(target))
    }

    /// Starts the webhook, and leads the API server's connections to it when it is ready.
    ///
    /// # Panics
    /// When it does not become ready.
    pub fn start_webhook(&self) {
        // The port is the forwarder's, and the API server's kubeconfig says so.
        let own_port = ["--port", "0", "--kubeconfig-pregenerated"];
        let name = "authz-webhook";
        let webhook = Webhook::start_as(&self.sandbox, name, &self.config, |serve| {
            serve.args(own_port)
        });
        let address = webhook.address();
        *self.webhook.lock().unwrap_or_else(PoisonError::into_inner) = Some(webhook);
        self.set_path(Mode::Forward(address));
    }

    /// Ends the webhook; connections to it are refused from then on.
    pub fn stop_webhook(&self) {
        self.set_path(Mode::Refuse);
        let stopped = self
            .webhook
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(stopped);
    }

    /// What becomes of the API server's connections to the webhook.
    ///
    /// # Panics
    /// When the forwarder's port cannot be listened on.
    pub fn set_path(&self, mode: Mode) {
        self.forwarder
            .set(mode)
            .expect("the held port can be listened on");
    }

    /// Kills the API server, as a crash would, and starts it again, with nothing that it
    /// remembered.
    ///
    /// # Panics
    /// When it does not come back.
    pub fn restart_api_server(&self) {
        if let Err(error) = self.control_plane.restart_kube_apiserver() {
            super::fail(&format!("{error}"));
        }
    }

    /// Where the running webhook listens.
    pub fn webhook_address(&self) -> SocketAddr {
        self.with_webhook(|webhook| webhook.address())
    }

    /// The webhook's first decision that `is` what is looked for.
    ///
    /// # Panics
    /// When it made none.
    pub fn decision(&self, is: impl Fn(&Value) -> bool) -> Value {
        self.with_webhook(|webhook| webhook.wait_for_audit(is))
    }

    /// Where the API server is, and its CA's certificate.
    ///
    /// # Panics
    /// When the CA's file cannot be read.
    pub fn api_server(&self) -> (SocketAddr, String) {
        let site = self.control_plane.site();
        let ca = std::fs::read_to_string(site.ca_file()).expect("the CA's file can be read");
        (site.address(), ca)
    }

    /// The API server's audit log so far.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn audit_log(&self) -> String {
        self.control_plane
            .audit_log()
            .expect("there is an audit log")
    }

    fn with_webhook<T>(&self, ask: impl FnOnce(&mut Webhook) -> T) -> T {
        let mut webhook = self.webhook.lock().unwrap_or_else(PoisonError::into_inner);
        ask(webhook.as_mut().expect("the webhook runs"))
    }

    /// What the webhook wrote to stderr so far.
    pub fn webhook_log(&self) -> String {
        let mut webhook = self.webhook.lock().unwrap_or_else(PoisonError::into_inner);
        webhook
            .as_mut()
            .map(|webhook| webhook.process().stderr())
            .unwrap_or_default()
    }
}

/// The cluster that tokens are signed for.
pub const CLUSTER: &str = "story";
/// The region whose STS they are signed for.
pub const REGION: &str = super::sts::STS_REGION;

const WATCHER: &str = "authz-webhook";
