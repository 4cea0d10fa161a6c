//! Whom kube-apiserver is told a token belongs to: the whole status, for every kind of caller.

use e2e::support::line::{ALICE, CLUSTER, DEV, Line};
use e2e::support::programs::Program;
use e2e::support::sts::{ACCOUNT, Caller, STS_HOST, STS_REGION};
use serde_json::json;

/// A caller, and whom the cluster takes him for.
struct Case<'a> {
    caller: Caller,
    canonical_arn: &'a str,
    session_name: &'a str,
    username: &'a str,
    groups: &'a [&'a str],
}

impl Case<'_> {
    fn check(&self, line: &Line) {
        let keys = line.sts.add(&self.caller);
        let principal_id = self.caller.principal_id();
        let mut user = json!({
            "username": self.username,
            "uid": format!("aws-iam-authenticator:{}:{principal_id}", self.caller.account),
            "groups": self.groups,
            "extra": {
                "accessKeyId": [keys.access_key_id],
                "arn": [self.caller.arn],
                "canonicalArn": [self.canonical_arn],
                "principalId": [principal_id],
                "sessionName": [self.session_name],
                "sigs.k8s.io/aws-iam-authenticator/principalId": [principal_id],
            },
        });
        if let Some(user) = user.as_object_mut().filter(|_| self.groups.is_empty()) {
            user.remove("groups");
        }
        let status = json!({"authenticated": true, "user": user});
        assert_eq!(status, *line.ask(&keys).status(), "{}", self.caller.arn);
    }
}

#[test]
fn names_users_federated_users_and_root() {
    let team = "arn:aws:iam::111122223333:user/team/bob";
    let federated = "arn:aws:sts::111122223333:federated-user/carol";
    let root = "arn:aws:iam::111122223333:root";
    let line = Line::with("users", |config| {
        let config = config.map_user(team, "bob", &["readers", "writers"]);
        config
            .map_user(federated, "carol", &[])
            .map_user(root, "the-root", &["admins"])
    });
    let case = |caller, canonical_arn, username, groups| {
        Case {
            caller,
            canonical_arn,
            session_name: "",
            username,
            groups,
        }
        .check(&line);
    };
    case(Caller::user(ACCOUNT, "alice"), ALICE, "alice", &["readers"]);
    case(
        Caller::user(ACCOUNT, "team/bob"),
        team,
        "bob",
        &["readers", "writers"],
    );
    case(
        Caller::federated_user(ACCOUNT, "carol"),
        federated,
        "carol",
        &[],
    );
    case(Caller::root(ACCOUNT), root, "the-root", &["admins"]);
}

#[test]
fn names_sessions_of_roles_and_instances() {
    let instance = "arn:aws:iam::111122223333:role/aws:ec2-instance";
    let line = Line::with("roles", |config| {
        config.map_role(instance, "node:{{SessionName}}", &["nodes"])
    });
    Case {
        caller: Caller::assumed_role(ACCOUNT, "dev", "dan@corp"),
        canonical_arn: DEV,
        session_name: "dan@corp",
        username: "dev:dan-corp",
        groups: &["developers"],
    }
    .check(&line);
    Case {
        caller: Caller::ec2_instance(ACCOUNT, "i-0123456789abcdef0"),
        canonical_arn: instance,
        session_name: "i-0123456789abcdef0",
        username: "node:i-0123456789abcdef0",
        groups: &["nodes"],
    }
    .check(&line);
}

#[test]
fn names_callers_of_a_mapped_account_by_their_canonical_arn() {
    let account = "444455556666";
    let line = Line::with("accounts", |config| config.map_account(account));
    let role = "arn:aws:iam::444455556666:role/any";
    let user = "arn:aws:iam::444455556666:user/team/frank";
    let case = |caller, canonical_arn, session_name| {
        Case {
            caller,
            canonical_arn,
            session_name,
            username: canonical_arn,
            groups: &[],
        }
        .check(&line);
    };
    case(Caller::assumed_role(account, "any", "eve"), role, "eve");
    case(Caller::user(account, "team/frank"), user, "");
    let root = line.sts.add(&Caller::root(account));
    assert_eq!((200, "not_mapped"), line.ask(&root).refusal());
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
