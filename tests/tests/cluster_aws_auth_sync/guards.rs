//! Each guard refuses on the real cluster, and has a flag that lets it pass.

use std::time::Duration;

use e2e::support::{
    cluster::{Story, eventually},
    command::Output,
    keys::Keys,
};
use serde_json::{Value, json};

use super::{apply, live, made, rewrite, section, source, source_with_groups, with_cluster, write};

/// Asserts that the change is refused by `code` and leaves aws-auth alone, and that `flag` lets it
/// pass with a warning.
fn assert_guarded(story: &Story<'_>, source: &Value, code: &str, flag: &str) {
    let before = live(story);
    let refused = apply(story, &[], source);
    assert_eq!(
        (refused.code, refused.stdout.as_str()),
        (Some(5), ""),
        "{refused:?}"
    );
    let message = format!("aws-auth-sync: apply: {code}: ");
    assert!(refused.stderr.contains(&message), "{}", refused.stderr);
    assert!(refused.stderr.contains(flag), "{}", refused.stderr);
    assert_eq!(live(story), before);
    let passed = apply(story, &[flag], source);
    assert_eq!(passed.code, Some(0), "{}", passed.stderr);
    let warning = format!("warning: {code}: ");
    assert!(passed.stderr.contains(&warning), "{}", passed.stderr);
    assert!(
        passed.stderr.contains(&format!("(let pass by {flag})")),
        "{}",
        passed.stderr
    );
    assert_ne!(live(story), before);
}

/// [`source`] with an administrator, and others so that not half of it goes.
fn source_with_admin() -> Value {
    let mut source = source();
    source["users"][0]["groups"] = json!(["system:masters"]);
    source
}

#[test]
fn a_new_administrator_and_the_last_one() {
    with_cluster(|story| {
        made(story);
        assert_guarded(story, &source_with_admin(), "C11", "--allow-new-admin");
        assert_guarded(story, &source(), "C02", "--allow-no-admin");
    });
}

#[test]
fn an_administrator_whom_only_an_edit_made_is_mended_away() {
    with_cluster(|story| {
        made(story);
        let declared = section(story, "mapUsers");
        rewrite(
            story,
            "mapUsers",
            &declared.replace("readers", "system:masters"),
        );
        let mended = apply(story, &[], &source());
        assert_eq!((mended.code, mended.stderr.as_str()), (Some(0), ""));
        assert_eq!(section(story, "mapUsers"), declared);

        // One whom the owner made, and takes back, is the last one whatever others changed.
        let made = apply(story, &["--allow-new-admin"], &source_with_admin());
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        let edited = section(story, "mapUsers").replace("username: alice", "username: alicia");
        rewrite(story, "mapUsers", &edited);
        assert_guarded(story, &source(), "C02", "--allow-no-admin");
    });
}

#[test]
fn an_administrator_whom_the_source_acknowledges_passes() {
    with_cluster(|story| {
        made(story);
        let text = "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\nowner: admins\nroles:\n\
                    # aws-auth-sync: allow C11\n\
                    - rolearn: arn:aws:iam::111122223333:role/admin\n  username: \
                    admin:{{SessionName}}\n  groups: [\"system:masters\"]\n";
        let file = story.sandbox.write("admins.yaml", text);
        let applied = story
            .aws_auth_sync(&["apply", file.to_str().unwrap()])
            .run();
        assert_eq!((applied.code, applied.stderr.as_str()), (Some(0), ""));
    });
}

#[test]
fn nodes_that_are_there_keep_their_access() {
    with_cluster(|story| {
        let mut with_nodes = source();
        with_nodes["roles"].as_array_mut().unwrap().push(json!({
            "rolearn": "arn:aws:iam::111122223333:role/node",
            "username": "system:node:{{EC2PrivateDNSName}}",
            "groups": ["system:bootstrappers", "system:nodes"],
        }));
        assert_eq!(apply(story, &["--create"], &with_nodes).code, Some(0));
        story.admin().apply(&json!({
            "apiVersion": "v1", "kind": "Node", "metadata": { "name": "ip-10-0-0-1" },
        }));
        assert_guarded(story, &source(), "C03", "--allow-node-removal");
        let _deleted = story.admin().succeed(&["delete", "node", "ip-10-0-0-1"]);
        assert_eq!(apply(story, &[], &with_nodes).code, Some(0));
        let without = apply(story, &[], &source());
        assert_eq!((without.code, without.stderr.as_str()), (Some(0), ""));
    });
}

#[test]
fn most_of_the_entries() {
    with_cluster(|story| {
        made(story);
        let mut roles_only = source();
        roles_only["users"] = json!([]);
        assert_guarded(story, &roles_only, "C04", "--allow-mass-deletion");
    });
}

