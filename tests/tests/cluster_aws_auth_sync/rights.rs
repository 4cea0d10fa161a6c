//! What RBAC has to allow, and which cluster is meant.

use std::time::Duration;

use e2e::support::{
    cluster::{Story, eventually},
    command::Output,
};
use serde_json::{Value, json};

use super::{data, live, made, said, source, source_with_groups, with_cluster, write};

#[test]
fn without_a_role_it_is_told_which_one_it_needs() {
    with_cluster(|story| {
        let before = made(story);
        let refused = apply_as(story, "stranger", &source_with_groups(&["changed"]));
        assert_eq!(
            said(&refused),
            (Some(1), "", forbidden("stranger", "get").as_str())
        );
        assert_eq!(live(story), Some(before));
    });
}

#[test]
fn a_role_that_lacks_patch_changes_nothing() {
    with_cluster(|story| {
        let before = made(story);
        grant(
            story,
            "half",
            &json!([
                { "apiGroups": [""], "resources": ["configmaps"], "verbs": BACKUPS },
            ]),
        );
        let refused = apply_as(story, "half", &source_with_groups(&["changed"]));
        assert_eq!(
            said(&refused),
            (Some(1), "", forbidden("half", "patch").as_str())
        );
        assert_eq!(live(story), Some(before));
    });
}

#[test]
fn the_role_of_the_hint_is_enough_to_make_and_to_change_it() {
    with_cluster(|story| {
        grant(
            story,
            "deployer",
            &json!([
                {
                    "apiGroups": [""],
                    "resources": ["configmaps"],
                    "resourceNames": ["aws-auth"],
                    "verbs": ["get", "patch"],
                },
                { "apiGroups": [""], "resources": ["configmaps"], "verbs": BACKUPS },
            ]),
        );
        for source in [source_with_groups(&["first"]), source()] {
            let output = apply_as(story, "deployer", &source);
            assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        }
        assert_eq!(live(story).expect("aws-auth is there")["data"], data());
    });
}

#[test]
fn a_role_that_may_save_nothing_writes_only_when_told_that_there_is_no_way_back() {
    with_cluster(|story| {
        let before = made(story);
        grant(
            story,
            "unsaved",
            &json!([
                { "apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "patch", "create"] },
            ]),
        );
        let changed = source_with_groups(&["changed"]);
        let refused = apply_as(story, "unsaved", &changed);
        let message = "aws-auth-sync: apply: save aws-auth before it is changed: list the backups \
                       (configmaps in kube-system): configmaps is forbidden: User \"unsaved\" \
                       cannot list resource \"configmaps\" in API group \"\" in the namespace \
                       \"kube-system\" (HTTP 403)\n\
                       hint: a Role in kube-system must allow create, get, list and delete on \
                       configmaps; --no-backup writes without a way back\n";
        assert_eq!(said(&refused), (Some(1), "", message));
        assert_eq!(live(story), Some(before));
        let file = write(story, "access.json", &changed);
        let told = story.aws_auth_sync(&["apply", "--no-backup", &file]);
        let told = told
            .env("KUBECONFIG", story.client_kubeconfig("unsaved"))
            .run();
        assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""));
    });
}

#[test]
fn asks_nothing_of_a_cluster_that_the_sources_are_not_for() {
    with_cluster(|story| {
        let server = format!("https://{}/", story.api_server().0);
        let other = "arn:aws:eks:us-west-2:111122223333:cluster/other";
        let mut source = source();
        source["cluster"] = json!(other);
        let column = source.to_string().find(&format!("\"{other}")).unwrap() + 1;
        let file = write(story, "access.json", &source);
        let message = format!(
            "aws-auth-sync: C05: {file}:1:{column} is for cluster {other}, and the kubeconfig's is \
             local at {server}\n\
             hint: give --allow-other-cluster if that is what you want\n",
        );
        let refused = apply_as(story, "bystander", &source);
        assert_eq!(said(&refused), (Some(5), "", message.as_str()));
        assert!(!was_heard_of(story, "bystander"));

        source["cluster"] = json!(server);
        assert_eq!(apply_as(story, "bystander", &source).code, Some(1));
        assert!(
            was_heard_of(story, "bystander"),
            "the right cluster is asked"
        );
    });
}

fn apply_as(story: &Story<'_>, user: &str, source: &Value) -> Output {
    let file = write(story, "access.json", source);
    let command = story.aws_auth_sync(&["apply", "--create", &file]);
    command
        .env("KUBECONFIG", story.client_kubeconfig(user))
        .run()
}

/// What is said to a user whom RBAC does not allow a call.
fn forbidden(user: &str, verb: &str) -> String {
    format!(
        "aws-auth-sync: apply: {verb} configmap kube-system/aws-auth: configmaps \"aws-auth\" is \
         forbidden: User \"{user}\" cannot {verb} resource \"configmaps\" in API group \"\" in the \
         namespace \"kube-system\" (HTTP 403)\n\
         hint: a Role in kube-system must allow get and patch on the configmap aws-auth, and \
         create, get, list and delete on configmaps, which are its backups\n"
    )
}

/// Gives `user` a role in kube-system, and waits until it acts.
pub(super) fn grant(story: &Story<'_>, user: &str, rules: &Value) {
    let rbac = "rbac.authorization.k8s.io";
    let version = format!("{rbac}/v1");
    let metadata = json!({ "name": user, "namespace": "kube-system" });
    story
        .admin()
        .apply(&json!({ "apiVersion": "v1", "kind": "List", "items": [
        { "apiVersion": version, "kind": "Role", "metadata": metadata, "rules": rules },
        {
            "apiVersion": version,
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": { "apiGroup": rbac, "kind": "Role", "name": user },
            "subjects": [{ "apiGroup": rbac, "kind": "User", "name": user }],
        },
    ] }));
    let acts = || {
        let can_i = [
            "auth",
            "can-i",
            "create",
            "configmaps",
            "--namespace=kube-system",
        ];
        story
            .admin()
            .command(&can_i)
            .arg(format!("--as={user}"))
            .run()
            .code
            == Some(0)
    };
    assert!(
        eventually(Duration::from_secs(30), acts),
        "the role of {user} does not act"
    );
}

/// Whether the API server's audit log holds a request of `user`.
fn was_heard_of(story: &Story<'_>, user: &str) -> bool {
    let audit = story.audit_log();
    let mut events = audit
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("an event is JSON"));
    events.any(|event| event["user"]["username"] == json!(user))
}

/// What the backups need. Their names are not known beforehand, and create has no name.
const BACKUPS: [&str; 4] = ["create", "get", "list", "delete"];
