//! The webhook as a process: its config, the questions kube-apiserver asks it, its admin listener.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Map, Value, json};

use super::command::Command;
use super::http::{Client, ClientError, Response};
use super::pki::{Ca, client_config_for};
use super::process::Process;
use super::programs::Program;
use super::sandbox::Sandbox;
use super::scan::Secrets;
use super::sts::Sts;

/// A config file: the local STS in place of the real one, files below the sandbox, free ports.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    cluster_id: String,
    server: Map<String, Value>,
}

impl WebhookConfig {
    /// A config without mappings for a cluster; `ca` is the one that certified `sts`.
    pub fn new(sandbox: &Sandbox, cluster_id: &str, sts: &Sts, ca: &Ca) -> Self {
        let bundle = sandbox.write("webhook/sts-ca.pem", ca.pem());
        let resolve: Map<_, _> = sts
            .resolve()
            .into_iter()
            .map(|(host, to)| (host, json!(to.to_string())))
            .collect();
        let config = Self {
            cluster_id: cluster_id.to_owned(),
            server: Map::new(),
        };
        config
            .server("stateDir", json!(sandbox.path().join("webhook/state")))
            .server(
                "generateKubeconfig",
                json!(sandbox.path().join("webhook/kubeconfig.yaml")),
            )
            .server("port", json!(0))
            .server("adminPort", json!(0))
            .server("stsCABundle", json!(bundle))
            .server("stsResolve", Value::Object(resolve))
    }

    /// Sets a key under `server`.
    pub fn server(mut self, key: &str, value: Value) -> Self {
        self.server.insert(key.to_owned(), value);
        self
    }

    /// Adds a role to `mapRoles`.
    pub fn map_role(self, arn: &str, username: &str, groups: &[&str]) -> Self {
        self.push(
            "mapRoles",
            json!({"rolearn": arn, "username": username, "groups": groups}),
        )
    }

    /// Adds a user to `mapUsers`.
    pub fn map_user(self, arn: &str, username: &str, groups: &[&str]) -> Self {
        self.push(
            "mapUsers",
            json!({"userarn": arn, "username": username, "groups": groups}),
        )
    }

    /// Adds an account to `mapAccounts`.
    pub fn map_account(self, account: &str) -> Self {
        self.push("mapAccounts", json!(account))
    }

    /// The text of the file: JSON, which is YAML.
    pub fn to_yaml(&self) -> String {
        let document = json!({"clusterID": self.cluster_id, "server": self.server});
        format!("{document:#}\n")
    }

    fn push(mut self, key: &str, entry: Value) -> Self {
        let list = self.server.entry(key).or_insert_with(|| json!([]));
        list.as_array_mut().expect("mappings are lists").push(entry);
        self
    }
}

/// A running webhook.
pub struct Webhook {
    process: Process,
    client: Client,
    admin: Client,
    address: SocketAddr,
    secrets: Secrets,
}

/// An answer to a TokenReview.
#[derive(Clone, Debug)]
pub struct Review {
    /// As it came.
    pub response: Response,
    status: Value,
}

impl Webhook {
    /// Writes the config to `webhook/config.yaml` in the sandbox and serves it. Returns when the
    /// webhook is ready.
    ///
    /// # Panics
    /// When it does not start; shows the end of its log.
    pub fn start(sandbox: &Sandbox, config: &str) -> Self {
        Self::start_as(sandbox, "authz-webhook", config, |command| command)
    }

    /// As [`Self::start`], with a name for its log files (a second one in a sandbox needs its own)
    /// and with a changed command.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_as(
        sandbox: &Sandbox,
        name: &str,
        config: &str,
        change: impl FnOnce(Command<'_>) -> Command<'_>,
    ) -> Self {
        let config = sandbox.write("webhook/config.yaml", config);
        Self::serve(sandbox, name, "webhook/state", |command| {
            let command = command.args(["serve", "--print-address"]);
            change(command.arg("--config").arg(config))
        })
    }

