//! `migrate apply` where it ends before EKS is asked. What EKS makes of it has its stories in the
//! package e2e.

use crate::sandbox::{Sandbox, result};

const LIVE: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data:
  mapRoles: |
    - {rolearn: 'arn:aws:iam::111122223333:role/dev', username: dev}
"#;
const CLUSTER: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/demo";

fn refused(arguments: &[&str]) -> (String, Option<i32>) {
    let sandbox = Sandbox::with(&[("f.yaml", LIVE)]);
    let fixed = ["migrate", "apply", "f.yaml"];
    let mut command = sandbox.command(&[&fixed[..], arguments].concat());
    let output = command.env("AWS_EC2_METADATA_DISABLED", "true").output();
    let output = output.unwrap();
    let (stdout, stderr, code) = result(&output);
    assert_eq!(stdout, "", "{arguments:?}");
    (stderr.to_owned(), code)
}

#[test]
fn arguments_that_make_no_sense_are_refused_by_their_name() {
    let table: [(&[&str], &str); 6] = [
        (&[], "--cluster <ARN|NAME>"),
        (&["--cluster", ""], "--cluster has no value"),
        (
            &["--cluster", "arn:aws:iam::1:role/x"],
            "--cluster <ARN|NAME>",
        ),
        (
            &["--cluster", "demo", "--region", "eu west"],
            "--region <REGION>",
        ),
        (
            &["--cluster", "demo", "--profile", ""],
            "--profile has no value",
        ),
        (&["--cluster", "demo", "-o", "yaml"], "--output <FORMAT>"),
    ];
    for (arguments, named) in table {
        let (stderr, code) = refused(arguments);
        assert!(stderr.contains(named), "{arguments:?}: {stderr}");
        assert_eq!(code, Some(2), "{arguments:?}");
    }
}

#[test]
fn a_region_that_the_arn_contradicts_is_refused_before_anybody_is_asked() {
    let told = format!(
        "aws-auth-sync: migrate apply: {CLUSTER} is not in us-east-1\nhint: leave --region out: the \
         ARN tells it\n"
    );
    let flags = ["--cluster", CLUSTER, "--region", "us-east-1"];
    assert_eq!(refused(&flags), (told, Some(1)));
}

#[test]
fn without_credentials_or_a_region_the_error_says_what_to_do() {
    let (stderr, code) = refused(&["--cluster", CLUSTER]);
    assert!(
        stderr.starts_with("aws-auth-sync: migrate apply: look for credentials: "),
        "{stderr}"
    );
    assert!(stderr.contains("\nhint: "), "{stderr}");
    assert_eq!(code, Some(1));
}

#[test]
fn files_that_cannot_be_read_are_an_error_with_their_place() {
    let sandbox = Sandbox::with(&[("f.yaml", "data: {{")]);
    for file in ["f.yaml", "absent.yaml"] {
        let output = sandbox.run(&["migrate", "apply", "--cluster", "demo", file]);
        let (stdout, stderr, code) = result(&output);
        assert!(stderr.contains(file), "{stderr}");
        assert_eq!((stdout, code), ("", Some(1)), "{stderr}");
    }
}
