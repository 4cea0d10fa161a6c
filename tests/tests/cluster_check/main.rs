//! `kubeconfig-gen check` says why kubectl fails, at a real API server and its webhook.

#![expect(
    clippy::indexing_slicing,
    reason = "what is not there is null, and no step"
)]

mod kubeconfig;
mod let_in;
mod plugin;
mod refused;
mod server;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use e2e::support::cluster::{CLUSTER, Cluster, REGION, Story, eventually};
use e2e::support::command::Command;
use e2e::support::control_plane::ReviewVersion;
use e2e::support::keys::Keys;
use e2e::support::programs::Program;
use e2e::support::proxy::Proxy;
use e2e::support::sts::ACCOUNT;
use serde_json::{Value, json};

/// A cluster, and the way to its STS under the real name.
struct Site {
    cluster: Cluster,
    proxy: Proxy,
    bundle: PathBuf,
}

fn site() -> Option<&'static Site> {
    static SITE: OnceLock<Option<Site>> = OnceLock::new();
    SITE.get_or_init(|| {
        let cluster = Cluster::start("check", ReviewVersion::V1, Duration::ZERO)?;
        let proxy = Proxy::start(cluster.sts.resolve());
        let bundle = cluster
            .sandbox
            .write("home/sts-ca.pem", cluster.sts_ca().pem());
        cluster.set_aws_auth(&json!({ "mapUsers": json!([{
            "userarn": "arn:aws:iam::111122223333:user/alice",
            "username": "alice@example.com",
            "groups": ["readers"],
        }]).to_string() }));
        let alice = cluster.sts.add_user("alice");
        let admitted = || cluster.review(&cluster.token(&alice)).is_authenticated();
        assert!(
            eventually(Duration::from_secs(2), admitted),
            "alice is mapped"
        );
        Some(Site {
            cluster,
            proxy,
            bundle,
        })
    })
    .as_ref()
}

impl Site {
    fn story(&self) -> Story<'_> {
        self.cluster.story()
    }

    fn kubeconfig(&self) -> String {
        self.cluster.sandbox.read("kubeconfig")
    }

    /// `check` of a kubeconfig, signed with `keys`.
    fn check(&self, kubeconfig: &str, keys: &Keys) -> Command<'_> {
        let sandbox = &self.cluster.sandbox;
        let name = format!("home/check-{}", keys.access_key_id);
        let file = sandbox.write(name, kubeconfig);
        let command = sandbox.command(Program::KubeconfigGen).arg("check");
        let command = command.arg("--kubeconfig").arg(file).keys(keys);
        let command = command.without_env("NO_PROXY");
        command
            .env("HTTPS_PROXY", self.proxy.url())
            .env("AWS_CA_BUNDLE", &self.bundle)
    }

    /// The steps of a check: name, result, message and hint, and the exit code.
    fn steps(&self, command: Command<'_>) -> (Vec<Step>, Option<i32>) {
        let output = command.args(["--output", "json"]).run();
        assert_eq!(String::new(), output.stderr);
        let report = output.json();
        let steps = report["steps"].as_array().cloned().unwrap_or_default();
        let text = |step: &Value, name: &str| {
            let text = step[name].as_str().unwrap_or_default();
            text.replace(&self.cluster.sandbox.path().display().to_string(), "")
        };
        let step =
            |step: &Value| ["name", "result", "message", "hint"].map(|name| text(step, name));
        (steps.iter().map(step).collect(), output.code)
    }

    /// The step that fails, its message and its hint; all before it are as they should be.
    fn problem(&self, command: Command<'_>) -> (String, String, String) {
        let (steps, code) = self.steps(command);
        assert_eq!(Some(1), code, "{steps:#?}");
        let problem = steps.iter().find(|[_, result, ..]| result == "problem");
        let [name, _, message, hint] = problem.expect("something is wrong").clone();
        (name, message, hint)
    }
}

type Step = [String; 4];

/// The kubeconfig with the cluster's entry named by its ARN, as AWS's own tools name it.
fn by_arn(site: &Site) -> String {
    let arn = format!("arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{CLUSTER}");
    ["name", "cluster", "user", "current-context"]
        .into_iter()
        .fold(site.kubeconfig(), |text, key| {
            text.replace(&format!("{key}: {CLUSTER}\n"), &format!("{key}: {arn}\n"))
        })
}
