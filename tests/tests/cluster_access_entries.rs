//! Access entries and their policies, judged by a real kube-apiserver: its
//! AuthorizationConfiguration is the one that `authz-webhook init` wrote. Files and webhook
//! change, so these stories take turns.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use e2e::support::{
    cluster::{Cluster, Story, eventually},
    command::Output,
    control_plane::{ReviewVersion, kubeconfig},
    http::Response,
    keys::Keys,
    kubectl::Kubectl,
};
use serde_json::{Value, json};

#[test]
fn a_principal_with_an_access_entry_alone_reads_in_one_namespace_and_nowhere_else() {
    with_cluster(|story| {
        let viewer = story.sts.add_assumed_role("viewer", "val");
        assert_eq!(prices(story, &viewer, "shop"), "configmap/prices\n");
        let elsewhere = story
            .call(&viewer, &["get", "configmaps", "--namespace=other"])
            .run();
        let message = "Error from server (Forbidden): configmaps is forbidden: User \"viewer:val\" \
                       cannot list resource \"configmaps\" in API group \"\" in the namespace \
                       \"other\": no access policy of this principal allows it\n";
        assert_eq!(
            (elsewhere.code, elsewhere.stderr.as_str()),
            (Some(1), message)
        );
        for forbidden in [
            &["get", "configmaps", "--all-namespaces"][..],
            &["get", "secrets", "--namespace=shop"],
            &["get", "nodes"],
            &["delete", "configmap", "prices", "--namespace=shop"],
            &["get", "--raw", "/metrics"],
        ] {
            assert_forbidden(&story.call(&viewer, forbidden).run());
        }
        let list = [
            "get",
            "rolebindings,clusterrolebindings",
            "--all-namespaces",
        ];
        let bindings = story.admin().command(&list).arg("--output=json");
        let bindings = bindings.succeed().stdout;
        assert!(!bindings.contains("viewer:"), "no RBAC object names it");
        assert_audited(
            story,
            "viewer:val",
            "AmazonEKSViewPolicy in the namespace shop",
        );
    });
}

#[test]
fn a_wildcard_reaches_the_namespaces_whose_names_begin_so() {
    with_cluster(|story| {
        let developer = story.sts.add_assumed_role("developer", "dan");
        for namespace in ["dev-a", "dev-b"] {
            assert_eq!(prices(story, &developer, namespace), "configmap/prices\n");
            let edit = ["annotate", "configmap", "prices", "by=dan", "--overwrite"];
            let edit = story.call(&developer, &edit).arg("--namespace");
            edit.arg(namespace).succeed();
        }
        let shop = ["get", "configmaps", "--namespace=shop"];
        assert_forbidden(&story.call(&developer, &shop).run());
    });
}

#[test]
fn the_scope_of_the_cluster_reaches_everything_of_the_policy_and_paths() {
    with_cluster(|story| {
        let auditor = story.sts.add_user("auditor");
        let chief = story.sts.add_user("ops/chief");
        let everywhere = ["get", "secrets", "--all-namespaces"];
        story.call(&auditor, &everywhere).succeed();
        story.call(&auditor, &["get", "nodes"]).succeed();
        let metrics = ["get", "--raw", "/metrics"];
        assert_forbidden(&story.call(&auditor, &metrics).run());
        assert_forbidden(&story.call(&auditor, &["create", "namespace", "x"]).run());
        let metrics = story.call(&chief, &metrics).succeed().stdout;
        assert!(metrics.contains("apiserver_authorization_webhook_evaluations_total"));
        story.call(&chief, &["create", "namespace", "x"]).succeed();
        let can = ["auth", "can-i", "*", "*", "--all-namespaces"];
        assert_eq!(story.call(&chief, &can).succeed().stdout, "yes\n");
    });
}

#[test]
fn an_access_entry_wins_over_aws_auth_and_its_groups_are_bound_by_rbac() {
    with_cluster(|story| {
        let both = story.sts.add_user("both");
        let only = story.sts.add_user("only-aws-auth");
        assert!(eventually(WITHIN, || whoami(story, &only).code == Some(0)));
        let user = whoami(story, &both).json();
        let user = &user["status"]["userInfo"];
        assert_eq!(user["username"], "both-of-entry");
        assert_eq!(
            user["groups"],
            json!(["rbac-readers", "system:authenticated"])
        );
        assert_eq!(prices(story, &both, "other"), "configmap/prices\n");
        let masters = ["get", "secrets", "--namespace=other"];
        assert_forbidden(&story.call(&both, &masters).run());
        story.call(&only, &masters).succeed();
    });
}

