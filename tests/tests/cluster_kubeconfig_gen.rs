//! What kubeconfig-gen writes, in the hands of the real kubectl.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    time::Duration,
};

use e2e::support::{
    cluster::{CLUSTER, Cluster, REGION, Story, eventually},
    command::Command,
    control_plane::{ReviewVersion, binaries},
    kubectl::Kubectl,
    programs::Program,
    sandbox::Sandbox,
};
use serde_json::{Value, json};

#[test]
fn a_new_user_reaches_the_cluster_through_the_file_it_wrote() {
    let Some(cluster) = Cluster::start("new-user", ReviewVersion::V1, Duration::from_secs(2))
    else {
        return;
    };
    let story = cluster.story();
    let home = story.sandbox.path().join("new-home");
    fs::create_dir(&home).unwrap();
    let file = home.join(".kube/config");

    let written = update(&story, &home).succeed();

    let added = format!("Added new context {CLUSTER} to {}\n", file.display());
    assert_eq!((written.stdout, written.stderr), (added, String::new()));
    let directory = home.join(".kube");
    assert_eq!([&file, &directory].map(|path| mode(path)), [0o600, 0o700]);
    let alice = story.sts.add_user("alice");
    let mapped = json!([{
        "userarn": "arn:aws:iam::111122223333:user/alice",
        "username": "alice@example.com",
        "groups": ["readers"],
    }]);
    story.set_aws_auth(&json!({ "mapUsers": mapped.to_string() }));
    let admitted = || story.review(&story.token(&alice)).is_authenticated();
    assert!(eventually(Duration::from_secs(2), admitted));
    // As a person types it: neither a flag nor a variable names the file.
    let whoami = story.admin().command(&["auth", "whoami", "--output=json"]);
    let whoami = whoami
        .without_env("KUBECONFIG")
        .env("HOME", &home)
        .keys(&alice);
    let user = whoami.succeed().json()["status"]["userInfo"].take();
    assert_eq!(
        (&user["username"], &user["groups"]),
        (
            &json!("alice@example.com"),
            &json!(["readers", "system:authenticated"])
        ),
    );

    writes_nothing_again(&story, &home);
}

/// The second run of the same command.
fn writes_nothing_again(story: &Story<'_>, home: &Path) {
    let file = home.join(".kube/config");
    let written = || {
        let data = fs::metadata(&file).expect("the file is there");
        (data.ino(), fs::read(&file).expect("the file is there"))
    };
    let before = written();
    let again = update(story, home).succeed();
    let updated = format!("Updated context {CLUSTER} in {}\n", file.display());
    assert_eq!((again.stdout, again.stderr), (updated, String::new()));
    assert_eq!(written(), before);
}

#[test]
fn kubectl_reads_what_was_made_of_a_description() {
    let Some(binaries) = binaries::for_tests() else {
        return;
    };
    let sandbox = Sandbox::new("describe");
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/describe-cluster.json"
    );
    let token_exec = Program::TokenExec.path();
    let file = sandbox.path().join("a directory/config");
    let command = sandbox.command(Program::KubeconfigGen);
    let command = command
        .args(["update", "--from-file", example, "--kubeconfig"])
        .arg(&file);
    command
        .args([
            "--alias",
            "012345678901",
            "--user-alias=on",
            "--namespace=1e3",
        ])
        .succeed();

    let view = Kubectl::new(&sandbox, binaries, &file);
    let view = view
        .succeed(&["config", "view", "--raw", "--output=json"])
        .json();

    let described: Value = serde_json::from_str(&fs::read_to_string(example).unwrap()).unwrap();
    let described = &described["cluster"];
    let exec = &view["users"][0]["user"]["exec"];
    let expected = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "012345678901",
        "clusters": [{
            "name": described["arn"],
            "cluster": {
                "server": described["endpoint"],
                "certificate-authority-data": described["certificateAuthority"]["data"],
            },
        }],
        "contexts": [{
            "name": "012345678901",
            "context": { "cluster": described["arn"], "user": "on", "namespace": "1e3" },
        }],
        "users": [{ "name": "on", "user": { "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": token_exec,
            "args": ["--region=us-west-2", "--cluster-name=demo"],
            "env": null,
            "installHint": exec["installHint"],
            "interactiveMode": "Never",
            "provideClusterInfo": false,
        } } }],
    });
    assert_eq!(view, expected);
}

#[test]
fn kubectl_shows_the_hint_where_token_exec_is_missing() {
    let Some(binaries) = binaries::for_tests() else {
        return;
    };
    let sandbox = Sandbox::new("no-plugin");
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/describe-cluster.json"
    );
    // Alone in its directory, kubeconfig-gen finds no token-exec beside it.
    let alone = sandbox.path().join("tmp/kubeconfig-gen");
    fs::copy(Program::KubeconfigGen.path(), &alone).unwrap();
    // A program that reads tokens knows how they begin.
    sandbox.may_hold_secrets(&alone);
    let written = sandbox
        .command(&alone)
        .args(["update", "--from-file", example])
        .succeed();
    let warning = "warning: token-exec is neither on PATH nor beside kubeconfig-gen: kubectl will \
                   not find it\n";
    assert_eq!(written.stderr, warning);
    let file = sandbox.home().join(".kube/config");
    let call = Kubectl::new(&sandbox, binaries, &file)
        .command(&["get", "--raw", "/"])
        .run();
    let hint = "token-exec signs the tokens of this user. Install it in a directory on PATH, or \
                beside kubeconfig-gen and run kubeconfig-gen update again.";
    assert_eq!(call.code, Some(1));
    assert!(call.stderr.contains(hint), "{}", call.stderr);
}

/// `kubeconfig-gen update` for the story's cluster, in a home.
fn update<'a>(story: &'a Story<'_>, home: &Path) -> Command<'a> {
    let (address, ca) = story.api_server();
    let ca = story.sandbox.write("api-server-ca.pem", ca);
    let command = story
        .sandbox
        .command(Program::KubeconfigGen)
        .env("HOME", home);
    let command = command.args([
        "update",
        "--name",
        CLUSTER,
        "--region",
        REGION,
        "--endpoint",
    ]);
    command
        .arg(format!("https://{address}"))
        .arg("--ca-file")
        .arg(ca)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o7777
}
