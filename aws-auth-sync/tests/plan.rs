//! `aws-auth-sync plan` and `render --live-file` as processes, on an aws-auth in a file.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where its own ground gives way"
)]

mod sandbox;

use std::fs;

use sandbox::{Sandbox, result, text};
use serde_json::{Value, json};

/// What is there: entries of EKS and of people, and one that `platform` wrote and somebody changed.
const LIVE: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: aws-auth
  namespace: kube-system
  annotations:
    note: kept
data:
  mapRoles: |
    # nodes
    - groups:
      - system:bootstrappers
      - system:nodes
      rolearn: arn:aws:iam::111122223333:role/node
      username: system:node:{{EC2PrivateDNSName}}
    - rolearn: arn:aws:iam::111122223333:role/admin   # for emergencies
      username: admin
      groups: [system:masters]
    - rolearn: arn:aws:iam::111122223333:role/dev
      username: dev
      groups:
      - a
  mapUsers: |
    - userarn: arn:aws:iam::111122223333:user/ann
      username: ann
  other: "kept"
"#;

const HEAD: &str = "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\nowner: platform\n";

/// What `platform` declares: a role that is there with other groups, and a user that is new.
const SOURCE: &str = "apiVersion: aws-auth-sync/v1
kind: AwsAuth
owner: platform
roles:
- {rolearn: \"arn:aws:iam::111122223333:role/dev\", username: dev, groups: [a, b]}
users:
- {userarn: \"arn:aws:iam::111122223333:user/Bob\", username: bob, groups: [a]}
";

fn sandbox() -> Sandbox {
    Sandbox::with(&[("live.yaml", LIVE), ("f.yaml", SOURCE)])
}

/// Runs a command on the live file and the source.
fn run(sandbox: &Sandbox, command: &str, flags: &[&str]) -> (String, String, Option<i32>) {
    let fixed = [command, "--live-file", "live.yaml", "f.yaml"];
    let output = sandbox.run(&[&fixed[..], flags].concat());
    let (stdout, stderr, code) = result(&output);
    (stdout.to_owned(), stderr.to_owned(), code)
}

/// Has the live file be what `render` prints, and gives it.
fn settle(sandbox: &Sandbox, flags: &[&str]) -> String {
    let (stdout, stderr, code) = run(sandbox, "render", flags);
    assert_eq!(code, Some(0), "{stderr}");
    fs::write(sandbox.home.path().join("live.yaml"), &stdout).unwrap();
    stdout
}

#[test]
fn a_plan_is_one_document_for_scripts() {
    let (stdout, stderr, code) = run(&sandbox(), "plan", &["-o", "json"]);
    assert_eq!((stderr.as_str(), code), ("", Some(4)));
    let dev = "arn:aws:iam::111122223333:role/dev";
    let bob = "arn:aws:iam::111122223333:user/Bob";
    let expected = json!({
        "apiVersion": "aws-auth-sync/v1",
        "kind": "Plan",
        "owner": "platform",
        "changes": [{
            "action": "add",
            "section": "mapUsers",
            "key": bob,
            "owner": "platform",
            "reason": "it is declared, and not there",
            "after": {"userarn": bob, "username": "bob", "groups": ["a"]},
        }],
        "conflicts": [{
            "section": "mapRoles",
            "key": dev,
            "reason": "it is there with other values, and belongs to nobody",
            "override": "--adopt",
            "file": "f.yaml",
            "line": 5,
            "before": {"rolearn": dev, "username": "dev", "groups": ["a"]},
            "after": {"rolearn": dev, "username": "dev", "groups": ["a", "b"]},
        }],
        "guards": [],
        "passed": [],
        "warnings": [],
        "summary": {
            "add": 1, "change": 0, "remove": 0, "adopt": 0, "adoptChanged": 0,
            "foreign": 4, "unowned": 0, "protected": 0, "forgotten": 0,
        },
    });
    assert_eq!(serde_json::from_str::<Value>(&stdout).unwrap(), expected);
    let (yaml, _, _) = run(&sandbox(), "plan", &["-o", "yaml"]);
    assert_eq!(serde_saphyr::from_str::<Value>(&yaml).unwrap(), expected);
}

#[test]
fn a_plan_is_told_entry_by_entry_to_people_and_to_pull_requests() {
    let (stdout, stderr, code) = run(&sandbox(), "plan", &["--adopt"]);
    let expected = "~ mapRoles arn:aws:iam::111122223333:role/dev dev [a, b] (was dev [a])
    adopted: it was there, and belonged to nobody
+ mapUsers arn:aws:iam::111122223333:user/Bob bob [a]
warning C06: mapRoles arn:aws:iam::111122223333:role/dev gets other values than its writer gave \
it, who may write them again: have one of the two declare it
1 to add, 0 to change, 0 to remove, 1 to adopt (1 with other values), 3 foreign
";
    assert_eq!(
        (stdout.as_str(), stderr.as_str(), code),
        (expected, "", Some(2))
    );
    let (stdout, _, _) = run(&sandbox(), "plan", &["--adopt", "-o", "markdown"]);
    let expected = r"### aws-auth-sync plan

`platform`: 1 to add, 0 to change, 0 to remove, 1 to adopt (1 with other values), 3 foreign

> **C06** mapRoles arn:aws:iam::111122223333:role/dev gets other values than its writer gave it, who may write them again: have one of the two declare it

| | Entry | Now | Then | Why |
|---|---|---|---|---|
| adopt | mapRoles arn:aws:iam::111122223333:role/dev | dev \[a\] | dev \[a, b\] | adopted: it was there, and belonged to nobody |
| add | mapUsers arn:aws:iam::111122223333:user/Bob |  | bob \[a\] | it is declared, and not there |
";
    assert_eq!(stdout, expected);
}

#[test]
fn what_is_rendered_is_the_file_with_the_changes_and_needs_no_more() {
    let sandbox = sandbox();
    let rendered = settle(&sandbox, &["--adopt"]);
    let (_, record) = rendered.split_once("owned.platform: ").unwrap();
    let record = record.lines().next().unwrap();
    let expected = LIVE
        .replace(
            "    note: kept\n",
            &format!("    note: kept\n    aws-auth-sync/owned.platform: {record}\n"),
        )
        .replace("      - a\n", "      - a\n      - b\n")
        .replace(
            "      username: ann\n",
            "      username: ann\n    - userarn: arn:aws:iam::111122223333:user/Bob\n      username: bob\n      groups:\n      - a\n",
        );
    assert_eq!(rendered, expected);
    let nothing = "0 to add, 0 to change, 0 to remove, 3 foreign\n".to_owned();
    assert_eq!(
        run(&sandbox, "plan", &[]),
        (nothing, String::new(), Some(0))
    );
    assert_eq!(settle(&sandbox, &[]), rendered);

    // What is not declared any more goes, and with the last entry the record.
    let none = format!("{HEAD}users: []\n");
    fs::write(sandbox.home.path().join("f.yaml"), none).unwrap();
    let rest = settle(&sandbox, &["--allow-mass-deletion"]);
    let without_dev = LIVE
        .split("    - rolearn: arn:aws:iam::111122223333:role/dev")
        .next();
    let users = "  mapUsers: |\n    - userarn: arn:aws:iam::111122223333:user/ann\n      username: ann\n  other: \"kept\"\n";
    assert_eq!(rest, format!("{}{users}", without_dev.unwrap()));
}

#[test]
fn a_refused_plan_renders_to_nothing() {
    let message = "aws-auth-sync: mapRoles arn:aws:iam::111122223333:role/dev of f.yaml:5:3: it is \
                   there with other values, and belongs to nobody: there dev [a], declared dev [a, \
                   b]\nhint: leave it to them, or give --adopt to settle it\n";
    let refused = (String::new(), message.to_owned(), Some(4));
    assert_eq!(run(&sandbox(), "render", &[]), refused);
}

#[test]
fn what_was_changed_by_others_is_drift_and_is_not_removed() {
    let sandbox = sandbox();
    let rendered = settle(&sandbox, &["--adopt"]);
    let path = sandbox.home.path();
    let drifted = rendered
        .replace("username: bob", "username: eve")
        .replace("      - b\n", "");
    fs::write(path.join("live.yaml"), &drifted).unwrap();
    let (stdout, _, code) = run(&sandbox, "plan", &[]);
    let expected = "~ mapRoles arn:aws:iam::111122223333:role/dev dev [a, b] (was dev [a])
    drift: somebody else has changed it
~ mapUsers arn:aws:iam::111122223333:user/Bob bob [a] (was eve [a])
    drift: somebody else has changed it
0 to add, 2 to change, 0 to remove, 3 foreign
";
    assert_eq!((stdout.as_str(), code), (expected, Some(2)));
    assert_eq!(settle(&sandbox, &[]), rendered);

    fs::write(path.join("live.yaml"), &drifted).unwrap();
    fs::write(path.join("f.yaml"), SOURCE.split("users").next().unwrap()).unwrap();
    let (stdout, _, code) = run(&sandbox, "plan", &["-o", "json"]);
    let conflict = &serde_json::from_str::<Value>(&stdout).unwrap()["conflicts"][0];
    assert_eq!((&conflict["override"], code), (&json!("--prune"), Some(4)));
    assert_eq!(conflict["heldBy"], Value::Null);
    // With it all goes that nobody owns; what is protected stays.
    let protected = "protect: [\"arn:aws:iam::*:role/[an]*\"]\n";
    let source = format!("{}{protected}", SOURCE.split("users").next().unwrap());
    fs::write(path.join("f.yaml"), source).unwrap();
    let flags = ["--prune", "--allow-mass-deletion"];
    let (stdout, _, code) = run(&sandbox, "plan", &flags);
    let expected = "- mapUsers arn:aws:iam::111122223333:user/ann ann []
    pruned: it is not declared, and belongs to nobody
- mapUsers arn:aws:iam::111122223333:user/bob eve [a]
    pruned: it is no longer declared, and somebody else has changed it
~ mapRoles arn:aws:iam::111122223333:role/dev dev [a, b] (was dev [a])
    drift: somebody else has changed it
guard C04: mapUsers would be empty, which now has mapUsers arn:aws:iam::111122223333:user/ann, \
mapUsers arn:aws:iam::111122223333:user/Bob (let pass by --allow-mass-deletion)
0 to add, 1 to change, 2 to remove, 2 foreign
";
    assert_eq!(
        (stdout.as_str(), code),
        (expected.replace("user/bob", "user/Bob").as_str(), Some(2))
    );
}

#[test]
fn what_makes_a_change_idle_or_undone_is_a_warning_and_no_exit_code() {
    let sandbox = sandbox();
    let marked = LIVE.replace("note: kept", "meta.helm.sh/release-name: eks");
    fs::write(sandbox.home.path().join("live.yaml"), marked).unwrap();
    let entries = "accessEntries:\n- {principalArn: \"arn:aws:iam::111122223333:role/team/dev\", \
                   type: STANDARD}\n- {principalArn: \"arn:aws:iam::111122223333:user/ann\", \
                   type: STANDARD}\n";
    fs::write(sandbox.home.path().join("entries.yaml"), entries).unwrap();
    let flags = ["--adopt", "--access-entries", "entries.yaml"];
    let (stdout, stderr, code) = run(&sandbox, "plan", &[&flags[..], &["-o", "json"]].concat());
    assert_eq!((stderr.as_str(), code), ("", Some(2)));
    let document: Value = serde_json::from_str(&stdout).unwrap();
    let messages = [
        (
            "C06",
            "mapRoles arn:aws:iam::111122223333:role/dev gets other values than its writer gave \
             it, who may write them again: have one of the two declare it",
        ),
        (
            "C07",
            "aws-auth bears the marks of Helm (meta.helm.sh/release-name), which may undo what is \
             written here: let it leave the object's data alone",
        ),
        (
            "C09",
            "mapRoles arn:aws:iam::111122223333:role/dev has an access entry (entries.yaml:2), \
             which wins: what aws-auth says of it has no effect",
        ),
    ];
    let expected = messages.map(|(code, message)| json!({"code": code, "message": message}));
    assert_eq!(document["warnings"], json!(expected));
    let (yaml, _, _) = run(&sandbox, "plan", &[&flags[..], &["-o", "yaml"]].concat());
    let yaml: Value = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!(yaml["warnings"], json!(expected));
    let (stdout, _, code) = run(&sandbox, "plan", &flags);
    let told = messages.map(|(code, message)| format!("warning {code}: {message}\n"));
    assert!(stdout.contains(&told.concat()), "{stdout}");
    assert_eq!(code, Some(2));
    // What is not the plan's document tells it beside the document.
    let (_, stderr, code) = run(&sandbox, "render", &["--adopt"]);
    let told = |(code, message)| format!("warning: {code}: {message}\n");
    let told: String = messages.into_iter().take(2).map(told).collect();
    assert_eq!((stderr, code), (told, Some(0)));
}

#[test]
fn eks_is_asked_about_a_cluster_that_has_a_name() {
    let (stdout, stderr, code) = run(&sandbox(), "plan", &["--ask-eks"]);
    let expected = "aws-auth-sync: ask EKS: neither --cluster nor the files nor the kubeconfig name \
                    the cluster by its ARN\nhint: name it: --ask-eks=ARN, or its name with \
                    --region\n";
    assert_eq!(
        (stdout.as_str(), stderr.as_str(), code),
        ("", expected, Some(1))
    );
    let (_, stderr, code) = run(&sandbox(), "plan", &["--region", "eu-west-1"]);
    assert!(stderr.contains("--ask-eks"), "{stderr}");
    assert_eq!(code, Some(2));
}

/// A source, the guard that refuses it, the flag that lets it pass, and others that it needs.
type Guarded<'a> = (String, &'a str, &'a str, &'a [&'a str]);

#[test]
fn each_guard_refuses_plan_and_render_alike_and_has_a_flag() {
    let entry = |name: &str, groups: &str| {
        format!(
            "roles:\n- {{rolearn: \"arn:aws:iam::111122223333:role/{name}\", username: {name}, groups: [{groups}]}}\n"
        )
    };
    let caller = &[
        "--caller-arn",
        "arn:aws:sts::111122223333:assumed-role/dev/me",
        "--adopt",
    ];
    let prune_nodes = "protect: [\"*:role/admin\", \"*:role/dev\", \"*:user/*\"]\n";
    let prune_admin = "protect: [\"*:role/node\", \"*:role/dev\", \"*:user/*\"]\n";
    let prune_users = "protect: [\"*:role/*\"]\n";
    let new = entry("new", "x");
    let table: [Guarded<'_>; 6] = [
        (entry("dev", "x"), "C01", "--allow-lock-out", caller),
        (
            format!("{new}{prune_admin}"),
            "C02",
            "--allow-no-admin",
            &["--prune"],
        ),
        (
            format!("{new}{prune_nodes}"),
            "C03",
            "--allow-node-removal",
            &["--prune"],
        ),
        (
            format!("{new}{prune_users}"),
            "C04",
            "--allow-mass-deletion",
            &["--prune"],
        ),
        (
            format!("cluster: a\n{new}"),
            "C05",
            "--allow-other-cluster",
            &["--cluster", "b"],
        ),
        (
            entry("new", "\"system:masters\""),
            "C11",
            "--allow-new-admin",
            &[],
        ),
    ];
    for (source, code, flag, others) in table {
        let sandbox = Sandbox::with(&[("live.yaml", LIVE), ("f.yaml", &format!("{HEAD}{source}"))]);
        assert_guarded(&sandbox, code, flag, others);
    }
    let user = "users:\n- {userarn: \"arn:aws:iam::111122223333:user/bob\", username: bob}\n";
    let sandbox = Sandbox::with(&[("live.yaml", BROKEN), ("f.yaml", &format!("{HEAD}{user}"))]);
    assert_guarded(&sandbox, "C10", "--repair", &[]);
}

/// An aws-auth whose mapUsers cannot be read.
const BROKEN: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data:
  mapRoles: |
    - rolearn: arn:aws:iam::111122223333:role/admin
      username: admin
      groups: [system:masters]
  mapUsers: |
    - userarn: arn:aws:iam::111122223333:user/ann
      username: {{ann}}
"#;

#[test]
fn a_list_that_cannot_be_read_keeps_nobody_from_the_others() {
    let role = "roles:\n- {rolearn: \"arn:aws:iam::111122223333:role/new\", username: new}\n";
    let sandbox = Sandbox::with(&[("live.yaml", BROKEN), ("f.yaml", &format!("{HEAD}{role}"))]);
    let (stdout, stderr, code) = run(&sandbox, "plan", &["-o", "json"]);
    let plan: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((stderr.as_str(), code), ("", Some(2)));
    assert_eq!(
        (&plan["guards"], &plan["warnings"][0]["code"]),
        (&json!([]), &json!("C10"))
    );
    let message = plan["warnings"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("the live mapUsers, line "), "{message}");
    assert!(
        message.contains("; it stays as it is, and nobody is let in by it"),
        "{message}"
    );
    let (rendered, stderr, code) = run(&sandbox, "render", &[]);
    assert_eq!(
        (stderr, code),
        (format!("warning: C10: {message}\n"), Some(0))
    );
    // Behind the list that changes all is as it was.
    let (_, users) = BROKEN.split_once("  mapUsers").unwrap();
    assert!(
        rendered.ends_with(&format!("  mapUsers{users}")),
        "{rendered}"
    );
    assert!(rendered.contains("role/new"), "{rendered}");
}

fn assert_guarded(sandbox: &Sandbox, code: &str, flag: &str, others: &[&str]) {
    let (stdout, _, exit) = run(sandbox, "plan", &[others, &["-o", "json"]].concat());
    let plan: Value = serde_json::from_str(&stdout).unwrap();
    let guards = plan["guards"].as_array().unwrap();
    assert_eq!((guards.len(), exit), (1, Some(5)), "{code}: {plan}");
    assert_eq!(
        (&guards[0]["code"], &guards[0]["override"]),
        (&json!(code), &json!(flag))
    );
    let (stdout, stderr, exit) = run(sandbox, "render", others);
    let message = guards[0]["message"].as_str().unwrap();
    assert!(
        stderr.contains(&format!("{code}: {message}\nhint: give {flag} ")),
        "{stderr}"
    );
    assert_eq!((stdout.as_str(), exit), ("", Some(5)));
    let (stdout, stderr, exit) = run(sandbox, "render", &[others, &[flag]].concat());
    assert_eq!(exit, Some(0), "{stderr}");
    let passed = format!("warning: {code}: {message} (let pass by {flag})\n");
    let warnings = plan["warnings"].as_array().unwrap().iter();
    let warnings = warnings.map(|found| (found["code"].as_str(), found["message"].as_str()));
    let warnings =
        warnings.map(|(code, what)| format!("warning: {}: {}\n", code.unwrap(), what.unwrap()));
    assert_eq!(stderr, passed + &warnings.collect::<String>());
    assert!(stdout.contains("apiVersion: v1"), "{stdout}");
}

#[test]
fn a_comment_in_the_source_acknowledges_a_new_administrator() {
    let source = format!(
        "{HEAD}users:\n# aws-auth-sync: allow C11\n- userarn: arn:aws:iam::111122223333:user/eve\n  username: eve\n  groups: [\"system:masters\"]\n"
    );
    let sandbox = Sandbox::with(&[("live.yaml", LIVE), ("f.yaml", &source)]);
    let (stdout, stderr, code) = run(&sandbox, "plan", &[]);
    let expected =
        "+ mapUsers arn:aws:iam::111122223333:user/eve eve [system:masters]  ! administrator
1 to add, 0 to change, 0 to remove, 4 foreign
";
    assert_eq!(
        (stdout.as_str(), stderr.as_str(), code),
        (expected, "", Some(2))
    );
}

#[test]
fn what_a_flag_lets_pass_stands_in_every_output() {
    let source = format!(
        "{HEAD}protect: [\"*:role/*\"]\nroles: []\nusers:\n- {{userarn: \
                          \"arn:aws:iam::111122223333:user/eve\", username: eve, groups: \
                          [\"system:masters\"]}}\n"
    );
    let sandbox = Sandbox::with(&[("live.yaml", LIVE), ("f.yaml", &source)]);
    let flag = "--allow-new-admin";
    let (json, _, code) = run(&sandbox, "plan", &[flag, "-o", "json"]);
    assert_eq!(code, Some(2));
    let plan: Value = serde_json::from_str(&json).unwrap();
    let [passed] = plan["passed"].as_array().unwrap().as_slice() else {
        panic!("{plan}");
    };
    assert_eq!(
        (&passed["code"], &passed["override"]),
        (&json!("C11"), &json!(flag))
    );
    assert_eq!(plan["guards"], json!([]));
    let message = passed["message"].as_str().unwrap();
    let (text, _, _) = run(&sandbox, "plan", &[flag]);
    assert!(
        text.contains(&format!("\nguard C11: {message} (let pass by {flag})\n")),
        "{text}"
    );
    let (markdown, _, _) = run(&sandbox, "plan", &[flag, "-o", "markdown"]);
    assert!(markdown.contains("\n> **C11** mapUsers "), "{markdown}");
    assert!(
        markdown.contains(&format!("(let pass by `{flag}`)")),
        "{markdown}"
    );
}

#[test]
fn the_exit_code_is_that_of_what_matters_most() {
    let with = |entries: &str| {
        Sandbox::with(&[("live.yaml", LIVE), ("f.yaml", &format!("{HEAD}{entries}"))])
    };
    let admin = "users:\n- {userarn: \"arn:aws:iam::111122223333:user/eve\", username: eve, groups: [\"system:masters\"]}\n";
    let taken = "roles:\n- {rolearn: \"arn:aws:iam::111122223333:role/dev\", username: x}\n";
    let wrong = "accounts: [\"1\"]\n";
    let code = |entries: &str, flags: &[&str]| run(&with(entries), "plan", flags).2;
    assert_eq!(code(&format!("{taken}{admin}{wrong}"), &[]), Some(3));
    assert_eq!(code(&format!("{taken}{admin}"), &[]), Some(5));
    assert_eq!(
        code(&format!("{taken}{admin}"), &["--allow-new-admin"]),
        Some(4)
    );
    assert_eq!(
        code(
            &format!("{taken}{admin}"),
            &["--allow-new-admin", "--adopt"]
        ),
        Some(2)
    );
    let same = "users:\n- {userarn: \"arn:aws:iam::111122223333:user/ann\", username: ann}\n";
    assert_eq!(code(same, &[]), Some(0));
}

#[test]
fn a_live_file_is_a_manifest_a_list_json_or_stdin() {
    let indented = LIVE
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect::<String>();
    let item = format!("- {}", indented.trim_start());
    let list =
        format!("kind: List\napiVersion: v1\nitems:\n- kind: Secret\n  apiVersion: v1\n{item}");
    let live: Value = serde_saphyr::from_str(LIVE).unwrap();
    let table = [list.clone(), live.to_string(), format!("{live:#}\n")];
    for text in table {
        let sandbox = Sandbox::with(&[("live.yaml", &text), ("f.yaml", SOURCE)]);
        let rendered = settle(&sandbox, &["--adopt"]);
        assert!(rendered.contains("user/Bob"), "{rendered}");
        let (stdout, _, code) = run(&sandbox, "plan", &[]);
        let nothing = "0 to add, 0 to change, 0 to remove, 3 foreign\n";
        assert_eq!((stdout.as_str(), code), (nothing, Some(0)), "{text}");
    }
    let sandbox = sandbox();
    let mut piped = sandbox.command(&["plan", "--adopt", "--live-file", "-", "f.yaml"]);
    piped.stdin(fs::File::open(sandbox.home.path().join("live.yaml")).unwrap());
    assert_eq!(piped.output().unwrap().status.code(), Some(2));
    let twice = sandbox.run(&["plan", "--live-file", "-", "-"]);
    assert_eq!(
        text(&twice.stderr),
        "aws-auth-sync: read stdin: it can be read only once\n"
    );
}

#[test]
fn a_live_file_that_is_of_no_use_is_an_error_with_its_place() {
    let record =
        |value: &str| LIVE.replace("note: kept", &format!("aws-auth-sync/owned.x: '{value}'"));
    let table = [
        ("a: [".to_owned(), "read live.yaml: not YAML"),
        (
            "kind: ConfigMap\n".to_owned(),
            "read live.yaml: there is no ConfigMap named aws-auth\nhint: kubectl get configmap aws-auth -n kube-system -o yaml writes one\n",
        ),
        (
            record("{}"),
            "read live.yaml: the annotation aws-auth-sync/owned.x of aws-auth is no record that this version reads: it is not such JSON\nhint: kubectl annotate configmap aws-auth -n kube-system aws-auth-sync/owned.x- forgets it; the owner's next apply --adopt makes it anew\n",
        ),
        (
            format!("{LIVE}---\nkind: Secret\n"),
            "edit live.yaml: line 27, column 1: a second document begins here\nhint: keep one document in a file\n",
        ),
        (
            LIVE.replace(
                "    - rolearn: arn:aws:iam::111122223333:role/dev",
                "    - &dev\n      rolearn: arn:aws:iam::111122223333:role/dev",
            )
            .replace("      - a\n", "      - a\n    - *dev\n"),
            "edit mapRoles of the live aws-auth: line 11, column 3: what stands here is referred to by an alias\nhint: write the value out where the alias stands, and remove the anchor\n",
        ),
    ];
    for (live, message) in table {
        let sandbox = Sandbox::with(&[("live.yaml", &live), ("f.yaml", SOURCE)]);
        let (stdout, stderr, code) = run(&sandbox, "render", &["--adopt"]);
        assert_eq!((stdout.as_str(), code), ("", Some(1)), "{stderr}");
        assert!(
            stderr.starts_with(&format!("aws-auth-sync: {message}")),
            "{stderr}"
        );
    }
}

#[test]
fn a_plan_file_holds_what_was_looked_at_and_is_not_written_where_it_is_refused() {
    let sandbox = sandbox();
    let out = sandbox.home.path().join("plan.json");
    let refused = run(&sandbox, "plan", &["--out", "plan.json"]);
    assert_eq!(
        refused.1,
        "warning: plan.json is not written: the plan is refused\n"
    );
    assert!(!out.exists());
    let (stdout, _, _) = run(
        &sandbox,
        "plan",
        &[
            "--adopt",
            "--out",
            "plan.json",
            "-o",
            "json",
            "--cluster",
            "https://c",
        ],
    );
    let mut saved: Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    let origin = saved.as_object_mut().unwrap().remove("origin").unwrap();
    assert_eq!(saved, serde_json::from_str::<Value>(&stdout).unwrap());
    assert_eq!(origin["cluster"], "https://c");
    assert_eq!(
        (&origin["adopt"], &origin["prune"]),
        (&json!(true), &json!(false))
    );

    let kubeconfig = "clusters: [{name: c, cluster: {server: \"https://127.0.0.1:1\"}}]\n\
        contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n";
    fs::write(sandbox.home.path().join("k"), kubeconfig).unwrap();
    let apply = |plan: &str| {
        let output = sandbox.run(&["apply", "--plan", plan, "--kubeconfig", "k"]);
        let (_, stderr, code) = result(&output);
        (stderr.to_owned(), code)
    };
    let elsewhere = "aws-auth-sync: C05: plan.json:1:1 is for cluster https://c, and the \
                     kubeconfig's is c at https://127.0.0.1:1/\nhint: give --allow-other-cluster \
                     if that is what you want\n";
    assert_eq!(apply("plan.json"), (elsewhere.to_owned(), Some(5)));
    let none = "aws-auth-sync: read f.yaml: this is no plan that aws-auth-sync plan --out \
                wrote\nhint: plan again: aws-auth-sync plan --out FILE\n";
    assert_eq!(apply("f.yaml"), (none.to_owned(), Some(1)));
}