#[test]
fn another_cluster() {
    with_cluster(|story| {
        made(story);
        let mut elsewhere = source_with_groups(&["changed"]);
        elsewhere["cluster"] = json!("https://elsewhere.example");
        let before = live(story);
        let refused = apply(story, &[], &elsewhere);
        assert_eq!(refused.code, Some(5), "{}", refused.stderr);
        assert!(
            refused.stderr.starts_with("aws-auth-sync: C05: "),
            "{}",
            refused.stderr
        );
        assert_eq!(live(story), before);
        let passed = apply(story, &["--allow-other-cluster"], &elsewhere);
        assert_eq!(passed.code, Some(0), "{}", passed.stderr);
        assert!(
            passed.stderr.starts_with("warning: C05: "),
            "{}",
            passed.stderr
        );
    });
}

#[test]
fn a_list_that_cannot_be_read() {
    with_cluster(|story| {
        made(story);
        let users = section(story, "mapUsers");
        rewrite(story, "mapUsers", &format!("{users}\tbroken: [\n"));
        assert_guarded(story, &source(), "C10", "--repair");
        assert_eq!(section(story, "mapUsers"), users);
    });
}

#[test]
fn a_list_that_cannot_be_read_stops_only_who_would_write_it() {
    with_cluster(|story| {
        made(story);
        let users = section(story, "mapUsers");
        let broken = format!("{users}\tbroken: [\n");
        rewrite(story, "mapUsers", &broken);
        let mut roles = source_with_groups(&["changed"]);
        roles["users"] = json!([]);
        let changed = apply(story, &[], &roles);
        assert_eq!(changed.code, Some(0), "{}", changed.stderr);
        let told = "warning: C10: the live mapUsers, line ";
        assert!(changed.stderr.starts_with(told), "{}", changed.stderr);
        assert!(section(story, "mapRoles").contains("changed"));
        assert_eq!(section(story, "mapUsers"), broken);
        let mut theirs = roles.clone();
        theirs["owner"] = json!("team-b");
        theirs["roles"][0]["rolearn"] = json!("arn:aws:iam::111122223333:role/team-b");
        assert_eq!(apply(story, &[], &theirs).code, Some(0));

        // Whose the hidden entries are is not forgotten.
        rewrite(story, "mapUsers", &users);
        let mended = apply(story, &["--allow-mass-deletion"], &roles);
        assert_eq!(mended.code, Some(0), "{}", mended.stderr);
        let line = "- mapUsers arn:aws:iam::111122223333:user/alice alice [readers]\n";
        assert!(mended.stdout.starts_with(line), "{}", mended.stdout);
    });
}

#[test]
fn the_callers_own_access() {
    with_cluster(|story| {
        made(story);
        let developer = story.sts.add_assumed_role("developer", "ann");
        // He may do what an administrator may, by the group that aws-auth gives him.
        story.admin().apply(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": { "name": "developers" },
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                "name": "cluster-admin",
            },
            "subjects": [{
                "apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "developers",
            }],
        }));
        let served = || story.call(&developer, &["get", "namespaces"]).run().code == Some(0);
        assert!(
            eventually(Duration::from_secs(30), served),
            "the developer is let in"
        );
        let before = live(story);
        let refused = as_caller(story, &developer, &[]);
        assert_eq!(refused.code, Some(5), "{}", refused.stderr);
        let message = "C01: mapRoles arn:aws:iam::111122223333:role/developer names you";
        assert!(refused.stderr.contains(message), "{}", refused.stderr);
        assert_eq!(live(story), before);
        let told = apply(
            story,
            &[
                "--caller-arn",
                "arn:aws:sts::111122223333:assumed-role/developer/ann",
            ],
            &source_with_groups(&["others"]),
        );
        assert_eq!(told.code, Some(5), "{}", told.stderr);
        let passed = as_caller(story, &developer, &["--allow-lock-out"]);
        assert_eq!(passed.code, Some(0), "{}", passed.stderr);
        assert!(
            passed.stderr.contains("warning: C01: "),
            "{}",
            passed.stderr
        );
    });
}

/// Takes the developers' group away from the developers, as one of them.
fn as_caller(story: &Story<'_>, keys: &Keys, flags: &[&str]) -> Output {
    let file = write(story, "access.json", &source_with_groups(&["others"]));
    let command = story.aws_auth_sync(&["apply", &file]);
    command
        .env("KUBECONFIG", story.sandbox.path().join("kubeconfig"))
        .keys(keys)
        .args(flags.iter().copied())
        .run()
}
