//! Every file of `examples/` does what it is there for.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use e2e::support::{
    command::Output, control_plane::binaries, kubectl::Kubectl, pki::Ca, programs::Program,
    sandbox::Sandbox, sts::Sts, webhook::Webhook,
};
use iam_core::aws_auth::{Entry, Manifest};
use serde_json::{Value, json};

#[test]
fn there_is_a_story_for_every_example() {
    let found: BTreeSet<String> = files_below(&example(""))
        .iter()
        .map(|file| {
            file.strip_prefix(example(""))
                .unwrap()
                .display()
                .to_string()
        })
        .collect();
    let told = [
        "access-entries.yaml",
        "access/admins.yaml",
        "access/developers.yaml",
        "access/nodes.yaml",
        "aws-auth.yaml",
        "describe-cluster.json",
        "gitops/argocd-application.yaml",
        "gitops/aws-auth.yaml",
        "kubeconfig.yaml",
        "webhook.yaml",
    ];
    assert_eq!(found, told.map(str::to_owned).into());
}

#[test]
fn the_access_files_render_to_one_aws_auth_for_the_cluster_they_name() {
    let sandbox = Sandbox::new("examples");
    let cluster = "arn:aws:eks:us-west-2:111122223333:cluster/demo";
    let output = render(&sandbox, &["--cluster", cluster], "access");
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    let nodes = "system:bootstrappers,system:nodes";
    let fargate = "system:bootstrappers,system:nodes,system:node-proxier";
    let role = |account: &str, name: &str| format!("arn:aws:iam::{account}:role/{name}");
    let user = "arn:aws:iam::111122223333:user/ops/break-glass";
    let expected = [
        (
            role("111122223333", "cluster-admin"),
            "admin:{{SessionName}}",
            "system:masters",
        ),
        (
            role("111122223333", "developer"),
            "dev:{{SessionName}}",
            "developers",
        ),
        (role("444455556666", "pipeline"), "pipeline", "deployers"),
        (
            role("111122223333", "demo-node"),
            "system:node:{{EC2PrivateDNSName}}",
            nodes,
        ),
        (
            role("111122223333", "demo-fargate"),
            "system:node:{{SessionName}}",
            fargate,
        ),
        (user.to_owned(), "break-glass", "system:masters"),
    ];
    let expected = expected.map(|(arn, name, groups)| (arn, name.to_owned(), groups.to_owned()));
    assert_eq!(entries(&output.stdout), expected);

    let other = cluster.replace("demo", "other");
    let refused = render(&sandbox, &["--cluster", &other], "access");
    assert_eq!(
        (refused.code, refused.stdout.as_str()),
        (Some(5), ""),
        "`cluster:` is a guard"
    );
}

#[test]
fn the_aws_auth_written_by_hand_renders_to_the_same_entries() {
    let sandbox = Sandbox::new("examples");
    let output = render(&sandbox, &[], "aws-auth.yaml");
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    let by_hand = fs::read_to_string(example("aws-auth.yaml")).unwrap();
    assert_eq!(entries(&output.stdout), entries(&by_hand));
    assert_eq!(entries(&by_hand).len(), 4);
}

#[test]
fn the_aws_auth_among_other_objects_takes_the_entries_and_keeps_what_holds_others_off() {
    let sandbox = Sandbox::new("examples");
    let there = example("gitops/aws-auth.yaml");
    let flag = format!("--live-file={}", there.display());
    let output = render(&sandbox, &[&flag], "access");
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert_eq!(entries(&output.stdout).len(), 6);
    let text = fs::read_to_string(there).unwrap();
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| {
            line.contains("sync-options")
                || line.contains("fluxcd.io")
                || line.contains("resource-policy")
        })
        .collect();
    assert_eq!(kept.len(), 4);
    for line in kept {
        assert!(output.stdout.contains(line), "{line}");
    }
}

#[test]
fn the_application_leaves_alone_what_is_written_into_the_aws_auth_beside_it() {
    let application = json_of(&example("gitops/argocd-application.yaml"));
    let manifest = json_of(&example("gitops/aws-auth.yaml"));
    let ignored = &application["spec"]["ignoreDifferences"][0];
    for field in ["name", "namespace"] {
        assert_eq!(ignored[field], manifest["metadata"][field]);
    }
    assert_eq!(
        ignored["jsonPointers"],
        json!(["/data", "/metadata/annotations"])
    );
}

#[test]
fn the_description_makes_the_kubeconfig_of_the_examples() {
    let sandbox = Sandbox::new("examples");
    let command = sandbox.command(Program::KubeconfigGen);
    let command = command.args(["update", "--dry-run", "--from-file"]);
    let made = command
        .arg(example("describe-cluster.json"))
        .succeed()
        .stdout;
    let token_exec = Program::TokenExec.path().display().to_string();
    let written = fs::read_to_string(example("kubeconfig.yaml")).unwrap();
    let without_comments: Vec<&str> = written
        .lines()
        .skip_while(|line| line.is_empty() || line.starts_with('#'))
        .collect();
    assert_eq!(
        made.replace(&token_exec, "token-exec")
            .lines()
            .collect::<Vec<_>>(),
        without_comments
    );
}

