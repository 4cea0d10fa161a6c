//! aws-auth changes while the cluster runs. There is one aws-auth, so these stories take turns.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use e2e::support::{
    cluster::{Cluster, Story, eventually},
    control_plane::{ReviewVersion, kubeconfig},
    keys::Keys,
};
use serde_json::{Value, json};

#[test]
fn a_changed_aws_auth_acts_in_the_webhook_within_two_seconds() {
    with_cluster(|story| {
        story.set_aws_auth(&json!({ "mapUsers": users(&["alice"]) }));
        let (alice, bob) = (story.sts.add_user("alice"), story.sts.add_user("bob"));
        assert!(eventually(WITHIN, || is_admitted(story, &alice)));
        assert!(!is_admitted(story, &bob));

        story.set_aws_auth(&json!({ "mapUsers": users(&["bob"]) }));

        assert!(eventually(WITHIN, || is_admitted(story, &bob)
            && !is_admitted(story, &alice)));
    });
}

#[test]
fn a_deleted_aws_auth_maps_nobody() {
    with_cluster(|story| {
        story.set_aws_auth(&json!({ "mapUsers": users(&["alice"]) }));
        let alice = story.sts.add_user("alice");
        assert!(eventually(WITHIN, || is_admitted(story, &alice)));
        forget_aws_auth(story);
        assert!(eventually(WITHIN, || !is_admitted(story, &alice)));
    });
}

#[test]
fn a_broken_aws_auth_keeps_what_worked_and_readyz_says_degraded() {
    with_cluster(|story| {
        story.set_aws_auth(&json!({ "mapUsers": users(&["alice"]) }));
        let alice = story.sts.add_user("alice");
        assert!(eventually(WITHIN, || is_admitted(story, &alice)));

        story.set_aws_auth(&json!({ "mapUsers": "- userarn: [unclosed\n" }));

        let readyz = || story.admin_listener("/readyz?verbose");
        assert!(
            eventually(WITHIN, || readyz().text().contains("degraded")),
            "{}",
            readyz().text()
        );
        assert_eq!(readyz().status, 200, "degraded is not unready");
        assert!(is_admitted(story, &alice));

        story.set_aws_auth(&json!({ "mapUsers": users(&["alice"]) }));
        assert!(eventually(WITHIN, || !readyz().text().contains("degraded")));
    });
}

#[test]
fn a_bad_entry_is_dropped_alone() {
    with_cluster(|story| {
        let mut entries = entries(&["alice"]);
        entries.push(json!({ "userarn": "arn:aws:iam::111122223333:user/bob" }));
        story.set_aws_auth(&json!({ "mapUsers": Value::from(entries).to_string() }));
        let (alice, bob) = (story.sts.add_user("alice"), story.sts.add_user("bob"));
        assert!(eventually(WITHIN, || is_admitted(story, &alice)));
        assert!(!is_admitted(story, &bob));
    });
}

#[test]
fn kube_apiserver_serves_an_acceptance_on_after_the_webhook_withdrew_it() {
    with_cluster(|story| {
        story.set_aws_auth(&json!({ "mapUsers": users(&["alice"]) }));
        let alice = story.sts.add_user("alice");
        assert!(eventually(WITHIN, || is_admitted(story, &alice)));
        let kubeconfig = kubeconfig_with(story, &story.token(&alice));
        let kubectl = story.kubectl(&kubeconfig);
        let is_served = || kubectl.command(&["auth", "whoami"]).run().code == Some(0);
        let begin = Instant::now();
        assert!(is_served());

        story.set_aws_auth(&json!({ "mapUsers": users(&["bob"]) }));

        assert!(
            eventually(WITHIN, || !is_admitted(story, &alice)),
            "the webhook knows at once"
        );
        assert!(
            eventually(Duration::from_secs(60), || !is_served()),
            "it is forgotten in the end"
        );
        let served_for = begin.elapsed();
        assert!(
            served_for >= OUTER_CACHE,
            "kube-apiserver asked again after {served_for:?}"
        );
    });
}

