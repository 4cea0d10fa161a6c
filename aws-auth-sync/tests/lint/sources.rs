//! What is read: each kind of file, several at once, their comments, and a cluster.

use std::fs;

use aws_auth_sync::lint::{self, Live, Settings, Severity};

use crate::manifest::{HEAD, NODES, check, codes, named, role, roles, settings, subject};

#[test]
fn reads_every_kind_of_source() {
    for (text, expected) in [
        (
            "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\nallowedAccounts: [\"444455556666\"]\nroles:\n- {rolearn: arn:aws:iam::111122223333:role/x/dev, username: d, groups: [g]}\n",
            vec!["A02 5:13", "A10 5:13"],
        ),
        (
            "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\nrolls: []\n",
            vec!["F02 3:1"],
        ),
        (
            "apiVersion: iamauthenticator.k8s.aws/v1alpha1\nkind: IAMIdentityMapping\nmetadata: {name: a}\nspec:\n  arn: arn:aws:iam::111122223333:role/x/dev\n  username: d\n  groups: [g]\n",
            vec!["A02 5:8"],
        ),
        (
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\niamIdentityMappings:\n- arn: arn:aws:iam::111122223333:role/x/dev\n  username: d\n  groups: [g]\n- account: \"111122223333\"\n",
            vec!["A02 4:8", "P01 7:12"],
        ),
        ("apiVersion: v1\nkind: Service\n", vec!["F01 1:1"]),
        ("a: [", vec!["D01 1:4"]),
    ] {
        assert_eq!(codes(text), expected, "{text}");
    }
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}",
        role("arn:aws:iam::111122223333:role/x/dev").replace('\n', "\n  ")
    );
    assert_eq!(codes(&list), ["A02 14:18"]);
}

#[test]
fn bindings_among_the_files_tell_which_groups_reach_something() {
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nsubjects:\n- {kind: Group, name: dev}\n---\n";
    let text = |group: &str| binding.to_owned() + &named("d", &format!("[{group}]"));
    assert_eq!(codes(&text("dev")), [""; 0]);
    assert_eq!(codes(&text("ops")), ["G07 18:16"]);
}

#[test]
fn a_cluster_tells_what_its_nodes_lack_and_which_groups_are_bound() {
    let live = |node: Option<&str>, windows: Option<&str>| Live {
        bound_groups: ["dev".to_owned()].into(),
        node: node.map(str::to_owned),
        windows_node: windows.map(str::to_owned),
    };
    let codes = |text: &str, live: Live| -> Vec<String> {
        let settings = Settings {
            live: Some(live),
            ..settings()
        };
        // The second file has the same to say, and is not told again.
        let other = "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\n";
        let findings = lint::check(&[subject(text), subject(other)], &settings);
        let told = findings.iter().map(|found| {
            let (line, column) = (found.position.line, found.position.column);
            format!("{} {line}:{column}", found.rule.code)
        });
        told.collect()
    };
    let empty = format!("{HEAD}  mapRoles: |\n    []\n");
    let nodes = format!("{HEAD}  mapRoles: |\n{NODES}");
    let windows = nodes.replace("system:nodes]", "system:nodes, eks:kube-proxy-windows]");
    for (text, live, expected) in [
        (&empty, live(None, None), &[][..]),
        (&empty, live(Some("n"), None), &["D15 1:1"]),
        (&nodes, live(Some("n"), None), &[]),
        (&nodes, live(Some("n"), Some("w")), &["G02 1:1"]),
        (&windows, live(Some("n"), Some("w")), &[]),
        (&named("d", "[dev]"), live(Some("n"), None), &[]),
        (&named("d", "[ops]"), live(Some("n"), None), &["G07 13:16"]),
    ] {
        assert_eq!(codes(text, live), expected, "{text}");
    }
}

#[test]
fn a_comment_accepts_what_it_names_and_nothing_else() {
    let entry =
        "- rolearn: arn:aws:iam::111122223333:role/dev\n  username: d\n  groups: [system:masters]";
    assert_eq!(codes(&roles(entry)), ["G05 13:16"]);
    for accepted in [
        format!("# aws-auth-sync: allow G05\n{entry}"),
        format!("{entry} # aws-auth-sync: allow A13, G05"),
    ] {
        assert_eq!(codes(&roles(&accepted)), [""; 0], "{accepted}");
    }
    let other = format!("# aws-auth-sync: allow G06\n{entry}");
    assert_eq!(codes(&roles(&other)), ["G05 14:16"]);
}

#[test]
fn duplicates_are_found_across_files_with_both_places() {
    let first = subject(
        "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\nroles:\n- {rolearn: arn:aws:iam::111122223333:role/dev, username: d, groups: [g]}\n",
    );
    let mut second = first.clone();
    second.file = "g.yaml".into();
    let findings = lint::check(&[first, second], &settings());
    let told: Vec<_> = findings
        .iter()
        .map(|found| {
            (
                found.rule.code,
                found.severity,
                &*found.file,
                found.message.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [(
            "A17",
            Severity::Error,
            "g.yaml",
            "f.yaml:4 names the same role"
        )]
    );
}

#[test]
fn the_examples_are_clean() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/");
    for file in [
        "aws-auth.yaml",
        "access/admins.yaml",
        "access/developers.yaml",
        "access/nodes.yaml",
    ] {
        let text = fs::read_to_string(format!("{root}{file}")).unwrap();
        let errors: Vec<_> = check(&text)
            .into_iter()
            .filter(|found| found.severity == Severity::Error)
            .collect();
        assert_eq!(errors, [], "{file}");
    }
}
