//! Whom kube-apiserver is told a token belongs to: the whole status, for every kind of caller.

use e2e::support::line::{ALICE, CLUSTER, DEV, Line};
use e2e::support::programs::Program;
use e2e::support::sts::{Caller, STS_HOST, STS_REGION};
use serde_json::{Value, json};

/// `status` for a caller: everything of it is decided by these.
struct Expected<'a> {
    caller: &'a Caller,
    canonical_arn: &'a str,
    session_name: &'a str,
    access_key_id: &'a str,
    username: &'a str,
    groups: &'a [&'a str],
}

impl Expected<'_> {
    fn status(&self) -> Value {
        let principal_id = self.caller.principal_id();
        let mut user = json!({
            "username": self.username,
            "uid": format!("aws-iam-authenticator:{}:{principal_id}", self.caller.account),
            "extra": {
                "accessKeyId": [self.access_key_id],
                "arn": [self.caller.arn],
                "canonicalArn": [self.canonical_arn],
                "principalId": [principal_id],
                "sessionName": [self.session_name],
                "sigs.k8s.io/aws-iam-authenticator/principalId": [principal_id],
            },
        });
        if !self.groups.is_empty() {
            user["groups"] = json!(self.groups);
        }
        json!({"authenticated": true, "user": user})
    }
}

#[test]
fn names_users_sessions_federated_users_root_and_instances() {
    let instance = "arn:aws:iam::111122223333:role/aws:ec2-instance";
    let line = Line::with("kinds", |config| {
        config
            .map_user(
                "arn:aws:iam::111122223333:user/team/bob",
                "bob",
                &["readers"],
            )
            .map_user(
                "arn:aws:sts::111122223333:federated-user/carol",
                "carol",
                &[],
            )
            .map_user("arn:aws:iam::111122223333:root", "the-root", &["admins"])
            .map_role(instance, "node:{{SessionName}}", &["nodes"])
            .map_account("444455556666")
    });
    let account = "111122223333";
    let cases: [(Caller, &str, &str, &str, &[&str]); 7] = [
        (
            Caller::user(account, "alice"),
            ALICE,
            "",
            "alice",
            &["readers"],
        ),
        (
            Caller::user(account, "team/bob"),
            "arn:aws:iam::111122223333:user/team/bob",
            "",
            "bob",
            &["readers"],
        ),
        (
            Caller::assumed_role(account, "dev", "dan@corp"),
            DEV,
            "dan@corp",
            "dev:dan-corp",
            &["developers"],
        ),
        (
            Caller::federated_user(account, "carol"),
            "arn:aws:sts::111122223333:federated-user/carol",
            "",
            "carol",
            &[],
        ),
        (
            Caller::root(account),
            "arn:aws:iam::111122223333:root",
            "",
            "the-root",
            &["admins"],
        ),
        (
            Caller::ec2_instance(account, "i-0123456789abcdef0"),
            instance,
            "i-0123456789abcdef0",
            "node:i-0123456789abcdef0",
            &["nodes"],
        ),
        (
            Caller::assumed_role("444455556666", "any", "eve"),
            "arn:aws:iam::444455556666:role/any",
            "eve",
            "arn:aws:iam::444455556666:role/any",
            &[],
        ),
    ];
    for (caller, canonical_arn, session_name, username, groups) in cases {
        let keys = line.sts.add(&caller);
        let access_key_id = &keys.access_key_id;
        let expected = Expected {
            caller: &caller,
            canonical_arn,
            session_name,
            access_key_id,
            username,
            groups,
        };
        assert_eq!(
            expected.status(),
            *line.ask(&keys).status(),
            "{}",
            caller.arn
        );
    }
}

#[test]
fn knows_the_caller_of_token_exec_and_asks_sts_with_nothing_of_the_callers_but_the_nine_parameters()
{
    let line = Line::new("exec");
    let keys = line.sts.add_assumed_role("dev", "dan");
    let command = line
        .sandbox
        .command(Program::TokenExec)
        .args(["--region", STS_REGION]);
    let token = command
        .args(["--cluster-name", CLUSTER, "--output", "token"])
        .keys(&keys)
        .bearer();
    assert_eq!(
        Some("dev:dan"),
        line.webhook.authenticate(&token).username()
    );

    let requests = line.sts.requests();
    assert_eq!(1, requests.len());
    for request in requests {
        let mut parameters: Vec<_> = request.query_names.iter().map(String::as_str).collect();
        parameters.sort_unstable();
        assert_eq!(NINE_PARAMETERS.to_vec(), parameters);
        let mut names: Vec<_> = request
            .headers
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        assert_eq!(vec!["accept", "host", "user-agent", "x-k8s-aws-id"], names);
        assert_eq!(
            (STS_HOST, "GET", "/"),
            (
                request.host.as_str(),
                request.method.as_str(),
                request.path.as_str()
            )
        );
        assert_eq!(
            (Some(CLUSTER), Some("application/json")),
            (request.header("x-k8s-aws-id"), request.header("accept"))
        );
    }
}

const NINE_PARAMETERS: [&str; 9] = [
    "Action",
    "Version",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];
