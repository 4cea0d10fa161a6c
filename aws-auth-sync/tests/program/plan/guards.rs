//! Plans that a guard refuses, and what lets them pass.

use serde_json::{Value, json};

use crate::plan::{HEAD, LIVE, run};
use crate::sandbox::Sandbox;

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
