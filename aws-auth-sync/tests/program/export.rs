//! `export --live-file`: the same as from a cluster, by nobody's leave.

use std::io::Write as _;
use std::process::Stdio;

use crate::sandbox::{Sandbox, result};

const LIVE: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data:
  mapRoles: |
    # ours
    - rolearn: arn:aws:iam::111122223333:role/dev
      username: dev
      groups: [devs]
    - {rolearn: 'arn:aws:iam::111122223333:role/team/ops', username: ops}
  mapAccounts: |
    - "444455556666"
"#;

const SOURCE: &str = r#"apiVersion: aws-auth-sync/v1
kind: AwsAuth
owner: platform
roles:
- rolearn: arn:aws:iam::111122223333:role/dev
  username: dev
  groups:
  - devs
accounts:
- "444455556666"
# Not declared here, and left as it is in aws-auth:
# "#;

const LEFT: &str = "mapRoles, line 5: arn:aws:iam::111122223333:role/team/ops: A02: the role's ARN \
                    has a path, which no caller's ARN shows (write \
                    arn:aws:iam::111122223333:role/ops)\n";

#[test]
fn a_live_file_becomes_a_source_without_a_cluster() {
    let sandbox = Sandbox::with(&[("live.yaml", LIVE)]);
    let output = sandbox.run(&["export", "--live-file", "live.yaml", "--owner", "platform"]);
    let source = format!("{SOURCE}{LEFT}");
    let warning = format!("warning: live.yaml: left out: {LEFT}");
    assert_eq!(
        result(&output),
        (source.as_str(), warning.as_str(), Some(0))
    );
    // What it prints is a source, which changes nothing there.
    let sandbox = Sandbox::with(&[("live.yaml", LIVE), ("f.yaml", &source)]);
    let output = sandbox.run(&["plan", "--live-file", "live.yaml", "f.yaml"]);
    let nothing = "0 to add, 0 to change, 0 to remove, 3 foreign, 2 of them as declared (--adopt \
                   makes them platform's)\n";
    assert_eq!(result(&output), (nothing, "", Some(0)));
}

#[test]
fn a_live_file_may_come_by_stdin_and_stands_in_no_clusters_place() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&["export", "--live-file", "-", "-o", "yaml"]);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(LIVE.as_bytes()).unwrap();
    drop(stdin);
    let output = process.wait_with_output().unwrap();
    let (stdout, stderr, code) = result(&output);
    assert_eq!((stderr, code), ("", Some(0)));
    assert!(stdout.contains("  mapRoles: |\n    # ours\n"), "{stdout}");

    let both = sandbox.run(&["export", "--live-file", "x", "--context", "y"]);
    assert_eq!(result(&both).2, Some(2));
    let absent = sandbox.run(&["export", "--live-file", "absent.yaml"]);
    let (stdout, stderr, code) = result(&absent);
    assert!(stderr.contains("absent.yaml"), "{stderr}");
    assert_eq!((stdout, code), ("", Some(1)));
}
