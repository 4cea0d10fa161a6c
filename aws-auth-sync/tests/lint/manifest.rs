//! A manifest that is as it should be but for what a test writes into it, and what is found there.

use aws_auth_sync::input::Input;
use aws_auth_sync::lint::{self, Finding, Settings, Severity};
use aws_auth_sync::subject::Subject;

pub(crate) fn subject(text: &str) -> Subject {
    Subject::read(&Input {
        file: "f.yaml".into(),
        bytes: text.as_bytes().to_vec(),
    })
}

pub(crate) fn settings() -> Settings {
    Settings {
        partition: Some("aws".parse().unwrap()),
        windows_roles: vec!["arn:aws:iam::111122223333:role/windows".to_owned()],
        ..Settings::default()
    }
}

pub(crate) fn check(text: &str) -> Vec<Finding> {
    lint::check(&[subject(text)], &settings())
}

/// `CODE LINE:COLUMN` of each finding that is more than a note.
pub(crate) fn codes(text: &str) -> Vec<String> {
    let findings = check(text);
    let told = findings
        .iter()
        .filter(|found| found.severity != Severity::Info);
    told.map(|found| {
        let (line, column) = (found.position.line, found.position.column);
        format!("{} {line}:{column}", found.rule.code)
    })
    .collect()
}

/// `CODE SEVERITY` of the findings of some rules.
pub(crate) fn severities(text: &str, codes: &[&str]) -> Vec<String> {
    let found = check(text).into_iter();
    let found = found.filter(|found| codes.contains(&found.rule.code));
    found
        .map(|found| format!("{} {}", found.rule.code, found.severity.word()))
        .collect()
}

/// A manifest with a good role and `roles` behind it, from line 11 on.
pub(crate) fn roles(roles: &str) -> String {
    let body: String = roles.lines().map(|line| format!("    {line}\n")).collect();
    format!("{HEAD}  mapRoles: |\n{NODES}{body}")
}

pub(crate) fn users(users: &str) -> String {
    let body: String = users.lines().map(|line| format!("    {line}\n")).collect();
    format!("{HEAD}  mapRoles: |\n{NODES}  mapUsers: |\n{body}")
}

pub(crate) const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: aws-auth\n  namespace: kube-system\ndata:\n";

pub(crate) const NODES: &str = "    - rolearn: arn:aws:iam::111122223333:role/node
      username: system:node:{{EC2PrivateDNSName}}
      groups: [system:bootstrappers, system:nodes]
";

pub(crate) fn role(arn: &str) -> String {
    roles(&format!(
        "- rolearn: {arn}\n  username: dev:{{{{SessionName}}}}\n  groups: [dev]"
    ))
}

pub(crate) fn named(username: &str, groups: &str) -> String {
    roles(&format!(
        "- rolearn: arn:aws:iam::111122223333:role/dev\n  username: {username}\n  groups: {groups}"
    ))
}
