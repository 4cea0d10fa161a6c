//! `render`, of files, directories, patterns and stdin.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::{Sandbox, result, text};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

const EXAMPLE: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  annotations:
    aws-auth-sync/owned.platform: "RECORD"
  name: aws-auth
  namespace: kube-system
data:
  mapRoles: |
    - rolearn: arn:aws:iam::111122223333:role/cluster-admin
      username: "admin:{{SessionName}}"
      groups:
      - system:masters
    - rolearn: arn:aws:iam::111122223333:role/developer
      username: "dev:{{SessionName}}"
      groups:
      - developers
    - rolearn: arn:aws:iam::444455556666:role/pipeline
      username: pipeline
      groups:
      - deployers
    - rolearn: arn:aws:iam::111122223333:role/demo-node
      username: "system:node:{{EC2PrivateDNSName}}"
      groups:
      - system:bootstrappers
      - system:nodes
    - rolearn: arn:aws:iam::111122223333:role/demo-fargate
      username: "system:node:{{SessionName}}"
      groups:
      - system:bootstrappers
      - system:nodes
      - system:node-proxier
  mapUsers: |
    - userarn: arn:aws:iam::111122223333:user/ops/break-glass
      username: break-glass
      groups:
      - system:masters
"#;

#[test]
fn the_example_directory_makes_one_manifest() {
    let directory = examples().join("access");
    let output = Sandbox::new().run(&["render", directory.to_str().unwrap()]);
    let (stdout, stderr, code) = result(&output);
    let (_, record) = stdout.split_once("owned.platform: \"").unwrap();
    let record = record.lines().next().unwrap().strip_suffix('"').unwrap();
    assert_eq!(stdout, EXAMPLE.replace("RECORD", record));
    let record: serde_json::Value = serde_json::from_str(&record.replace("\\\"", "\"")).unwrap();
    assert_eq!(record["owner"], "platform");
    assert_eq!(record["entries"].as_object().unwrap().len(), 6);
    assert_eq!((stderr, code), ("", Some(0)));
}

#[test]
fn a_rendered_manifest_renders_to_itself() {
    let directory = examples().join("access");
    let sandbox = Sandbox::new();
    let first = sandbox.run(&["render", directory.to_str().unwrap()]);
    fs::write(sandbox.home.path().join("first.yaml"), &first.stdout).unwrap();
    let second = sandbox.run(&["render", "--owner", "platform", "first.yaml"]);
    assert_eq!(result(&second), (text(&first.stdout), "", Some(0)));
}

#[test]
fn a_manifest_without_an_owner_renders_without_a_record() {
    let path = examples().join("aws-auth.yaml");
    let output = Sandbox::new().run(&["render", path.to_str().unwrap()]);
    let (stdout, stderr, code) = result(&output);
    assert_eq!((stderr, code), ("", Some(0)));
    let written = fs::read_to_string(&path).unwrap();
    let data = |text: &str| {
        let manifest: BTreeMap<String, serde_json::Value> = serde_saphyr::from_str(text).unwrap();
        manifest["data"]["mapRoles"].as_str().unwrap().to_owned()
    };
    assert_eq!(data(stdout), data(&written));
    assert!(!stdout.contains("annotations"), "{stdout}");
}

const HEAD: &str = "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\n";

#[test]
fn sources_come_from_stdin_patterns_and_json_alike() {
    let account = |id: &str| format!("{HEAD}accounts: [\"{id}\"]\n");
    let json =
        r#"{"apiVersion": "aws-auth-sync/v1", "kind": "AwsAuth", "accounts": ["000000000003"]}"#;
    let sandbox = Sandbox::with(&[
        ("a1.yaml", &account("000000000001")),
        ("a2.yaml", &account("000000000002")),
        ("b.json", json),
        ("in", &account("000000000004")),
    ]);
    let mut command = sandbox.command(&["render", "b.json", "a*.yaml", "-"]);
    command.stdin(fs::File::open(sandbox.home.path().join("in")).unwrap());
    let output = command.output().unwrap();
    let accounts = "    - \"000000000003\"\n    - \"000000000001\"\n    - \"000000000002\"\n    - \"000000000004\"\n";
    let expected = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: aws-auth\n  namespace: kube-system\ndata:\n  mapAccounts: |\n{accounts}"
    );
    assert_eq!(result(&output), (expected.as_str(), "", Some(0)));
}

#[test]
fn what_readers_of_yaml_would_misread_is_quoted() {
    let source = format!(
        "{HEAD}users:\n- userarn: arn:aws:iam::111122223333:user/a\n  username: \"on\"\n  groups: [\"1e3\", \"0123\", 'a: b', \"y\", \"x #y\"]\n"
    );
    let output = Sandbox::with(&[("f.yaml", &source)]).run(&["render", "f.yaml"]);
    let expected = "apiVersion: v1
kind: ConfigMap
metadata:
  name: aws-auth
  namespace: kube-system
data:
  mapUsers: |
    - userarn: arn:aws:iam::111122223333:user/a
      username: \"on\"
      groups:
      - \"1e3\"
      - \"0123\"
      - \"a: b\"
      - \"y\"
      - \"x #y\"
";
    assert_eq!(result(&output), (expected, "", Some(0)));
}