#[test]
fn aws_auth_sync_makes_aws_auth_only_when_told_and_changes_its_own_again() {
    with_cluster(|story| {
        forget_aws_auth(story);
        let access = write_access(story, "alice");
        let refused = story.aws_auth_sync(&["apply", &access]).run();
        assert_eq!(refused.code, Some(1), "{}", refused.stderr);
        assert!(refused.stderr.contains("--create"), "{}", refused.stderr);
        let absent = story.admin().command(&GET_AWS_AUTH).run();
        assert_eq!(absent.code, Some(1), "nothing is written without --create");

        story
            .aws_auth_sync(&["apply", "--create", &access])
            .succeed();
        let alice = story.sts.add_user("alice");
        assert!(eventually(WITHIN, || is_admitted(story, &alice)));

        let before = aws_auth(story);
        story.aws_auth_sync(&["apply", &access]).succeed();
        assert_eq!(aws_auth(story), before, "nothing to do is nothing written");

        let access = write_access(story, "bob");
        // Half of the entries may go, and all of a list only when told.
        let replaced = story.aws_auth_sync(&["apply", &access]).run();
        assert_eq!(replaced.code, Some(5), "{}", replaced.stderr);
        story
            .aws_auth_sync(&["apply", "--allow-mass-deletion", &access])
            .succeed();
        let bob = story.sts.add_user("bob");
        assert!(eventually(WITHIN, || is_admitted(story, &bob)
            && !is_admitted(story, &alice)));
    });
}

#[test]
fn aws_auth_sync_leaves_entries_that_somebody_else_wrote() {
    with_cluster(|story| {
        forget_aws_auth(story);
        story.set_aws_auth(&json!({ "mapUsers": users(&["bob"]) }));
        let before = aws_auth(story);
        let bobs = write_access(story, "bob");
        let refused = story.aws_auth_sync(&["apply", &bobs]).run();
        assert_eq!(refused.code, Some(4), "{}", refused.stderr);
        assert_eq!(aws_auth(story), before);

        let access = write_access(story, "alice");
        story.aws_auth_sync(&["apply", &access]).succeed();
        let [alice, bob] = ["alice", "bob"].map(|name| story.sts.add_user(name));
        assert!(eventually(WITHIN, || is_admitted(story, &alice)
            && is_admitted(story, &bob)));
    });
}

/// Whether the webhook lets in the caller who signs with `keys`, asked with a fresh token.
fn is_admitted(story: &Story<'_>, keys: &Keys) -> bool {
    let review = story.review(&story.token(keys));
    assert_eq!(review.response.status, 200, "the webhook decides");
    review.is_authenticated()
}

fn users(names: &[&str]) -> String {
    Value::from(entries(names)).to_string()
}

fn entries(names: &[&str]) -> Vec<Value> {
    let entry = |name: &&str| json!({ "userarn": arn(name), "username": name });
    names.iter().map(entry).collect()
}

fn arn(user: &str) -> String {
    format!("arn:aws:iam::111122223333:user/{user}")
}

fn write_access(story: &Story<'_>, user: &str) -> String {
    let access = json!({
        "apiVersion": "aws-auth-sync/v1",
        "kind": "AwsAuth",
        "owner": "platform",
        "users": [{ "userarn": arn(user), "username": user, "groups": ["readers"] }],
    });
    let path = story.sandbox.write("access.json", access.to_string());
    path.to_str()
        .expect("a sandbox has a plain path")
        .to_owned()
}

fn aws_auth(story: &Story<'_>) -> Value {
    story.admin().succeed(&GET_AWS_AUTH).json()
}

fn forget_aws_auth(story: &Story<'_>) {
    let delete = ["delete", "configmap", "aws-auth", "--namespace=kube-system"];
    story
        .admin()
        .command(&delete)
        .arg("--ignore-not-found")
        .succeed();
}

/// The cluster's kubeconfig with a token in the place of the plugin.
fn kubeconfig_with(story: &Story<'_>, token: &str) -> std::path::PathBuf {
    let (address, ca) = story.api_server();
    let text = kubeconfig::with_token(address, &ca, token);
    story.sandbox.write_private("token.kubeconfig", text)
}

fn with_cluster(play: impl FnOnce(&Story<'_>)) {
    static CLUSTER: Mutex<Option<Cluster>> = Mutex::new(None);
    let mut cluster = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    if cluster.is_none() {
        *cluster = Cluster::start("changes", ReviewVersion::V1, CACHE_TTL);
    }
    if let Some(cluster) = &*cluster {
        play(&cluster.story());
    }
}

const GET_AWS_AUTH: [&str; 5] = [
    "get",
    "configmap",
    "aws-auth",
    "--namespace=kube-system",
    "--output=json",
];

/// What the webhook promises.
const WITHIN: Duration = Duration::from_secs(2);

/// `--authentication-token-webhook-cache-ttl`.
const CACHE_TTL: Duration = Duration::from_secs(2);

/// What kube-apiserver keeps acceptances for on top of that, without a flag for it.
const OUTER_CACHE: Duration = Duration::from_secs(10);
