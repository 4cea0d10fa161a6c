//! What is live is explained as the consumer reads it.

use std::collections::BTreeSet;

use e2e::support::cluster::Story;
use serde_json::{Value, json};

use super::{ALICE, DEVELOPER, made, said, with_cluster};

#[test]
fn explains_the_live_aws_auth_by_its_lines() {
    with_cluster(|story| {
        let caller = "arn:aws:sts::111122223333:assumed-role/developer/session";
        let explain = ["explain", "-o", "json", "--arn", caller];
        let absent = story.aws_auth_sync(&explain).run();
        let message = "aws-auth-sync: the cluster has no configmap kube-system/aws-auth\n\
                       hint: choose the cluster with --context NAME\n";
        assert_eq!(said(&absent), (Some(1), "", message));
        made(story);
        let found = story.aws_auth_sync(&explain).run();
        assert_eq!((found.code, found.stderr.as_str()), (Some(0), ""));
        let value: Value = found.json();
        let expected = json!([{
            "arn": caller,
            "canonicalArn": DEVELOPER,
            "session": "session",
            "outcome": "mapped",
            "section": "mapRoles",
            "index": 0,
            "file": "kube-system/aws-auth",
            "line": 1,
            "username": "developer",
            "groups": ["developers"],
            "ambiguous": false,
            "nearMisses": [],
        }]);
        assert_eq!(value["results"], expected);
    });
}

#[test]
fn the_rights_of_a_caller_are_those_that_the_api_server_tells() {
    with_cluster(|story| {
        made(story);
        bind(story);
        let developer = "arn:aws:sts::111122223333:assumed-role/developer/session";
        for (arn, user, group) in [
            (developer, "developer", "developers"),
            (ALICE, "alice", "readers"),
        ] {
            let explain = ["explain", "--rbac", "-o", "json", "--arn", arn];
            let output = story.aws_auth_sync(&explain).run();
            assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
            let rights = output.json()["results"][0]["rights"].take();
            for namespace in ["shop", "default"] {
                let expected = can_i(story, user, group, namespace);
                assert!(expected.len() > 5, "every user may ask about itself");
                assert_eq!(flat(&rights, namespace), expected, "{user} in {namespace}");
            }
        }
    });
}

#[test]
fn with_access_entries_a_cluster_needs_no_aws_auth() {
    with_cluster(|story| {
        let entries = json!([{ "principalArn": ALICE, "kubernetesGroups": ["readers"] }]);
        let file = super::write(story, "entries.json", &entries);
        let explain = ["explain", "-o", "json", "--arn", ALICE, "--access-entries"];
        let output = story.aws_auth_sync(&explain).arg(&file).run();
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        let result = output.json()["results"][0].take();
        assert_eq!(
            (&result["file"], &result["username"], &result["groups"]),
            (&json!(file), &json!(ALICE), &json!(["readers"]))
        );
    });
}

#[test]
fn a_reader_without_rights_on_rbac_is_told_which_it_needs() {
    with_cluster(|story| {
        made(story);
        let file = story.client_kubeconfig("stranger");
        let explain = ["explain", "--rbac", "--arn", ALICE, "--kubeconfig"];
        let refused = story.aws_auth_sync(&explain).arg(file).run();
        let message = "aws-auth-sync: read aws-auth: get configmap kube-system/aws-auth: configmaps \
                       \"aws-auth\" is forbidden: User \"stranger\" cannot get resource \
                       \"configmaps\" in API group \"\" in the namespace \"kube-system\" (HTTP 403)\n\
                       hint: a Role in kube-system must allow get on the configmap aws-auth\n";
        assert_eq!(said(&refused), (Some(1), "", message));
    });
}

#[test]
fn the_roles_that_files_need_not_hold_are_those_of_the_cluster() {
    with_cluster(|story| {
        let kept: Value = serde_json::from_str(include_str!(
            "../../../aws-auth-sync/src/rbac/default_roles.json"
        ))
        .expect("the data is JSON");
        for kept in kept["items"].as_array().expect("it is a list") {
            let name = kept["metadata"]["name"].as_str().expect("it has a name");
            let get = ["get", "clusterrole", name, "--output=json"];
            let live = story.admin().succeed(&get).json();
            let mut labels = live["metadata"]["labels"].clone();
            let labels = labels.as_object_mut().expect("each has labels");
            labels.remove("kubernetes.io/bootstrapping");
            let kept_labels = kept["metadata"]["labels"].as_object();
            let kept_labels = kept_labels.cloned().unwrap_or_default();
            assert_eq!(*labels, kept_labels, "{name}");
            for member in ["rules", "aggregationRule"] {
                assert_eq!(live[member], kept[member], "{name}: {member}");
            }
        }
    });
}

