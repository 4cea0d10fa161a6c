//! authz-webhook on the demo's stage.

use std::{net::SocketAddr, path::Path, time::Instant};

use serde_json::Value;

use super::{
    Failure, Stage,
    cast::{self, CLUSTER, STRANGER},
    ports,
    stage::{Outcome, Server},
};
use crate::support::{
    http::Client,
    sts::{STS_HOST, Sts},
};

/// Its ports, and the directory it runs in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Webhook {
    port: u16,
    admin_port: u16,
}

/// Where it reads mappings.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mappings<'a> {
    /// The cluster's aws-auth, watched as the user of this kubeconfig.
    Watched(&'a Path),
    /// The configuration itself.
    Inline(&'a str),
}

impl Webhook {
    /// Takes ports and writes `webhook.yaml`.
    pub(super) fn configure(
        stage: &Stage,
        sts: &Sts,
        mappings: Mappings<'_>,
    ) -> Result<Self, Failure> {
        let port = ports::free(stage.since(), 0)?;
        let webhook = Self {
            port,
            admin_port: ports::free(stage.since(), 1)?,
        };
        stage.write(
            "webhook.yaml",
            &webhook.config(stage.directory(), sts.address(), mappings),
        )?;
        Ok(webhook)
    }

    /// The port of its TokenReview endpoint.
    pub(super) const fn port(self) -> u16 {
        self.port
    }

    /// `authz-webhook init`: certificates, and the kubeconfig for kube-apiserver.
    pub(super) fn init(stage: &Stage) -> Result<(), Failure> {
        stage
            .screen
            .step("Certificates for the webhook, and how kube-apiserver finds it");
        stage.run(
            "authz-webhook init --config webhook.yaml",
            Outcome::Shows(""),
        )?;
        Ok(())
    }

    /// `authz-webhook serve`, until it is ready.
    pub(super) fn serve(self, stage: &Stage) -> Result<Server, Failure> {
        stage
            .screen
            .step("The webhook: checks tokens with STS, maps callers by aws-auth");
        let begin = Instant::now();
        let mut server =
            stage.start("authz-webhook", "authz-webhook serve --config webhook.yaml")?;
        let admin = self.admin();
        server.wait_for("become ready", |_| {
            let answer = admin.get("/readyz", &[("host", "localhost")]);
            answer
                .is_ok_and(|answer| answer.status == 200)
                .then_some(())
        })?;
        stage.screen.took(begin.elapsed());
        Ok(server)
    }

    /// Waits until it has read as many mappings: aws-auth arrives by a watch.
    pub(super) fn has_read(self, server: &mut Server, mappings: usize) -> Result<(), Failure> {
        let count = format!(" {mappings}");
        server.wait_for("read aws-auth", |_| {
            let metrics = self
                .admin()
                .get("/metrics", &[("host", "localhost")])
                .ok()?
                .text();
            let mut series = metrics
                .lines()
                .filter(|line| line.starts_with("authz_webhook_mapping_entries{"));
            series.any(|line| line.ends_with(&count)).then_some(())
        })
    }

    fn admin(self) -> Client {
        Client::plain(SocketAddr::from(([127, 0, 0, 1], self.admin_port)))
    }

    fn config(self, directory: &Path, sts: SocketAddr, mappings: Mappings<'_>) -> String {
        let Self { port, admin_port } = self;
        let directory = directory.display();
        let source = match mappings {
            Mappings::Watched(kubeconfig) => {
                format!(
                    "  backendMode: [EKSConfigMap]\n  kubeconfig: {}\n",
                    kubeconfig.display()
                )
            }
            Mappings::Inline(lists) => format!("  backendMode: [MountedFile]\n{lists}"),
        };
        format!(
            "clusterID: {CLUSTER}
server:
  port: {port}
  adminPort: {admin_port}
  stateDir: {directory}/webhook
  generateKubeconfig: {directory}/webhook/kubeconfig.yaml
  # The local STS answers for the real host: URL, certificate check and signature stay the same.
  stsResolve: {{{STS_HOST}: \"{sts}\"}}
  stsCABundle: {directory}/sts-ca.crt
{source}"
        )
    }
}

/// Shows what the webhook's log says about the stranger, and what would let her in.
pub(super) fn explain_refusal(
    stage: &Stage,
    server: &mut Server,
    file: &str,
    list: &str,
) -> Result<(), Failure> {
    stage.screen.step("The webhook's log says why");
    let user = format!("user/{STRANGER}");
    stage
        .screen
        .command(&format!("grep {user} authz-webhook.log | tail -1"));
    let begin = Instant::now();
    let line = server.wait_for("log the refusal", |log| {
        log.lines()
            .rfind(|line| line.contains(&user))
            .map(str::to_owned)
    })?;
    stage.screen.took(begin.elapsed());
    stage.screen.output(&line);
    let line: Value = serde_json::from_str(&line).map_err(Failure::of("read the log's line"))?;
    let named = |name: &str| line.get(name).and_then(Value::as_str);
    let (Some("not_mapped"), Some(arn)) = (named("reason"), named("canonicalArn")) else {
        return Err(Failure::new(
            "the webhook refused for another reason than `not_mapped`",
        ));
    };
    stage
        .screen
        .step(&format!("These lines in {file} would let her in"));
    stage.screen.output(&cast::missing_entry(list, arn));
    Ok(())
}