#[test]
fn a_changed_file_acts_and_a_broken_one_changes_nothing() {
    with_cluster(|story| {
        let late = story.sts.add_user("late");
        assert_eq!(whoami(story, &late).code, Some(1), "nobody maps it");
        let policy = |name: &str| json!([bound(name, &json!({ "type": "cluster" }))]);
        let entry = |policies: Value| json!([{ "principalArn": arn("user/late"), "accessPolicies": policies }]);
        let write = |text: &str| story.sandbox.replace("entries/late.json", text);
        let reads = || story.call(&late, &["get", "nodes"]).run().code == Some(0);

        write(&entry(policy("AmazonEKSAdminViewPolicy")).to_string());
        assert!(eventually(SOON, reads), "the new file acts");

        write("accessEntries: [");
        let readyz = || story.admin_listener("/readyz?verbose").text();
        assert!(eventually(WITHIN, || readyz().contains("AccessEntries degraded")));
        assert!(reads(), "what worked goes on");

        write(&entry(policy("AmazonEKSSecretReaderPolicy")).to_string());
        assert!(eventually(SOON, || !reads()), "the policy is withdrawn");
        let secrets = ["get", "secrets", "--all-namespaces"];
        story.call(&late, &secrets).succeed();
    });
}

#[test]
fn while_the_webhook_is_away_rbac_goes_on_deciding() {
    with_cluster(|story| {
        let both = story.sts.add_user("both");
        let kubectl = with_token(story, &both);
        let by_rbac = ["get", "configmaps", "--namespace=other", "--output=name"];
        let _ = kubectl.succeed(&by_rbac);
        let robot = story.kubectl(&story.client_kubeconfig("rbac-robot"));

        story.stop_webhook();
        let known = kubectl.command(&by_rbac).run();
        let of_rbac = robot.command(&by_rbac).run();
        let of_nobody = kubectl
            .command(&["get", "secrets", "--namespace=dev-a"])
            .run();
        story.start_webhook();

        assert_eq!(
            (known.code, of_rbac.code),
            (Some(0), Some(0)),
            "{}",
            known.stderr
        );
        assert_eq!(of_nobody.code, Some(1), "nobody allows it");
    });
}

#[test]
fn nobody_gets_the_policies_of_a_principal_by_impersonating_it() {
    with_cluster(|story| {
        let viewer = story.sts.add_assumed_role("viewer", "val");
        let user = whoami(story, &viewer).json();
        let user = &user["status"]["userInfo"];
        let view = ["config", "view", "--raw", "--output=json"];
        let mut impersonating = story.admin().succeed(&view).json();
        let as_viewer = impersonating["users"][0]["user"].as_object_mut();
        as_viewer.expect("the administrator is a user").extend([
            ("as".to_owned(), user["username"].clone()),
            ("as-uid".to_owned(), user["uid"].clone()),
            ("as-user-extra".to_owned(), user["extra"].clone()),
        ]);
        let file = story
            .sandbox
            .write_private("impersonating.kubeconfig", impersonating.to_string());
        let kubectl = story.kubectl(&file);
        let seen = kubectl.succeed(&["auth", "whoami", "--output=json"]).json();
        let seen = &seen["status"]["userInfo"];
        assert_eq!(
            (&seen["username"], &seen["uid"]),
            (&user["username"], &user["uid"])
        );
        let list = ["get", "configmaps", "--namespace=shop"];
        assert_forbidden(&kubectl.command(&list).run());
        story.call(&viewer, &list).succeed();
    });
}

/// kube-apiserver puts the keys of the headers into lower case, and decodes them then.
#[test]
fn extra_keys_that_are_encoded_need_a_right_for_each_of_them() {
    with_cluster(|story| {
        let viewer = story.sts.add_assumed_role("viewer", "val");
        let user = whoami(story, &viewer).json();
        let user = &user["status"]["userInfo"];
        let rules = [
            "users",
            "uids",
            "userextras/canonicalarn",
            "userextras/scopes",
        ];
        story.admin().apply(&impersonator(&rules));
        let forbidden = as_user(story, user);
        assert_eq!(403, forbidden.status.as_u16(), "{}", forbidden.text());
        let why = forbidden.json()["message"].to_string();
        assert!(why.contains("cannot impersonate"), "{why}");

        let of_caller = user["extra"].as_object().expect("it has extra keys");
        let keys = of_caller.keys().map(|key| format!("userextras/{key}"));
        let rules: Vec<String> = rules.map(str::to_owned).into_iter().chain(keys).collect();
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        story.admin().apply(&impersonator(&rules));
        let allowed = || as_user(story, user).status.as_u16() == 200;
        assert!(eventually(SOON, allowed), "that is whom he may impersonate");
    });
}

