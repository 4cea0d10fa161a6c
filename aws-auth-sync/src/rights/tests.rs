//! What users reach, and how far it goes.

use iam_core::access_entry::{AccessScope, PolicyBinding};
use serde_json::{Value, json};

use super::*;
use crate::rbac::Object;

fn binding(namespace: Option<&str>, role: &str, subject: &Value) -> Object {
    let kind = namespace.map_or("ClusterRoleBinding", |_| "RoleBinding");
    let value = json!({
        "metadata": {"name": "b", "namespace": namespace},
        "roleRef": {"kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "User", "name": "stranger"}, subject],
    });
    Object::read(kind, value).unwrap()
}

fn role(name: &str, rule: &Value) -> Object {
    let value = json!({"metadata": {"name": name}, "rules": [rule]});
    Object::read("ClusterRole", value).unwrap()
}

fn level(rule: &Value, reach: Reach<'_>) -> String {
    let user = User::new("ann", ["g"]);
    let group = json!({"kind": "Group", "name": "g"});
    let objects = [role("r", rule), binding(Some("n"), "r", &group)];
    let rbac = Rbac::of_files(objects).unwrap();
    user.rights(&rbac, &[]).access(reach, Fit::Certain).told()
}

#[test]
fn a_level_is_the_farthest_that_a_rule_goes() {
    let rule = |group: &str, resource: &str, verb: &str| json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]});
    let rbac = "rbac.authorization.k8s.io";
    for (rule, expected) in [
        (rule("*", "*", "*"), "everything"),
        (rule("*", "*", "get"), "view, reads secrets"),
        (rule("", "*", "*"), "admin, reads secrets"),
        (rule(rbac, "rolebindings", "create"), "admin"),
        (rule(rbac, "roles", "bind"), "some"),
        (rule("", "users", "impersonate"), "admin"),
        (rule("apps", "*", "*"), "edit"),
        (rule("", "pods/exec", "create"), "edit"),
        (rule("apps", "deployments", "patch"), "edit"),
        (rule("", "pods/ephemeralcontainers", "update"), "edit"),
        (rule("", "pods", "list"), "view"),
        (rule("", "secrets", "watch"), "some, reads secrets"),
        (rule("example.com", "widgets", "get"), "some"),
        (
            rule("authorization.k8s.io", "selfsubjectaccessreviews", "create"),
            "none",
        ),
        (json!({"nonResourceURLs": ["*"], "verbs": ["*"]}), "none"),
        (
            json!({"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["x"]}),
            "some",
        ),
    ] {
        assert_eq!(level(&rule, Reach::Namespace("n")), expected, "{rule}");
        assert_eq!(level(&rule, Reach::Namespace("other")), "none", "{rule}");
        assert_eq!(level(&rule, Reach::Everywhere), "none", "{rule}");
    }
}

#[test]
fn kubernetes_own_roles_have_the_levels_of_their_names() {
    let group = json!({"kind": "Group", "name": "g"});
    for (name, expected) in [
        ("cluster-admin", "everything"),
        ("admin", "admin, reads secrets"),
        ("edit", "edit, reads secrets"),
        ("view", "view"),
        ("gone", "none"),
    ] {
        let rbac = Rbac::of_files([binding(None, name, &group)]).unwrap();
        let user = User::new("ann", ["g"]);
        let rights = user.rights(&rbac, &[]);
        for reach in [Reach::Everywhere, Reach::Namespace("n")] {
            assert_eq!(rights.access(reach, Fit::Certain).told(), expected);
        }
        assert_eq!(rights.grants[0].rules.is_some(), name != "gone");
    }
}

#[test]
fn a_user_is_named_by_name_by_group_and_as_a_service_account() {
    let fits = |username: &str, groups: &[&str], subject: &Value| {
        let rbac = Rbac::of_files([binding(Some("n"), "view", subject)]).unwrap();
        let user = User::new(username, groups.iter().copied());
        let rights = user.rights(&rbac, &[]);
        rights.grants.first().map(|grant| grant.fit)
    };
    let named = |kind: &str, name: &str| json!({"kind": kind, "name": name});
    let account = "system:serviceaccount:n:robot";
    for (username, groups, subject, expected) in [
        ("ann", &["g"][..], named("User", "ann"), Some(Fit::Certain)),
        ("ann", &["g"], named("User", "Ann"), None),
        ("ann", &["g"], named("User", "g"), None),
        ("ann", &["g"], named("Group", "g"), Some(Fit::Certain)),
        (
            "ann",
            &[],
            named("Group", "system:authenticated"),
            Some(Fit::Certain),
        ),
        ("ann", &[], named("Robot", "ann"), None),
        (
            account,
            &[],
            named("ServiceAccount", "robot"),
            Some(Fit::Certain),
        ),
        (
            "{{SessionName}}",
            &[],
            named("User", "ann"),
            Some(Fit::Possible),
        ),
        (
            "a",
            &["g:{{SessionName}}", "g:b"],
            named("Group", "g:b"),
            Some(Fit::Certain),
        ),
    ] {
        assert_eq!(
            fits(username, groups, &subject),
            expected,
            "{username} {subject}"
        );
    }
}

#[test]
fn what_a_session_name_may_bring_is_told_apart() {
    let ann = json!({"kind": "User", "name": "dev:ann"});
    let rbac = Rbac::of_files([binding(Some("n"), "admin", &ann)]).unwrap();
    let user = User::new("dev:{{SessionName}}", []);
    let rights = user.rights(&rbac, &[]);
    let told = |fit| rights.access(Reach::Namespace("n"), fit).told();
    assert_eq!(told(Fit::Certain), "none");
    assert_eq!(told(Fit::Possible), "admin, reads secrets");
}

#[test]
fn masters_may_do_everything_and_policies_count_in_their_scope() {
    let rbac = Rbac::default();
    let masters = User::new("ann", ["system:masters"]);
    let everywhere = masters
        .rights(&rbac, &[])
        .access(Reach::Everywhere, Fit::Certain);
    assert_eq!(everywhere, Access::EVERYTHING);

    let arn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
        .parse()
        .unwrap();
    let scope = AccessScope::Namespaces(vec!["dev-*".parse().unwrap()]);
    let policies = [PolicyBinding::new(arn, scope)];
    let user = User::new("ann", []);
    let rights = user.rights(&rbac, &policies);
    let told = |reach| rights.access(reach, Fit::Certain).told();
    assert_eq!(told(Reach::Namespace("dev-a")), "view");
    assert_eq!(told(Reach::Namespace("dev-*")), "view");
    assert_eq!(told(Reach::Namespace("shop")), "none");
    assert_eq!(told(Reach::Everywhere), "none");
    assert_eq!(rights.namespaces().collect::<Vec<_>>(), ["dev-*"]);
}
