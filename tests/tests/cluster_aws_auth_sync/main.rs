//! aws-auth-sync against a real kube-apiserver: what it writes, what it leaves alone, which rights
//! it needs. There is one aws-auth in a cluster, so these stories take turns.

#![expect(
    clippy::indexing_slicing,
    reason = "a test may stop where its own ground gives way"
)]

mod announce;
mod confirm;
mod deploy;
mod explain;
mod export;
mod guards;
mod history;
mod lint;
mod monitor;
mod origins;
mod others_work;
mod own_work;
mod plans;
mod pod;
mod races;
mod render;
mod report;
mod rights;
mod rollback;
mod watch;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use e2e::support::{
    cluster::{Cluster, Story},
    command::Output,
    control_plane::ReviewVersion,
    process::Process,
};
use serde_json::{Value, json};

/// A source of the owner `platform`: a role and a user. A story changes one thing of it.
fn source() -> Value {
    json!({
        "apiVersion": "aws-auth-sync/v1",
        "kind": "AwsAuth",
        "owner": "platform",
        "roles": [{ "rolearn": DEVELOPER, "username": "developer", "groups": ["developers"] }],
        "users": [{ "userarn": ALICE, "username": "alice", "groups": ["readers"] }],
    })
}

/// [`source`] with other groups for its role.
fn source_with_groups(groups: &[&str]) -> Value {
    let mut source = source();
    source["roles"][0]["groups"] = json!(groups);
    source
}

/// What [`source`] becomes.
fn data() -> Value {
    json!({
        "mapRoles": "- rolearn: arn:aws:iam::111122223333:role/developer\n  \
                     username: developer\n  groups:\n  - developers\n",
        "mapUsers": "- userarn: arn:aws:iam::111122223333:user/alice\n  \
                     username: alice\n  groups:\n  - readers\n",
    })
}

/// Runs `aws-auth-sync apply` on a source as the cluster's administrator.
fn apply(story: &Story<'_>, flags: &[&str], source: &Value) -> Output {
    let file = write(story, "access.json", source);
    story
        .aws_auth_sync(&["apply", &file])
        .args(flags.iter().copied())
        .run()
}

/// Has aws-auth made from [`source`] and returns it.
fn made(story: &Story<'_>) -> Value {
    let output = apply(story, &["--create"], &source());
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    live(story).expect("aws-auth is there now")
}

/// Writes a source into the sandbox and returns its path.
fn write(story: &Story<'_>, name: &str, source: &Value) -> String {
    let path = story.sandbox.write(name, source.to_string());
    path.to_str()
        .expect("a sandbox has a plain path")
        .to_owned()
}

/// The live aws-auth with its managed fields, if there is one.
fn live(story: &Story<'_>) -> Option<Value> {
    story.aws_auth()
}

/// Changes the live aws-auth as a person would.
fn kubectl(story: &Story<'_>, verb: &str, args: &[&str]) {
    let command = story.admin().command(&[verb, "configmap", "aws-auth"]);
    command
        .arg("--namespace=kube-system")
        .args(args.iter().copied())
        .succeed();
}

/// Who wrote the data of an aws-auth, as the API server tells it.
fn managers(live: &Value) -> Vec<&str> {
    let fields = live["metadata"]["managedFields"]
        .as_array()
        .expect("the API server keeps them");
    let of_data = fields
        .iter()
        .filter(|entry| !entry["fieldsV1"]["f:data"].is_null());
    of_data
        .filter_map(|entry| entry["manager"].as_str())
        .collect()
}

/// A section of the live aws-auth.
fn section(story: &Story<'_>, key: &str) -> String {
    let live = live(story).expect("aws-auth is there");
    live["data"][key].as_str().unwrap_or_default().to_owned()
}

/// Has kubectl give a section of the live aws-auth another text.
fn rewrite(story: &Story<'_>, key: &str, text: &str) {
    let patch = json!({ "data": { key: text } }).to_string();
    kubectl(story, "patch", &["--type=merge", "--patch", &patch]);
}

fn resource_version(live: &Value) -> &str {
    live["metadata"]["resourceVersion"]
        .as_str()
        .expect("every object has one")
}

/// Exit code, stdout and stderr: all that a command says.
fn said(output: &Output) -> (Option<i32>, &str, &str) {
    (output.code, &output.stdout, &output.stderr)
}

/// Starts the controller as the cluster's administrator.
fn start_watch(story: &Story<'_>, name: &str, arguments: &[&str]) -> Process {
    let command = story.aws_auth_sync(&["watch"]);
    command
        .args(arguments.iter().copied())
        .start(&format!("watch-{name}"))
}

/// The first line of its log that holds `words`.
fn wait(controller: &Process, words: &str) -> String {
    controller.wait_for_stderr(LONG, |line| line.contains(words).then(|| line.to_owned()))
}

/// Plays a story on a cluster that has no aws-auth.
fn with_cluster(play: impl FnOnce(&Story<'_>)) {
    static CLUSTER: Mutex<Option<Cluster>> = Mutex::new(None);
    let mut cluster = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    if cluster.is_none() {
        *cluster = Cluster::start("sync", ReviewVersion::V1, Duration::from_secs(2));
    }
    if let Some(cluster) = &*cluster {
        let story = cluster.story();
        kubectl(&story, "delete", &["--ignore-not-found"]);
        let backups = [
            "delete",
            "configmaps",
            "--selector=aws-auth-sync/backup=true",
        ];
        let _deleted = story
            .admin()
            .command(&backups)
            .arg("--namespace=kube-system")
            .succeed();
        play(&story);
    }
}

const DEVELOPER: &str = "arn:aws:iam::111122223333:role/developer";
const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
/// Longer than anything takes here.
const LONG: Duration = Duration::from_secs(60);
const NOTHING_TO_DO: &str = "aws-auth is as it should be: nothing is written\n";