#[test]
fn the_webhook_configuration_checks() {
    let sandbox = Sandbox::new("examples");
    let config = webhook_config(&sandbox);
    let check = sandbox
        .command(Program::AuthzWebhook)
        .args(["check", "--config"])
        .arg(config);
    let checked = check.run();
    let path = sandbox.path().join("webhook.yaml");
    let report = format!(
        "notice: {}: no fault, 4 mappings in files\n",
        path.display()
    );
    assert_eq!(
        (checked.code, checked.stdout, checked.stderr),
        (Some(0), String::new(), report)
    );
}

#[test]
fn the_access_entries_check_beside_a_configuration_that_names_them() {
    let sandbox = Sandbox::new("examples");
    let config = webhook_config(&sandbox);
    let text = fs::read_to_string(&config).unwrap();
    let entries = format!("  accessEntries: [{:?}]\n", example("access-entries.yaml"));
    let modes = "  backendMode:\n  - AccessEntries\n";
    let with_entries = text.replace("  backendMode:\n", &(entries + modes));
    fs::write(&config, with_entries).unwrap();
    let check = sandbox
        .command(Program::AuthzWebhook)
        .args(["check", "--config"])
        .arg(&config)
        .run();
    let warning = format!(
        "warning: MountedFile {} mapRoles[1] line ",
        config.display()
    );
    let (first, report) = check.stderr.split_once('\n').unwrap();
    assert!(first.starts_with(&warning), "{}", check.stderr);
    assert!(first.ends_with("accessEntries[0] line 5 wins"), "{first}");
    let expected = format!(
        "notice: {}: no fault, 8 mappings in files; /authorize is served\n",
        config.display()
    );
    assert_eq!((check.code, report), (Some(0), expected.as_str()));
}

#[test]
fn kubectl_reads_the_stanza_and_the_webhook_of_the_examples_knows_its_caller() {
    let Some(binaries) = binaries::for_tests() else {
        return;
    };
    let sandbox = Sandbox::new("examples");
    let ca = Ca::new("examples");
    let sts = Sts::start(&ca, sandbox.secrets());
    let view = Kubectl::new(&sandbox, binaries, &example("kubeconfig.yaml"));
    let view = view
        .succeed(&["config", "view", "--minify", "--output=json"])
        .json();
    let exec = &view["users"][0]["user"]["exec"];
    assert_eq!(exec["command"], json!("token-exec"));
    let arguments = exec["args"].as_array().expect("a stanza has arguments");
    let arguments: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
    let info = json!({ "apiVersion": exec["apiVersion"], "kind": "ExecCredential", "spec": {} });

    let keys = sts.add_assumed_role("developer", "ann");
    let plugin = sandbox
        .command(Program::TokenExec)
        .keys(&keys)
        .args(arguments);
    let plugin = plugin
        .env("KUBERNETES_EXEC_INFO", info.to_string())
        .bearer_on_stdout();
    let token = plugin.succeed().json()["status"]["token"].take();
    let token = token.as_str().expect("a credential has a token");

    let config = fs::read_to_string(webhook_config(&sandbox)).unwrap();
    let resolve: serde_json::Map<_, _> = sts
        .resolve()
        .into_iter()
        .map(|(host, address)| (host, json!(address.to_string())))
        .collect();
    let local = format!(
        "server:\n  adminPort: 0\n  stsResolve: {}\n  stsCABundle: {}\n",
        Value::from(resolve),
        sandbox.write("sts-ca.pem", ca.pem()).display(),
    );
    let config = replaced(
        &replaced(&config, "server:\n", &local),
        "port: 21362",
        "port: 0",
    );
    let review = Webhook::start(&sandbox, &config).authenticate(token);
    let groups = review.status().pointer("/user/groups");
    assert_eq!(
        (review.username(), groups),
        (Some("dev:ann"), Some(&json!(["developers"])))
    );
}

/// The example with its directory in the sandbox: all that a person has to adapt.
fn webhook_config(sandbox: &Sandbox) -> PathBuf {
    let text = fs::read_to_string(example("webhook.yaml")).expect("the example can be read");
    let state = sandbox.path().join("webhook/state").display().to_string();
    sandbox.write(
        "webhook.yaml",
        replaced(&text, "/var/lib/authz-webhook", &state),
    )
}

fn render(sandbox: &Sandbox, flags: &[&str], name: &str) -> Output {
    let command = sandbox.command(Program::AwsAuthSync).arg("render");
    command.args(flags.iter().copied()).arg(example(name)).run()
}

/// What the consumer reads in a manifest: whom, the username, the groups.
fn entries(manifest: &str) -> Vec<(String, String, String)> {
    let document = Manifest::parse(manifest)
        .expect("it is a manifest")
        .document;
    assert_eq!(document.diagnostics, []);
    let entry = |entry: &Entry| {
        (
            entry.identity.to_string(),
            entry.username.clone(),
            entry.groups.join(","),
        )
    };
    document.entries.iter().map(entry).collect()
}

/// `text` with `to` in the place of `from`, which stands in it once.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from} stands in it once");
    text.replace(from, to)
}

fn example(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples")).join(name)
}

fn json_of(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("the example can be read");
    serde_saphyr::from_str(&text).expect("the example is YAML")
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("the examples can be read");
    let below = |path: PathBuf| {
        if path.is_dir() {
            files_below(&path)
        } else {
            vec![path]
        }
    };
    entries
        .flat_map(|entry| below(entry.expect("the examples can be read").path()))
        .collect()
}
