//! A plan as scripts, people and pull requests are told it, and as `apply --plan` takes it.

use std::fs;

use serde_json::{Value, json};

use crate::plan::{run, sandbox};
use crate::sandbox::result;

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