/// What a robot that impersonates `user` by headers of its own gets of the ConfigMaps in a
/// namespace.
fn as_user(story: &Story<'_>, user: &Value) -> Response {
    let encoded = |key: &str| -> String {
        let of = |c: char| match c {
            'a'..='z' | '0'..='9' | '-' | '.' => c.to_string(),
            _ => format!("%{:02X}", u32::from(c)),
        };
        key.chars().map(of).collect()
    };
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut headers = vec![
        ("Host".to_owned(), "kubernetes".to_owned()),
        ("Impersonate-User".to_owned(), text(&user["username"])),
        ("Impersonate-Uid".to_owned(), text(&user["uid"])),
    ];
    let extra = user["extra"].as_object().expect("it has extra keys");
    headers.extend(extra.iter().map(|(key, values)| {
        let key = format!("Impersonate-Extra-{}", encoded(key));
        (key, text(&values[0]))
    }));
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let target = "/api/v1/namespaces/shop/configmaps";
    let client = story.client(IMPERSONATOR);
    client
        .get(target, &headers)
        .expect("the API server answers")
}

/// What lets the robot impersonate these.
fn impersonator(resources: &[&str]) -> Value {
    let rbac = "rbac.authorization.k8s.io";
    let metadata = json!({ "name": IMPERSONATOR });
    let groups = ["", "authentication.k8s.io"];
    json!({ "apiVersion": "v1", "kind": "List", "items": [
        {
            "apiVersion": format!("{rbac}/v1"),
            "kind": "ClusterRole",
            "metadata": metadata,
            "rules": [{ "apiGroups": groups, "resources": resources, "verbs": ["impersonate"] }],
        },
        {
            "apiVersion": format!("{rbac}/v1"),
            "kind": "ClusterRoleBinding",
            "metadata": metadata,
            "roleRef": { "apiGroup": rbac, "kind": "ClusterRole", "name": IMPERSONATOR },
            "subjects": [{ "apiGroup": rbac, "kind": "User", "name": IMPERSONATOR }],
        },
    ] })
}

/// The names of the ConfigMaps that a caller may list in a namespace.
fn prices(story: &Story<'_>, keys: &Keys, namespace: &str) -> String {
    let list = ["get", "configmaps", "--output=name", "--namespace"];
    story.call(keys, &list).arg(namespace).succeed().stdout
}

fn whoami(story: &Story<'_>, keys: &Keys) -> Output {
    story.call(keys, &["auth", "whoami", "--output=json"]).run()
}

fn assert_forbidden(output: &Output) {
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("Forbidden"), "{}", output.stderr);
}

/// kube-apiserver's audit log and the webhook's say why.
fn assert_audited(story: &Story<'_>, username: &str, reason: &str) {
    let audit = story.audit_log();
    let mut events = audit
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    let of_policy = |event: &Value| {
        let user = event.pointer("/user/username");
        let why = event.pointer("/annotations/authorization.k8s.io~1reason");
        user == Some(&json!(username)) && why == Some(&json!(reason))
    };
    assert!(
        events.any(|event| of_policy(&event)),
        "{reason} is in no event"
    );
    let decision = story.decision(|line| line["audit"] == "authorize" && line["reason"] == reason);
    assert_eq!(
        (decision.get("result"), decision.get("username")),
        (Some(&json!("allowed")), Some(&json!(username)))
    );
    let counted = "authz_webhook_authorize_latency_seconds_count{result=\"allowed\"}";
    let metrics = story.admin_listener("/metrics").text();
    let line = metrics.lines().find_map(|line| line.strip_prefix(counted));
    assert!(line.is_some_and(|count| count.trim() != "0"), "{line:?}");
}

