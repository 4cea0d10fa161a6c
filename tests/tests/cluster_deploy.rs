//! What `deploy/` holds: taken by a real API server, understood by the program, and no more
//! privileged than it has to be.

#![cfg(test)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Duration,
};

use e2e::support::{
    cluster::{Cluster, Story},
    control_plane::{ReviewVersion, binaries},
    programs::{Program, progress},
    sandbox::Sandbox,
};
use serde_json::{Value, json};

#[test]
fn the_api_server_takes_the_manifests() {
    let Some(story) = story() else { return };
    for manifest in ["daemonset.yaml", "kubeadm/authz-webhook.yaml"] {
        let file = deploy(manifest).display().to_string();
        let filename = format!("--filename={file}");
        let apply = ["apply", "--server-side", "--validate=strict", &filename];
        let dry = story.admin().command(&apply).arg("--dry-run=server");
        dry.succeed();
    }
}

#[test]
fn the_daemon_set_may_read_aws_auth_and_nothing_else() {
    let Some(story) = story() else { return };
    let file = format!("--filename={}", deploy("daemonset.yaml").display());
    let _ = story.admin().succeed(&["apply", "--server-side", &file]);
    let may = |verb: &str, what: &str| {
        let own = "--as=system:serviceaccount:kube-system:authz-webhook";
        let asked = ["auth", "can-i", verb, what, "--namespace=kube-system", own];
        story.admin().command(&asked).run().stdout.trim() == "yes"
    };
    for verb in ["get", "list", "watch"] {
        assert!(may(verb, "configmaps/aws-auth"), "{verb}");
    }
    for (verb, what) in [
        ("update", "configmaps/aws-auth"),
        ("get", "configmaps/authz-webhook"),
        ("list", "configmaps"),
        ("get", "secrets"),
        ("create", "tokenreviews"),
        ("impersonate", "users"),
    ] {
        assert!(!may(verb, what), "{verb} {what}");
    }
}

#[test]
fn pods_run_as_nobody_on_a_root_that_nobody_writes() {
    for (manifest, pod) in pods() {
        let security = &pod["securityContext"];
        assert_eq!(security["runAsNonRoot"], true, "{manifest}");
        assert_eq!(security["seccompProfile"]["type"], "RuntimeDefault");
        for container in containers(&pod) {
            let own = &container["securityContext"];
            let name = &container["name"];
            assert_eq!(own["readOnlyRootFilesystem"], true, "{manifest} {name}");
            assert_eq!(own["allowPrivilegeEscalation"], false, "{manifest} {name}");
            assert_eq!(own["capabilities"]["drop"], json!(["ALL"]));
            let is_root = own["runAsUser"] == 0;
            assert_eq!(is_root, name == "directories", "{manifest} {name}");
            let gained = match is_root {
                true => json!(["CHOWN"]),
                false => Value::Null,
            };
            assert_eq!(own["capabilities"]["add"], gained, "{manifest} {name}");
        }
        let mounts = containers(&pod).flat_map(|it| it["volumeMounts"].as_array().unwrap());
        let written = mounts.filter(|mount| mount["readOnly"] != true);
        for mount in written {
            let path = mount["mountPath"].as_str().unwrap();
            assert!(WRITTEN.contains(&path), "{manifest} {path}");
        }
    }
}

#[test]
fn the_program_understands_what_it_is_told_everywhere() {
    let example = fs::read_to_string(deploy("../examples/webhook.yaml")).unwrap();
    let [config_map] = of_kind("daemonset.yaml", "ConfigMap").try_into().unwrap();
    let [kops] = documents("kops/cluster.yaml").try_into().unwrap();
    let kops_config = &kops["spec"]["fileAssets"][0];
    assert_eq!(kops_config["path"], "/etc/authz-webhook/config.yaml");
    let [static_pod, daemon_set] = pods().map(|(_, pod)| served_with(&pod));
    expect_understood(
        "daemon-set",
        &daemon_set,
        &config_map["data"]["config.yaml"],
    );
    expect_understood("kops", &static_pod, &kops_config["content"]);
    let unit: Vec<_> = unit_words().into_iter().skip(1).collect();
    expect_understood("unit", &unit, &json!(example));
    let directories = "/etc/kubernetes/authz-webhook/kubeconfig.yaml";
    let own = format!("server:\n  generateKubeconfig: {directories}\n");
    let example = example.replace("server:\n", &own);
    expect_understood("static-pod", &static_pod, &json!(example));
}

