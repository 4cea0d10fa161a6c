//! The stand-in of IAM Identity Center serves botocore and the AWS CLI, and refuses tokens that are
//! over, used or another's.

use e2e::support::command::{Command, Output};
use e2e::support::peers::Peers;
use e2e::support::pki::Ca;
use e2e::support::sandbox::Sandbox;
use e2e::support::sso::{CacheState, Sso, SsoSession};
use e2e::support::standin::Front;
use e2e::support::sts::{ACCOUNT, STS_REGION, Sts};
use http::Method;
use serde_json::{Value, json};

struct Story {
    sts: Sts,
    sso: Sso,
    sandbox: Sandbox,
}

const CORP: SsoSession<'_> = SsoSession::Named("corp");
const ARN: &str = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0/alice";

impl Story {
    fn new() -> Self {
        Self::behind(Front::Plain)
    }

    fn behind(front: Front<'_>) -> Self {
        let sandbox = Sandbox::new("sso");
        let sts = Sts::start_plain(sandbox.secrets());
        let sso = Sso::start(front, sandbox.secrets());
        let keys = sts.add_assumed_role("AWSReservedSSO_Dev_0", "alice");
        sso.assign(ACCOUNT, "Dev", &keys);
        Self { sts, sso, sandbox }
    }

    fn at<'a>(&self, command: Command<'a>) -> Command<'a> {
        command
            .env("AWS_ENDPOINT_URL_SSO", self.sso.url())
            .env("AWS_ENDPOINT_URL_SSO_OIDC", self.sso.url())
            .env("AWS_ENDPOINT_URL_STS", self.sts.url())
            .env("AWS_PROFILE", "dev")
    }

    fn resolve(&self, peers: &Peers, session: SsoSession<'_>, role: &str) -> Output {
        let profile = Sso::profile("dev", session, ACCOUNT, role);
        self.sandbox.write("home/.aws/config", profile);
        self.at(peers.botocore(&self.sandbox)).run()
    }

    /// The token's file as a login leaves it.
    fn log_in(&self, state: CacheState) -> Value {
        let file = self.sso.log_in(&self.sandbox, CORP, state);
        serde_json::from_str(&self.sandbox.read(file)).unwrap()
    }

    fn refresh(&self, body: &Value) -> (u16, Value) {
        let headers = [("Content-Type", "application/json")];
        let client = self.sso.client();
        let answer = client.send(Method::POST, "/token", &headers, body.to_string());
        let answer = answer.unwrap();
        (answer.status.as_u16(), answer.json())
    }

    fn keys_for(&self, token: &str, query: &str) -> u16 {
        let headers = [("x-amz-sso_bearer_token", token)];
        let target = format!("/federation/credentials{query}");
        let answer = self.sso.client().get(&target, &headers).unwrap();
        answer.status.as_u16()
    }
}

fn asking(file: &Value) -> Value {
    let value = |name| file.get(name).cloned().unwrap_or_default();
    json!({
        "clientId": value("clientId"),
        "clientSecret": value("clientSecret"),
        "refreshToken": value("refreshToken"),
        "grantType": "refresh_token",
    })
}

fn with(mut body: Value, name: &str, value: &str) -> Value {
    body.as_object_mut()
        .unwrap()
        .insert(name.to_owned(), json!(value));
    body
}

#[test]
fn the_portal_gives_keys_for_a_good_token_and_an_assigned_role_alone() {
    let story = Story::new();
    let token_of = |state| {
        let file = story.log_in(state);
        file.get("accessToken")
            .and_then(Value::as_str)
            .unwrap()
            .to_owned()
    };
    let (fresh, over) = (token_of(CacheState::Fresh), token_of(CacheState::Expired));
    let dev = "?account_id=111122223333&role_name=Dev";
    assert_eq!(200, story.keys_for(&fresh, dev));
    assert_eq!(401, story.keys_for(&over, dev));
    assert_eq!(401, story.keys_for("a guess", dev));
    assert_eq!(400, story.keys_for(&fresh, "?account_id=111122223333"));
    let admin = "?account_id=111122223333&role_name=Admin";
    assert_eq!(403, story.keys_for(&fresh, admin));
    story.sso.log_out();
    assert_eq!(401, story.keys_for(&fresh, dev));
}