/// An entry that is right, as the base of those that are not.
fn role(arn: &str, username: &str, groups: &str) -> String {
    format!("{HEAD}roles:\n- rolearn: {arn}\n  username: {username}\n  groups: {groups}\n")
}

const ARN: &str = "arn:aws:iam::111122223333:role/dev";

#[test]
fn an_invalid_source_is_one_error_that_says_where_and_nothing_is_printed() {
    let table = [
        (
            role(ARN, "no", "[]"),
            "f.yaml:5:13: username is a string, and \"no\" is a boolean in YAML 1.1\nhint: put it in quotes: \"no\"",
        ),
        (role(ARN, "a", "b"), "f.yaml:6:11: groups is a list"),
        (
            role("arn:aws:iam::111122223333:role/team/dev", "a", "[]"),
            "f.yaml:4:3: the role's ARN has a path: no caller would match, because theirs has none\nhint: write arn:aws:iam::111122223333:role/dev",
        ),
        (
            format!(
                "{HEAD}allowedAccounts: [\"444455556666\"]\nroles:\n- {{rolearn: \"{ARN}\", username: a}}\n"
            ),
            "f.yaml:5:3: account 111122223333 is not in allowedAccounts\nhint: correct the account, or allow it",
        ),
        (
            format!(
                "{}- {{rolearn: \"{}\", username: b}}\n",
                role(ARN, "a", "[]"),
                ARN.replace("dev", "DEV")
            ),
            "f.yaml:7:3: arn:aws:iam::111122223333:role/DEV is declared already at f.yaml:4:3\nhint: of two entries only the last would count: remove one",
        ),
        (
            role(ARN, "system:x", "[a]"),
            "f.yaml:5:13: usernames that begin with system: are reserved (U01)\nhint: choose another username",
        ),
        (
            HEAD.to_owned(),
            "check the sources: they declare no role, user or account\nhint: --allow-mass-deletion takes away every entry that the owner has written",
        ),
    ];
    for (source, message) in table {
        let output = Sandbox::with(&[("f.yaml", &source)]).run(&["render", "f.yaml"]);
        let expected = format!("aws-auth-sync: {message}\n");
        assert_eq!(
            result(&output),
            ("", expected.as_str(), Some(3)),
            "{source}"
        );
    }
}

#[test]
fn entries_that_the_webhook_would_drop_are_errors_at_their_place() {
    let table = [
        role("arn:aws:sts::111122223333:assumed-role/dev/me", "a", "[]"),
        role("arn:aws:iam::111122223333:instance-profile/dev", "a", "[]"),
        role("arn:aws:iam::1:role/dev", "a", "[]"),
        role("not-an-arn", "a", "[]"),
        role(ARN, "\"{{ SessionName }}\"", "[]"),
        role(ARN, "\"\"", "[]"),
        role(ARN, "\" \"", "[]"),
        role(ARN, "a", "[\"system:unauthenticated\"]"),
        role(ARN, "a", "[\"system:serviceaccounts\"]"),
        role(ARN, "a", "[\"\"]"),
        role(ARN, "é", "[]"),
    ];
    for source in table {
        let output = Sandbox::with(&[("f.yaml", &source)]).run(&["render", "f.yaml"]);
        let (stdout, stderr, code) = result(&output);
        assert_eq!((stdout, code), ("", Some(3)), "{source}");
        assert!(
            stderr.starts_with("aws-auth-sync: f.yaml:4:3: "),
            "{stderr}"
        );
        assert!(stderr.lines().count() <= 2, "{stderr}");
    }
}

#[test]
fn several_errors_are_all_told_in_the_order_of_the_files() {
    let sandbox = Sandbox::with(&[
        ("a.yaml", &role(ARN, "a", "b")),
        ("b.yaml", &format!("{HEAD}owner: 5\n")),
    ]);
    let expected = "error: a.yaml:6:11: groups is a list
error: b.yaml:3:8: owner is a string, and \"5\" is an integer in YAML 1.1 (put it in quotes: \"5\")
aws-auth-sync: check the sources: 2 errors
";
    assert_eq!(
        result(&sandbox.run(&["render", "a.yaml", "b.yaml"])),
        ("", expected, Some(3))
    );
}

