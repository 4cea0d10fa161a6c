//! The play with a control plane: three callers, the real kubectl.

use std::time::{Duration, Instant};

use super::{
    Failure, Playground, Stage,
    cast::{self, ADMIN, CLUSTER, GROUP, READER, ROLE, STRANGER},
    stage::{Outcome, Server},
    webhook::{self, Mappings, Webhook},
};
use crate::support::control_plane::{
    Binaries, BinariesError, ControlPlane, ControlPlaneError, Options, ReviewVersion, Site,
    Webhook as ApiServerWebhook,
};
use crate::support::go_module::GoError;

pub(super) fn play(stage: &Stage) -> Result<Playground, Failure> {
    stage
        .screen
        .headline("The main job, end to end on real parts");
    let binaries = Binaries::prepare(stage.reaper()).map_err(no_control_plane)?;
    let sts = super::local::sts(stage)?;
    let site = Site::at(stage.path("cluster"), stage.reaper())
        .map_err(Failure::of("prepare the control plane"))?;
    let kubeconfig = site
        .client_kubeconfig("authz-webhook")
        .map_err(Failure::of("write a kubeconfig"))?;
    let webhook = Webhook::configure(stage, &sts, Mappings::Watched(&kubeconfig))?;
    Webhook::init(stage)?;
    stage.install("kubectl", &binaries.kubectl())?;
    let control_plane = raise(stage, &binaries, site)?;
    grant(stage)?;
    let mut server = webhook.serve(stage)?;
    let endpoint = format!("https://{}", control_plane.site().address());
    provide(stage, &endpoint)?;
    webhook.has_read(&mut server, 2)?;
    administer(stage)?;
    read(stage)?;
    knock(stage, &mut server)?;
    farewell(stage);
    Ok(Playground {
        _webhook: server,
        control_plane: Some(control_plane),
        _sts: sts,
        directory: stage.directory().to_owned(),
    })
}

fn raise(stage: &Stage, binaries: &Binaries, site: Site) -> Result<ControlPlane, Failure> {
    stage
        .screen
        .step("A control plane whose API server asks the webhook about bearer tokens");
    stage.screen.command(
        "kube-apiserver --authentication-token-webhook-config-file webhook/kubeconfig.yaml \\\n\
         --authentication-token-webhook-version v1 --authorization-mode RBAC …",
    );
    let begin = Instant::now();
    let webhook = ApiServerWebhook {
        kubeconfig: stage.path("webhook/kubeconfig.yaml"),
        version: ReviewVersion::V1,
        cache_ttl: Duration::from_secs(10),
    };
    let options = Options {
        webhook: Some(webhook),
        ..Options::default()
    };
    let started = ControlPlane::start(binaries, site, &options).map_err(not_raised)?;
    stage.screen.took(begin.elapsed());
    Ok(started)
}

/// What the cluster's own administrator does once.
fn grant(stage: &Stage) -> Result<(), Failure> {
    stage.screen.step(&format!(
        "RBAC: the group {GROUP} reads one namespace, shop"
    ));
    stage.write("rbac.yaml", RBAC)?;
    let line = "kubectl --kubeconfig cluster/admin.kubeconfig apply -f rbac.yaml";
    stage.run_quietly(line, Outcome::Shows("created"))?;
    Ok(())
}

fn provide(stage: &Stage, endpoint: &str) -> Result<(), Failure> {
    stage
        .screen
        .step("aws-auth, from a declarative file: which AWS caller is whom in the cluster");
    stage.write("access.yaml", &cast::access_file())?;
    let line = "aws-auth-sync apply --kubeconfig cluster/admin.kubeconfig --create access.yaml";
    stage.run(line, Outcome::Shows(""))?;
    stage
        .screen
        .step("A kubeconfig whose user is whoever token-exec signs as");
    let line = format!(
        "kubeconfig-gen update --name {CLUSTER} --endpoint {endpoint} --ca-file cluster/ca.crt"
    );
    stage.run(&line, Outcome::Shows(""))?;
    Ok(())
}

fn administer(stage: &Stage) -> Result<(), Failure> {
    stage
        .screen
        .headline(&format!("{ADMIN}: an IAM user, mapped to system:masters"));
    stage.screen.step("Who the cluster takes her for");
    stage.run(&kubectl(ADMIN, "auth whoami"), Outcome::Shows(ADMIN))?;
    stage.screen.step("She may read everything");
    stage.run(
        &kubectl(ADMIN, "get configmaps -A"),
        Outcome::Shows("kube-system"),
    )?;
    Ok(())
}

fn read(stage: &Stage) -> Result<(), Failure> {
    let title = format!("{READER}: a session of role {ROLE}, mapped to the group {GROUP}");
    stage.screen.headline(&title);
    stage.screen.step("Who the cluster takes him for");
    stage.run(&kubectl(READER, "auth whoami"), Outcome::Shows(GROUP))?;
    stage
        .screen
        .step("RBAC lets the group read the namespace shop");
    stage.run(
        &kubectl(READER, "get configmaps -n shop"),
        Outcome::Shows("prices"),
    )?;
    stage.screen.step("… and nothing elsewhere");
    let elsewhere = kubectl(READER, "get configmaps -n kube-system");
    stage.run(&elsewhere, Outcome::Refused("Forbidden"))?;
    Ok(())
}

fn knock(stage: &Stage, server: &mut Server) -> Result<(), Failure> {
    stage.screen.headline(&format!(
        "{STRANGER}: an IAM user whom aws-auth does not know"
    ));
    stage
        .screen
        .step("kubectl says no more than that she is not let in");
    stage.run(
        &kubectl(STRANGER, "auth whoami"),
        Outcome::Refused("Unauthorized"),
    )?;
    webhook::explain_refusal(stage, server, "access.yaml", "users")
}

fn farewell(stage: &Stage) {
    let seconds = stage.since().elapsed().as_secs();
    stage.screen.farewell(&format!(
        "Done in {seconds} s: kubectl → token-exec → kube-apiserver → authz-webhook → STS → aws-auth → RBAC."
    ));
}

fn kubectl(profile: &str, arguments: &str) -> String {
    format!("AWS_PROFILE={profile} kubectl {arguments}")
}

fn no_control_plane(error: BinariesError) -> Failure {
    let hint = match &error {
        BinariesError::Go(GoError::NoGo { .. }) => {
            "; install Go, or try `cargo demo -- --no-cluster`"
        }
        _ => "",
    };
    let mut failure = Failure::of("prepare the control plane")(error);
    failure.what.push_str(hint);
    failure
}

fn not_raised(error: ControlPlaneError) -> Failure {
    match error {
        ControlPlaneError::Ended {
            program,
            status,
            tail,
        } => Failure::new(format!("{program} ended ({status})"))
            .with_log(&format!("cluster/{program}.log"), &tail),
        ControlPlaneError::NotReady { program, tail } => {
            Failure::new(format!("{program} did not become ready"))
                .with_log(&format!("cluster/{program}.log"), &tail)
        }
        error @ ControlPlaneError::Io { .. } => Failure::of("start the control plane")(error),
    }
}

/// A namespace to read, and what the webhook itself may: watch one ConfigMap by its name.
const RBAC: &str = r#"apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: prices, namespace: shop}
data: {apple: "0.30", pear: "0.45"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: readers, namespace: shop}
rules:
- {apiGroups: [""], resources: [configmaps, pods, services], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: readers}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: shop-readers}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: authz-webhook, namespace: kube-system}
rules:
- {apiGroups: [""], resources: [configmaps], resourceNames: [aws-auth], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: authz-webhook, namespace: kube-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: authz-webhook}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: authz-webhook}
"#;