#[test]
fn a_refresh_token_serves_once_and_only_the_client_it_was_given_to() {
    let story = Story::new();
    let body = asking(&story.log_in(CacheState::Refreshable));
    let error = |body: &Value| {
        let (status, answer) = story.refresh(body);
        (
            status,
            answer
                .get("error")
                .and_then(Value::as_str)
                .unwrap()
                .to_owned(),
        )
    };
    let cases = [
        ("clientSecret", "a guess", (401, "invalid_client")),
        ("clientId", "another", (401, "invalid_client")),
        ("refreshToken", "a guess", (400, "invalid_grant")),
        ("grantType", "password", (400, "unsupported_grant_type")),
    ];
    for (name, value, (status, word)) in cases {
        let answer = error(&with(body.clone(), name, value));
        assert_eq!((status, word.to_owned()), answer, "{name}");
    }
    let (status, answer) = story.refresh(&body);
    assert_eq!(
        (200, Some(&json!("Bearer"))),
        (status, answer.get("tokenType"))
    );
    assert_eq!((400, "invalid_grant".to_owned()), error(&body));
    let next = answer.get("refreshToken").and_then(Value::as_str).unwrap();
    assert_eq!(200, story.refresh(&with(body, "refreshToken", next)).0);
    let unregistered = asking(&story.log_in(CacheState::Unregistered));
    assert_eq!((400, "invalid_grant".to_owned()), error(&unregistered));
}

#[test]
fn botocore_uses_a_cached_token_and_refreshes_one_that_is_over() {
    let Some(peers) = Peers::for_story("botocore asks IAM Identity Center") else {
        return;
    };
    let story = Story::new();
    let found = format!("sso {ARN}");
    for state in [CacheState::Fresh, CacheState::Refreshable] {
        story.log_in(state);
        let output = story.resolve(&peers, CORP, "Dev");
        assert_eq!(
            (Some(0), found.as_str()),
            (output.code, output.stdout.trim()),
            "{state:?}"
        );
    }
    assert_eq!(vec!["OK", "OK", "OK"], story.sso.verdicts());
    story
        .sso
        .log_in(&story.sandbox, SsoSession::Legacy, CacheState::Fresh);
    let output = story.resolve(&peers, SsoSession::Legacy, "Dev");
    assert_eq!(found, output.stdout.trim());
}

#[test]
fn botocore_is_refused_what_is_over_and_what_is_not_assigned() {
    let Some(peers) = Peers::for_story("botocore is refused by IAM Identity Center") else {
        return;
    };
    let story = Story::new();
    for state in [
        CacheState::Expired,
        CacheState::Unregistered,
        CacheState::Corrupt,
    ] {
        story.sso.log_in(&story.sandbox, CORP, state);
        let output = story.resolve(&peers, CORP, "Dev");
        assert_eq!(
            (Some(1), ""),
            (output.code, output.stdout.trim()),
            "{state:?}"
        );
    }
    story.log_in(CacheState::Fresh);
    let output = story.resolve(&peers, CORP, "Admin");
    assert_eq!(Some(1), output.code);
    assert!(
        output.stderr.contains("ForbiddenException"),
        "{}",
        output.stderr
    );
}

#[test]
fn the_aws_cli_uses_the_same_cache() {
    let Some(peers) = Peers::for_story("the AWS CLI asks IAM Identity Center") else {
        return;
    };
    let story = Story::new();
    story.log_in(CacheState::Refreshable);
    let profile = Sso::profile("dev", CORP, ACCOUNT, "Dev");
    story.sandbox.write("home/.aws/config", profile);
    let cli = story.at(peers.aws_cli(&story.sandbox, STS_REGION));
    let cli = cli.args(["sts", "get-caller-identity", "--output", "json"]);
    assert_eq!(Some(&json!(ARN)), cli.succeed().json().get("Arn"));
    for file in story.sandbox.files("home/.aws") {
        story.sandbox.may_hold_secrets(file);
    }
}

#[test]
fn botocore_asks_a_portal_behind_tls_by_its_ca() {
    let Some(peers) = Peers::for_story("botocore asks a portal behind TLS") else {
        return;
    };
    let ca = Ca::new("portal");
    let story = Story::behind(Front::Tls(&ca, &[]));
    story.log_in(CacheState::Refreshable);
    let distrusted = story.resolve(&peers, CORP, "Dev");
    assert_eq!((Some(1), 0), (distrusted.code, story.sso.counts().requests));
    let bundle = story.sandbox.write("home/ca.pem", ca.pem());
    let call = story.at(peers.botocore(&story.sandbox));
    let output = call.env("AWS_CA_BUNDLE", &bundle).succeed();
    assert_eq!(format!("sso {ARN}"), output.stdout.trim());
}
