//! Callers of a real cluster: kubectl, token-exec, kube-apiserver, the webhook, STS, aws-auth,
//! RBAC.

use std::{sync::OnceLock, time::Duration};

use e2e::support::{
    cluster::{CLUSTER, Cluster, REGION, Story},
    command::Output,
    control_plane::{ReviewVersion, kubeconfig},
    keys::Keys,
    peers::Peers,
    sts::{ACCOUNT, Caller},
};
use serde_json::{Value, json};

#[test]
fn an_iam_user_mapped_to_masters_may_do_everything() {
    let Some(story) = story() else { return };
    let alice = story.sts.add_user("alice");
    let all = story.call(
        &alice,
        &["get", "configmaps", "--all-namespaces", "--output=name"],
    );
    let listed = all.succeed().stdout;
    assert!(
        listed.lines().any(|line| line == "configmap/aws-auth"),
        "{listed}"
    );
    let can = story.call(&alice, &["auth", "can-i", "*", "*", "--all-namespaces"]);
    assert_eq!(can.succeed().stdout, "yes\n");
}

#[test]
fn an_assumed_role_mapped_to_a_group_may_do_what_rbac_lets_the_group_do() {
    let Some(story) = story() else { return };
    let bob = story.sts.add_assumed_role("developer", "bob@example.com");
    let shop = story.call(
        &bob,
        &["get", "configmaps", "--namespace=shop", "--output=name"],
    );
    assert_eq!(shop.succeed().stdout, "configmap/prices\n");
    let elsewhere = story
        .call(&bob, &["get", "configmaps", "--namespace=kube-system"])
        .run();
    let message = "Error from server (Forbidden): configmaps is forbidden: User \
                   \"developer:bob-example.com\" cannot list resource \"configmaps\" in API group \
                   \"\" in the namespace \"kube-system\"\n";
    assert_eq!(
        (elsewhere.code, elsewhere.stderr.as_str()),
        (Some(1), message)
    );
}

#[test]
fn a_principal_that_is_not_mapped_is_unauthorized_and_the_log_names_it() {
    let Some(story) = story() else { return };
    let carol = story.sts.add_user("team/carol");
    assert_unauthorized(&story.call(&carol, &["auth", "whoami"]).run());
    let line = story.decision(|decision| decision.to_string().contains("user/team/carol"));
    let named = ["result", "reason", "canonicalArn"].map(|name| line[name].clone());
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/team/carol");
    assert_eq!(named, [json!("denied"), json!("not_mapped"), json!(arn)]);
}

#[test]
fn whoami_shows_names_groups_uid_and_the_extra_keys_of_a_user() {
    let Some(story) = story() else { return };
    let alice = Caller::user(ACCOUNT, "alice");
    let keys = story.sts.add(&alice);
    let expected = json!({
        "username": "alice",
        "uid": format!("aws-iam-authenticator:{ACCOUNT}:{}", alice.user_id),
        "groups": ["system:masters", "system:authenticated"],
        "extra": extra(&keys, &alice, &alice.arn, ""),
    });
    assert_eq!(whoami(&story, &keys), expected);
}

#[test]
fn whoami_shows_names_groups_uid_and_the_extra_keys_of_an_assumed_role() {
    let Some(story) = story() else { return };
    let bob = Caller::assumed_role(ACCOUNT, "developer", "bob@example.com");
    let keys = story.sts.add(&bob);
    let canonical = format!("arn:aws:iam::{ACCOUNT}:role/developer");
    let expected = json!({
        "username": "developer:bob-example.com",
        "uid": format!("aws-iam-authenticator:{ACCOUNT}:{}", bob.principal_id()),
        "groups": ["shop-readers", "system:authenticated"],
        "extra": extra(&keys, &bob, &canonical, "bob@example.com"),
    });
    assert_eq!(whoami(&story, &keys), expected);
}

#[test]
fn a_token_signed_for_another_cluster_is_refused_by_the_api_server() {
    let Some(story) = story() else { return };
    let alice = story.sts.add_user("alice");
    let (ours, another) = (
        format!("--cluster-name={CLUSTER}"),
        "--cluster-name=another",
    );
    let kubeconfig = story.sandbox.read("kubeconfig").replace(&ours, another);
    assert!(kubeconfig.contains(another), "{kubeconfig}");
    let kubeconfig = story.sandbox.write("another.kubeconfig", kubeconfig);
    let kubectl = story.kubectl(&kubeconfig);
    assert_unauthorized(&kubectl.command(&["auth", "whoami"]).keys(&alice).run());
}