/// Roles of every shape for the group `developers` and the user `alice`.
fn bind(story: &Story<'_>) {
    let rbac = "rbac.authorization.k8s.io";
    let object = |kind: &str, name: &str, more: &Value| {
        let mut object = json!({
            "apiVersion": format!("{rbac}/v1"),
            "kind": kind,
            "metadata": { "name": name },
        });
        let members = object.as_object_mut().expect("it is an object");
        members.extend(more.as_object().expect("so is this").clone());
        if matches!(kind, "Role" | "RoleBinding") {
            object["metadata"]["namespace"] = json!("shop");
        }
        object
    };
    let rules = json!({ "rules": [
        { "apiGroups": ["", "apps"], "resources": ["pods", "deployments"], "verbs": ["get", "list"] },
        { "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["prices"], "verbs": ["*"] },
    ] });
    let paths = json!({ "rules": [{ "nonResourceURLs": ["/metrics"], "verbs": ["get"] }] });
    let bound = |kind: &str, role: &str, subject: &str, name: &str| {
        json!({
            "roleRef": { "apiGroup": rbac, "kind": kind, "name": role },
            "subjects": [{ "apiGroup": rbac, "kind": subject, "name": name }],
        })
    };
    let items = [
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } }),
        object("Role", "explained", &rules),
        object("ClusterRole", "explained", &rules),
        object("ClusterRole", "explained-paths", &paths),
        object(
            "RoleBinding",
            "explained",
            &bound("Role", "explained", "Group", "developers"),
        ),
        object(
            "RoleBinding",
            "explained-of-cluster",
            &bound("ClusterRole", "explained", "User", "alice"),
        ),
        object(
            "RoleBinding",
            "explained-all",
            &bound("ClusterRole", "cluster-admin", "User", "alice"),
        ),
        object(
            "ClusterRoleBinding",
            "explained",
            &bound("ClusterRole", "explained-paths", "Group", "developers"),
        ),
    ];
    story
        .admin()
        .apply(&json!({ "apiVersion": "v1", "kind": "List", "items": items }));
}

/// What a user may do in a namespace, as kubectl tells it: a line for each verb on a resource.
fn can_i(story: &Story<'_>, user: &str, group: &str, namespace: &str) -> BTreeSet<String> {
    let list = ["auth", "can-i", "--list", "--no-headers"];
    let command = story.admin().command(&list);
    let command = command.args([format!("--as={user}"), format!("--as-group={group}")]);
    let output = command.arg(format!("--namespace={namespace}")).succeed();
    let mut found = BTreeSet::new();
    for line in output.stdout.lines() {
        let mut bracketed = line.split(['[', ']']).skip(1).step_by(2);
        let mut next = || bracketed.next().expect("kubectl prints three lists");
        let (paths, names, verbs) = (next(), next(), next());
        let resource = line.split('[').next().unwrap_or_default().trim();
        let words = |column: &str| -> Vec<String> {
            column.split_whitespace().map(str::to_owned).collect()
        };
        let on = if resource.is_empty() {
            words(paths)
        } else {
            named(resource, &words(names))
        };
        found.extend(each(&words(verbs), &on));
    }
    found
}

/// The rules that count in a namespace, likewise.
fn flat(rights: &Value, namespace: &str) -> BTreeSet<String> {
    let bindings = rights["bindings"].as_array().expect("there are some");
    let here = bindings.iter().filter(|binding| {
        let bound = &binding["namespace"];
        bound.is_null() || bound == namespace
    });
    let rules = here.flat_map(|binding| binding["rules"].as_array().expect("the role exists"));
    let mut found = BTreeSet::new();
    for rule in rules {
        let words = |key: &str| -> Vec<String> {
            let words = rule[key].as_array().into_iter().flatten();
            words
                .map(|word| word.as_str().expect("a word").to_owned())
                .collect()
        };
        let mut on = words("nonResourceURLs");
        for group in words("apiGroups") {
            for resource in words("resources") {
                let resource = if group.is_empty() {
                    resource
                } else {
                    format!("{resource}.{group}")
                };
                on.extend(named(&resource, &words("resourceNames")));
            }
        }
        found.extend(each(&words("verbs"), &on));
    }
    found
}

fn named(resource: &str, names: &[String]) -> Vec<String> {
    if names.is_empty() {
        return vec![resource.to_owned()];
    }
    let named = names.iter().map(|name| format!("{resource} {name}"));
    named.collect()
}

fn each(verbs: &[String], on: &[String]) -> Vec<String> {
    let each = verbs
        .iter()
        .flat_map(|verb| on.iter().map(move |on| format!("{verb} {on}")));
    each.collect()
}