    /// Runs what `change` makes of the command: `serve` with `--print-address` and a
    /// configuration whose certificates are in the directory `state` of the sandbox.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn serve(
        sandbox: &Sandbox,
        name: &str,
        state: &str,
        change: impl FnOnce(Command<'_>) -> Command<'_>,
    ) -> Self {
        let process = change(sandbox.command(Program::AuthzWebhook)).start(name);
        let (address, admin) = process.wait_for_stdout(START, |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            let address = |key: &str| line.get(key)?.as_str()?.parse::<SocketAddr>().ok();
            Some((address("address")?, address("adminAddress")?))
        });
        // Without an authority the certificate is what is trusted.
        let trusted = ["ca.pem", "cert.pem"].map(|file| format!("{state}/{file}"));
        let trusted = trusted
            .iter()
            .find(|file| sandbox.path().join(file).exists());
        let ca = sandbox.read(trusted.expect("the webhook has a certificate"));
        let webhook = Self {
            process,
            client: Client::tls(
                address,
                "localhost",
                client_config_for(&ca, &["h2", "http/1.1"]),
            ),
            admin: Client::plain(admin),
            address,
            secrets: sandbox.secrets().clone(),
        };
        let ready = webhook.wait_until(START, |webhook| webhook.admin("/readyz").status == 200);
        assert!(
            ready,
            "the webhook is not ready: {}",
            webhook.admin("/readyz").text()
        );
        webhook
    }

    /// Where it serves `/authenticate`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks who a token is, as kube-apiserver does.
    ///
    /// # Panics
    /// When there is no answer.
    pub fn authenticate(&self, token: &str) -> Review {
        let review = self.review_of(token);
        Review::new(self.post(&review).expect("the webhook answers"))
    }

    /// Asks about many tokens at once, a hundred to a connection of HTTP/2; answers in their
    /// order.
    ///
    /// # Panics
    /// When one is not answered.
    pub fn authenticate_all(&self, tokens: &[String]) -> Vec<Review> {
        let bodies = tokens.iter().map(|token| self.review_of(token)).collect();
        let answers = self.client.post_all(PATH, &HEADERS, bodies);
        let answers = answers.expect("the webhook answers every question");
        answers.into_iter().map(Review::new).collect()
    }

    /// The body by which kube-apiserver asks who a token is. The token is a secret from now on.
    pub fn review_of(&self, token: &str) -> String {
        if token.len() > SHORTEST_SECRET {
            self.secrets.add_bearer(token);
        }
        let review = json!({
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "metadata": {"creationTimestamp": null},
            "spec": {"token": token},
            "status": {"user": {}},
        });
        review.to_string()
    }

    /// Posts any body to `/authenticate`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn post(&self, body: &str) -> Result<Response, ClientError> {
        self.client
            .send(Method::POST, PATH, &HEADERS, body.to_owned())
    }

    /// Gets a path of the admin listener.
    ///
    /// # Panics
    /// When there is no answer.
    pub fn admin(&self, path: &str) -> Response {
        self.admin
            .get(path, &[("Host", "localhost")])
            .expect("the admin listener answers")
    }

    /// The value of a series in `/metrics`, spelt as there: `name{label="value"}`; 0 when absent.
    pub fn metric(&self, series: &str) -> f64 {
        let text = self.admin("/metrics").text();
        let mut values = text
            .lines()
            .filter_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        values
            .next()
            .and_then(|value| value.parse().ok())
            .unwrap_or_default()
    }

    /// What it said on stderr so far.
    pub fn log(&self) -> String {
        self.process.stderr()
    }

    /// The audit lines so far.
    pub fn audit(&self) -> Vec<Value> {
        let log = self.process.stderr();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line.get("audit").is_some()).collect()
    }

    /// The first audit line that `is` what is looked for. It may come a moment after the answer.
    ///
    /// # Panics
    /// When none came in time.
    pub fn wait_for_audit(&self, is: impl Fn(&Value) -> bool) -> Value {
        self.process.wait_for_stderr(AUDIT, |line| {
            let line = serde_json::from_str::<Value>(line).ok()?;
            (line.get("audit").is_some() && is(&line)).then_some(line)
        })
    }

    /// Asks `condition` until it holds; false when the deadline came first. Every question is a
    /// call to the webhook, which paces the loop.
    pub fn wait_until(&self, deadline: Duration, condition: impl Fn(&Self) -> bool) -> bool {
        let end = Instant::now() + deadline;
        loop {
            if condition(self) {
                return true;
            }
            if Instant::now() > end {
                return false;
            }
        }
    }

    /// Asks it to end (SIGTERM), and does not wait.
    pub fn ask_to_end(&self) {
        self.process.ask_to_end();
    }

    /// Its process: to read its log or to end it.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}

impl Review {
    fn new(response: Response) -> Self {
        let document = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
        let status = document.get("status").cloned().unwrap_or_default();
        Self { response, status }
    }

    /// `status`, or null when the answer holds none.
    pub fn status(&self) -> &Value {
        &self.status
    }

    /// HTTP status and word: the whole of a refusal. The word of a denial is `status.error`, that
    /// of an error is the body.
    pub fn refusal(&self) -> (u16, &str) {
        let body = std::str::from_utf8(&self.response.body).unwrap_or_default();
        let word = match &self.status {
            Value::Null => body.trim_end(),
            status => status
                .get("error")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        };
        (self.response.status.as_u16(), word)
    }

    /// Whether a user was found.
    pub fn is_authenticated(&self) -> bool {
        self.response.status == 200 && self.status.get("authenticated") == Some(&Value::Bool(true))
    }

    /// The user's name, when there is a user.
    pub fn username(&self) -> Option<&str> {
        self.status
            .pointer("/user/username")
            .filter(|_| self.is_authenticated())?
            .as_str()
    }
}

const PATH: &str = "/authenticate?timeout=30s";
const HEADERS: [(&str, &str); 2] = [("Host", "localhost"), ("Content-Type", "application/json")];
const START: Duration = Duration::from_secs(30);
/// For a line of the log to stand there.
const AUDIT: Duration = Duration::from_secs(10);
/// Shorter tokens are junk that a story made up.
const SHORTEST_SECRET: usize = 60;