/// kubectl with a token that kube-apiserver will know again.
fn with_token<'a>(story: &'a Story<'_>, keys: &Keys) -> Kubectl<'a> {
    let (address, ca) = story.api_server();
    let text = kubeconfig::with_token(address, &ca, &story.token(keys));
    story.kubectl(&story.sandbox.write_private("token.kubeconfig", text))
}

fn with_cluster(play: impl FnOnce(&Story<'_>)) {
    static CLUSTER: Mutex<Option<Cluster>> = Mutex::new(None);
    let mut cluster = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    if cluster.is_none() {
        *cluster = start();
    }
    if let Some(cluster) = &*cluster {
        play(&cluster.story());
    }
}

/// The cluster of this file: access entries come last among the sources, and win.
fn start() -> Option<Cluster> {
    let name = "access-entries";
    let cluster = Cluster::start_with(name, ReviewVersion::V1, CACHE_TTL, |sandbox, config| {
        let file = sandbox.write("entries/entries.json", entries().to_string());
        let directory = file.parent().expect("it lies in a directory");
        config
            .server("backendMode", json!(["EKSConfigMap", "AccessEntries"]))
            .server("accessEntries", json!([directory]))
    })?;
    let masters = |name: &str| json!({ "userarn": arn(&format!("user/{name}")), "username": name, "groups": ["system:masters"] });
    let users = json!([masters("both"), masters("only-aws-auth")]).to_string();
    cluster.set_aws_auth(&json!({ "mapUsers": users }));
    cluster.admin().apply(&objects());
    Some(cluster)
}

fn entries() -> Value {
    let cluster = json!({ "type": "cluster" });
    let namespaces = |names: &[&str]| json!({ "type": "namespace", "namespaces": names });
    json!({ "accessEntries": [
        {
            "principalArn": arn("role/team/viewer"),
            "username": "viewer:{{SessionName}}",
            "accessPolicies": [bound("AmazonEKSViewPolicy", &namespaces(&["shop"]))],
        },
        {
            "principalArn": arn("role/developer"),
            "accessPolicies": [bound("AmazonEKSEditPolicy", &namespaces(&["dev-*"]))],
        },
        {
            "principalArn": arn("user/auditor"),
            "accessPolicies": [bound("AmazonEKSAdminViewPolicy", &cluster)],
        },
        {
            "principalArn": arn("user/ops/chief"),
            "accessPolicies": [bound("AmazonEKSClusterAdminPolicy", &cluster)],
        },
        {
            "principalArn": arn("user/both"),
            "username": "both-of-entry",
            "kubernetesGroups": ["rbac-readers"],
        },
    ] })
}

fn bound(policy: &str, scope: &Value) -> Value {
    let arn = format!("arn:aws:eks::aws:cluster-access-policy/{policy}");
    json!({ "policyArn": arn, "accessScope": scope })
}

fn arn(principal: &str) -> String {
    format!("arn:aws:iam::111122223333:{principal}")
}

/// A ConfigMap in each namespace, and one namespace that a group and a robot may read by RBAC.
fn objects() -> Value {
    let names = ["shop", "other", "dev-a", "dev-b"];
    let namespaces = names.map(
        |name| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }),
    );
    let prices = names.map(|name| {
        let metadata = json!({ "name": "prices", "namespace": name });
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata })
    });
    let rbac = "rbac.authorization.k8s.io";
    let metadata = json!({ "name": "readers", "namespace": "other" });
    let by_rbac = [
        json!({
            "apiVersion": format!("{rbac}/v1"),
            "kind": "Role",
            "metadata": metadata,
            "rules": [{ "apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"] }],
        }),
        json!({
            "apiVersion": format!("{rbac}/v1"),
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": { "apiGroup": rbac, "kind": "Role", "name": "readers" },
            "subjects": [
                { "apiGroup": rbac, "kind": "Group", "name": "rbac-readers" },
                { "apiGroup": rbac, "kind": "User", "name": "rbac-robot" },
            ],
        }),
    ];
    let items = namespaces.into_iter().chain(prices).chain(by_rbac);
    json!({ "apiVersion": "v1", "kind": "List", "items": items.collect::<Vec<_>>() })
}

const IMPERSONATOR: &str = "impersonator";

/// What the webhook promises.
const WITHIN: Duration = Duration::from_secs(2);

/// What kube-apiserver keeps of answers on top of that, with much room for a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// `--authentication-token-webhook-cache-ttl`: long enough to outlive the webhook's absence.
const CACHE_TTL: Duration = Duration::from_secs(60);
