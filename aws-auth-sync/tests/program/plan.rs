//! `plan` and `render --live-file`, on an aws-auth in a file.

mod guards;
mod live_file;
mod told;

use std::fs;

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, result};

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