#[test]
fn a_token_of_the_aws_cli_is_as_good_as_one_of_ours() {
    let Some(peers) = Peers::for_story("a token of the AWS CLI through kubectl") else {
        return;
    };
    let Some(story) = story() else { return };
    let bob = story.sts.add_assumed_role("developer", "bob");
    let get_token = ["-m", "awscli", "--region", REGION, "eks", "get-token"];
    let args = [
        &get_token[..],
        &["--cluster-name", CLUSTER, "--output", "json"],
    ]
    .concat();
    let (address, ca) = story.api_server();
    let text = kubeconfig::with_plugin(address, &ca, peers.python(), &args);
    let kubectl = story.kubectl(&story.sandbox.write("aws.kubeconfig", text));
    let prices = ["get", "configmaps", "--namespace=shop", "--output=name"];
    assert_eq!(
        kubectl.command(&prices).keys(&bob).succeed().stdout,
        "configmap/prices\n"
    );
}

#[test]
fn the_audit_log_of_the_api_server_names_the_aws_principal() {
    let Some(story) = story() else { return };
    let caller = Caller::user(ACCOUNT, "alice");
    let keys = story.sts.add(&caller);
    story.call(&keys, &["get", "namespace", "shop"]).succeed();
    let audit = story.audit_log();
    let events = audit
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut extras = events.map(|event| event["user"]["extra"].clone());
    let expected = extra(&keys, &caller, &caller.arn, "");
    assert!(
        extras.any(|extra| extra == expected),
        "{expected} is not in the audit log"
    );
}

/// What stands in `extra` for a caller.
fn extra(keys: &Keys, caller: &Caller, canonical_arn: &str, session_name: &str) -> Value {
    json!({
        "accessKeyId": [keys.access_key_id],
        "arn": [caller.arn],
        "canonicalArn": [canonical_arn],
        "principalId": [caller.principal_id()],
        "sessionName": [session_name],
        "sigs.k8s.io/aws-iam-authenticator/principalId": [caller.principal_id()],
    })
}

fn whoami(story: &Story<'_>, keys: &Keys) -> Value {
    let answer = story
        .call(keys, &["auth", "whoami", "--output=json"])
        .succeed()
        .json();
    answer
        .pointer("/status/userInfo")
        .expect("whoami shows the user")
        .clone()
}

fn assert_unauthorized(output: &Output) {
    let message = "error: You must be logged in to the server (Unauthorized)\n";
    assert_eq!((output.code, output.stderr.as_str()), (Some(1), message));
}

/// The cluster of this file: two principals are mapped, one group reads one namespace.
fn story() -> Option<Story<'static>> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let start = || {
        let cluster = Cluster::start("callers", ReviewVersion::V1, Duration::from_secs(10))?;
        let access = cluster.sandbox.write("access.yaml", ACCESS);
        let access = access.to_str().expect("a sandbox has a plain path");
        cluster
            .aws_auth_sync(&["apply", "--create", access])
            .succeed();
        cluster
            .admin()
            .apply(&serde_json::from_str(SHOP).expect("the manifest is JSON"));
        Some(cluster)
    };
    CLUSTER.get_or_init(start).as_ref().map(Cluster::story)
}

const ACCESS: &str = r#"
apiVersion: aws-auth-sync/v1
kind: AwsAuth
owner: platform
roles:
  - rolearn: arn:aws:iam::111122223333:role/developer
    username: "developer:{{SessionName}}"
    groups: [shop-readers]
users:
  # aws-auth-sync: allow C11
  - userarn: arn:aws:iam::111122223333:user/alice
    username: alice
    groups: ["system:masters"]
"#;

const SHOP: &str = r#"{"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "prices", "namespace": "shop"},
        "data": {"apple": "0.30"}
    },
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "readers", "namespace": "shop"},
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]
    },
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "readers", "namespace": "shop"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "readers"
        },
        "subjects": [
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "shop-readers"}
        ]
    }
]}"#;
