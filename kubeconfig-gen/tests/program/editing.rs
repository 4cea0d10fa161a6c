//! A kubeconfig that is there already: what of it is edited, and in which file.

mod writing;

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use crate::sandbox::{ARN, Sandbox, said};

const OURS: &str = "\
# my clusters
apiVersion: v1
kind: Config
preferences: {}
clusters:
  - name: other   # theirs
    cluster: {server: 'https://other.example', x-mine: [y, 012]}
contexts:
  - context: &ctx
      cluster: other
      user: other
    name: other
current-context: \"other\"
users:
  - name: other
    user:
      token: \"012345678901\"
# the end
";

#[test]
fn only_what_is_asked_for_is_written_and_once() {
    let sandbox = Sandbox::with_token_exec();
    sandbox.write("config", OURS);
    let file = ["--kubeconfig", "config"];
    let (stdout, stderr) = sandbox.update(&file);
    assert_eq!(
        (stdout, stderr),
        (
            format!("Added new context {ARN} to config\n"),
            String::new()
        )
    );
    let after = sandbox.read("config");
    let kept = after.replace(
        &format!("current-context: \"{ARN}\""),
        "current-context: \"other\"",
    );
    let mut rest = kept.lines();
    for line in OURS.lines() {
        assert!(
            rest.any(|other| other == line),
            "{line:?} is not there any more:\n{after}"
        );
    }
    // As their cluster is written.
    assert!(
        after.contains("\n  - cluster: {certificate-authority-data: LS0"),
        "{after}"
    );
    assert!(
        after.contains("\n        args:\n          - \"--region=us-west-2\"\n"),
        "{after}"
    );
    let inode = fs::metadata(sandbox.path("config")).unwrap().ino();
    let (stdout, _) = sandbox.update(&file);
    assert_eq!(stdout, format!("Updated context {ARN} in config\n"));
    assert_eq!(sandbox.read("config"), after);
    // Not even the same bytes are written again.
    assert_eq!(fs::metadata(sandbox.path("config")).unwrap().ino(), inode);
    assert!(!sandbox.path("config.lock").exists());
}

#[test]
fn an_entry_keeps_what_the_update_does_not_speak_of() {
    let sandbox = Sandbox::with_token_exec();
    let before = format!(
        "clusters:\n- cluster:\n    server: https://old.example # moved\n    proxy-url: socks5://p:1\n    \
         tls-server-name: t\n    certificate-authority: ca.pem\n  name: {ARN}\ncontexts:\n- name: {ARN}\n  \
         context:\n    namespace: team\n    cluster: {ARN}\n    user: {ARN}\nusers:\n- name: {ARN}\n  user:\n    \
         exec:\n      apiVersion: client.authentication.k8s.io/v1alpha1\n      command: aws\n      args: [eks, \
         get-token]\n      env:\n      - name: HTTPS_PROXY\n        value: \"on\"\n      - {{name: AWS_PROFILE, \
         value: old}}\n"
    );
    sandbox.write("config", &before);
    let (_, stderr) = sandbox.update(&["--kubeconfig", "config", "--profile", "new"]);
    assert!(
        stderr.starts_with("warning: certificate-authority of the cluster "),
        "{stderr}"
    );
    let after = sandbox.read("config");
    for kept in [
        "proxy-url: socks5://p:1",
        "tls-server-name: t",
        "namespace: team",
        "value: \"on\"",
        " # moved",
    ] {
        assert!(after.contains(kept), "{kept}: {after}");
    }
    assert!(
        after.contains("- {name: AWS_PROFILE, value: new}"),
        "{after}"
    );
    assert!(
        !after.contains("certificate-authority:") && !after.contains("v1alpha1"),
        "{after}"
    );
    assert!(
        after
            .contains("args: [\"--region=us-west-2\", \"--cluster-name=demo\", \"--profile=new\"]"),
        "{after}"
    );
}

#[test]
fn of_a_list_of_files_each_entry_is_edited_where_it_is() {
    let sandbox = Sandbox::with_token_exec();
    sandbox.write("a", "current-context: mine\n# a\n");
    sandbox.write(
        "b",
        &format!("clusters:\n- name: {ARN}\n  cluster: {{server: \"https://b\"}}\n"),
    );
    sandbox.write("broken", "users: 5\n");
    let mut command = sandbox.command(&["update", "--from-file", "demo.json"]);
    command.env("KUBECONFIG", "none:a:b:a::broken");
    let (stdout, stderr) = said(&command.output().unwrap());
    assert_eq!(stdout, format!("Added new context {ARN} to a\n"));
    assert_eq!(
        stderr,
        "warning: broken:1:8: users is an integer, where kubectl wants a list: kubectl reads none of its \
         files until this one is mended\n",
    );
    let a = sandbox.read("a");
    assert!(
        a.starts_with(&format!(
            "current-context: {ARN}\n# a\ncontexts:\n- context:\n"
        )) || a.starts_with(&format!("current-context: {ARN}\ncontexts:\n")),
        "{a}"
    );
    assert!(
        a.contains("users:\n- name: arn") && !a.contains("clusters:"),
        "{a}"
    );
    assert!(
        sandbox
            .read("b")
            .contains("server: \"https://0123456789ABCDEF"),
        "{}",
        sandbox.read("b")
    );
    assert!(!sandbox.path("none").exists());
}

#[test]
fn an_earlier_file_that_wins_is_reported() {
    let sandbox = Sandbox::with_token_exec();
    sandbox.write(
        "a",
        &format!("current-context: mine\nusers: [{{name: \"{ARN}\"}}]\n"),
    );
    sandbox.write("b", "");
    let mut command = sandbox.command(&["update", "--from-file", "demo.json", "--kubeconfig", "b"]);
    let (_, stderr) = said(&command.env("KUBECONFIG", "a:b").output().unwrap());
    assert_eq!(
        stderr,
        format!(
            "warning: a comes before b in KUBECONFIG, and its current-context mine wins\nwarning: a comes \
             before b in KUBECONFIG, and its user {ARN} wins\n"
        ),
    );
}

#[test]
fn a_dry_run_prints_the_edited_file_and_writes_nothing() {
    let sandbox = Sandbox::with_token_exec();
    sandbox.write("config", OURS);
    let file = ["--kubeconfig", "config"];
    let (printed, _) = sandbox.update(&[&file[..], &["--dry-run"]].concat());
    assert_eq!(sandbox.read("config"), OURS);
    sandbox.update(&file);
    assert_eq!(sandbox.read("config"), printed);
}