/// `init` and `check` go along with the arguments of `serve`, and with this configuration.
fn expect_understood(name: &str, words: &[String], config: &Value) {
    let sandbox = Sandbox::new(name);
    let root = sandbox.path().display().to_string();
    let here = |text: &str| {
        ROOTS.iter().fold(text.to_owned(), |text, path| {
            text.replace(path, &format!("{root}{path}"))
        })
    };
    // There is no cluster around it, whose service account would be used.
    let config = here(config.as_str().unwrap()).replace(", EKSConfigMap", "");
    sandbox.write("etc/authz-webhook/config.yaml", config);
    let [serve, args @ ..] = words else {
        panic!("{name} serves nothing");
    };
    assert_eq!(serve, "serve", "{name}");
    for job in ["init", "check"] {
        let command = sandbox.command(Program::AuthzWebhook).arg(job);
        command.args(args.iter().map(|word| here(word))).succeed();
    }
}

/// The arguments of a pod's webhook.
fn served_with(pod: &Value) -> Vec<String> {
    let own = containers(pod).filter(|container| container["args"].is_array());
    let args = own.last().unwrap()["args"].as_array().unwrap();
    let words = args.iter().map(|word| word.as_str().unwrap().to_owned());
    words.collect()
}

#[test]
fn kube_apiserver_has_the_flags_that_kubeadm_and_kops_are_told() {
    let Some(binaries) = binaries::for_tests() else {
        return;
    };
    let help = Command::new(binaries.kube_apiserver())
        .arg("--help")
        .output();
    let help = String::from_utf8(help.unwrap().stdout).unwrap();
    let [kubeadm] = documents("kubeadm/cluster-configuration.yaml")
        .try_into()
        .unwrap();
    let told = kubeadm["apiServer"]["extraArgs"].as_array().unwrap();
    let told = told
        .iter()
        .map(|arg| arg["name"].as_str().unwrap().to_owned());
    let [kops] = documents("kops/cluster.yaml").try_into().unwrap();
    // kops writes a flag's words together: authenticationTokenWebhookCacheTtl.
    let words = |name: &String| {
        let dashed = name
            .chars()
            .map(|letter| match letter.is_ascii_uppercase() {
                true => format!("-{}", letter.to_ascii_lowercase()),
                false => letter.to_string(),
            });
        dashed.collect::<String>()
    };
    let of_kops = kops["spec"]["kubeAPIServer"]
        .as_object()
        .unwrap()
        .keys()
        .map(words);
    for flag in told.chain(of_kops) {
        assert!(help.contains(&format!("--{flag} ")), "{flag}");
    }
}

#[test]
fn systemd_takes_the_unit() {
    let sandbox = Sandbox::new("unit");
    let unit = fs::read_to_string(deploy("systemd/authz-webhook.service")).unwrap();
    let here = Program::AuthzWebhook.path().display().to_string();
    let unit = unit.replace("/usr/local/bin/authz-webhook", &here);
    let file = sandbox.write("authz-webhook.service", unit);
    let verify = ["verify", "--man=no", "--recursive-errors=no"];
    let verified = Command::new("systemd-analyze")
        .args(verify)
        .arg(file)
        .output();
    let Ok(verified) = verified else {
        progress("without systemd-analyze nobody verifies the unit");
        return;
    };
    let words = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && words.is_empty(), "{words}");
}

/// The words after `ExecStart=`.
fn unit_words() -> Vec<String> {
    let unit = fs::read_to_string(deploy("systemd/authz-webhook.service")).unwrap();
    let unit = unit.replace("\\\n", " ");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    start
        .unwrap()
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// Every pod, by the file that it is in.
fn pods() -> [(&'static str, Value); 2] {
    let [pod] = of_kind("kubeadm/authz-webhook.yaml", "Pod")
        .try_into()
        .unwrap();
    let [set] = of_kind("daemonset.yaml", "DaemonSet").try_into().unwrap();
    [
        ("kubeadm/authz-webhook.yaml", pod["spec"].clone()),
        ("daemonset.yaml", set["spec"]["template"]["spec"].clone()),
    ]
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    let of = |kind: &str| pod[kind].as_array().into_iter().flatten();
    of("initContainers").chain(of("containers"))
}

fn of_kind(file: &str, kind: &str) -> Vec<Value> {
    let mut documents = documents(file);
    documents.retain(|document| document["kind"] == kind);
    documents
}

fn documents(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(deploy(file)).unwrap();
    serde_saphyr::from_multiple(&text).unwrap()
}

fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../deploy")
        .join(file)
}

/// A cluster with the one service account that a controller would have made.
fn story() -> Option<Story<'static>> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let start = || {
        let cluster = Cluster::start("deploy", ReviewVersion::V1, Duration::from_secs(10))?;
        let metadata = json!({ "name": "default", "namespace": "kube-system" });
        let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata });
        cluster.admin().apply(&account);
        Some(cluster)
    };
    CLUSTER.get_or_init(start).as_ref().map(Cluster::story)
}

/// Where the files of a node are.
const ROOTS: [&str; 5] = [
    "/etc/authz-webhook",
    "/etc/kubernetes/",
    "/run/",
    "/srv/kubernetes/",
    "/var/lib/",
];

/// What a pod may write to.
const WRITTEN: [&str; 2] = ["/var/lib/authz-webhook", "/etc/kubernetes/authz-webhook"];