#[test]
fn files_must_agree_on_owner_accounts_and_entries() {
    let entry = format!("roles:\n- {{rolearn: \"{ARN}\", username: a}}\n");
    let first = format!("{HEAD}owner: one\nallowedAccounts: [\"444455556666\"]\n");
    let sandbox = Sandbox::with(&[
        ("one.yaml", &first),
        ("two.yaml", &format!("{HEAD}owner: two\n")),
        ("other.yaml", &format!("{HEAD}{entry}")),
        ("same.yaml", &format!("{HEAD}{entry}")),
    ]);
    let table = [
        (
            vec!["one.yaml", "two.yaml"],
            "two.yaml:3:8: owner two is not the one of one.yaml:3:8\nhint: the sources of one aws-auth have one owner",
        ),
        (
            vec!["--owner", "x", "two.yaml"],
            "two.yaml:3:8: owner two is not the x of --owner\nhint: the sources of one aws-auth have one owner",
        ),
        (
            vec!["one.yaml", "other.yaml"],
            "other.yaml:4:3: account 111122223333 is not in allowedAccounts\nhint: correct the account, or allow it",
        ),
        (
            vec!["other.yaml", "same.yaml"],
            "same.yaml:4:3: arn:aws:iam::111122223333:role/dev is declared already at other.yaml:4:3\nhint: of two entries only the last would count: remove one",
        ),
    ];
    for (arguments, message) in table {
        let output = sandbox.run(&[&["render"], &arguments[..]].concat());
        let expected = format!("aws-auth-sync: {message}\n");
        assert_eq!(
            result(&output),
            ("", expected.as_str(), Some(3)),
            "{arguments:?}"
        );
    }
}

#[test]
fn another_cluster_is_refused_with_a_code_of_its_own() {
    let directory = examples().join("access");
    let directory = directory.to_str().unwrap();
    let sandbox = Sandbox::new();
    let arn = "arn:aws:eks:us-west-2:111122223333:cluster/demo";
    let right = sandbox.run(&["render", directory, "--cluster", arn]);
    assert_eq!(right.status.code(), Some(0));
    let wrong = sandbox.run(&["render", directory, "--cluster", "https://127.0.0.1"]);
    let expected = format!(
        "aws-auth-sync: C05: {directory}/admins.yaml:5:10 is for cluster {arn}, and --cluster is https://127.0.0.1\nhint: give --allow-other-cluster if that is what you want\n"
    );
    assert_eq!(result(&wrong), ("", expected.as_str(), Some(5)));
}

#[test]
fn what_cannot_be_read_is_an_error_and_no_finding() {
    let sandbox = Sandbox::with(&[("bytes.yaml", "")]);
    fs::write(sandbox.home.path().join("bytes.yaml"), b"a: b\nc: \xff\n").unwrap();
    let table = [
        (
            vec!["render", "none.yaml"],
            "read none.yaml: No such file or directory (os error 2)",
            1,
        ),
        (vec!["render", "none*"], "read none*: no file matches", 1),
        (
            vec!["render", "-", "-"],
            "read stdin: it can be read only once",
            1,
        ),
        (
            vec!["render", "bytes.yaml"],
            "bytes.yaml:2:4: this is not UTF-8",
            3,
        ),
    ];
    for (arguments, message, code) in table {
        let output = sandbox.run(&arguments);
        let expected = format!("aws-auth-sync: {message}\n");
        assert_eq!(
            result(&output),
            ("", expected.as_str(), Some(code)),
            "{arguments:?}"
        );
    }
}

#[test]
fn apply_refuses_before_it_looks_at_a_cluster() {
    let accounts = format!("{HEAD}accounts: [\"111122223333\"]\n");
    let kubeconfig = "clusters: [{name: c, cluster: {server: \"https://127.0.0.1:1\"}}]\n\
        contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n";
    let sandbox = Sandbox::with(&[
        ("f.yaml", &accounts),
        ("k", kubeconfig),
        ("broken", "users: [{name: u, user: {token: hunter2}}\n"),
    ]);
    let owned = ["apply", "f.yaml", "--owner", "o", "--kubeconfig"];
    let table = [
        (
            vec!["apply", "f.yaml"],
            "check the sources: none of them names an owner\nhint: add `owner: NAME` to a source, or give --owner NAME",
            3,
        ),
        (
            [&owned[..], &["k", "--cluster", "d"]].concat(),
            "C05: --cluster is for cluster d, and the kubeconfig's is c at https://127.0.0.1:1/\nhint: give --allow-other-cluster if that is what you want",
            5,
        ),
        (
            [&owned[..], &["k", "--context", "y"]].concat(),
            "read the kubeconfig: failed to load current context: y\nhint: give --kubeconfig FILE and --context NAME; kubectl config get-contexts lists them",
            1,
        ),
    ];
    for (arguments, message, code) in table {
        let output = sandbox.run(&arguments);
        let expected = format!("aws-auth-sync: {message}\n");
        assert_eq!(
            result(&output),
            ("", expected.as_str(), Some(code)),
            "{arguments:?}"
        );
    }
    let broken = sandbox.run(&[&owned[..], &["broken"]].concat());
    let (stdout, stderr, code) = result(&broken);
    assert_eq!((stdout, code), ("", Some(1)));
    assert!(
        stderr.starts_with("aws-auth-sync: read the kubeconfig: it does not parse"),
        "{stderr}"
    );
    assert!(!stderr.contains("hunter2"), "{stderr}");
    let absent = sandbox.run(&["apply", "f.yaml", "--owner", "o"]);
    assert_eq!(absent.status.code(), Some(1));
}
