//! The local STS issues sessions as STS does: by the rules of roles, to botocore and the AWS CLI.

use std::time::Duration;

use e2e::support::clock::amz_date;
use e2e::support::command::Command;
use e2e::support::http::Client;
use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::sandbox::Sandbox;
use e2e::support::sigv4::{Request, Signer, uri_encode};
use e2e::support::sts::{ACCOUNT, Fault, Role, STS_REGION, Sts};
use serde_json::{Value, json};

struct Story {
    sts: Sts,
    alice: Keys,
    sandbox: Sandbox,
}

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("sessions");
        let sts = Sts::start_plain(sandbox.secrets());
        let alice = sts.add_user("alice");
        Self {
            sts,
            alice,
            sandbox,
        }
    }

    fn role(&self, name: &str, change: impl FnOnce(Role) -> Role) -> String {
        self.sts.add_role(change(Role::new(ACCOUNT, name)))
    }

    /// The status and JSON of a call signed with keys, or unsigned.
    fn call(&self, keys: Option<&Keys>, parameters: &[(&str, &str)]) -> (u16, Value) {
        let pairs = parameters
            .iter()
            .map(|(name, value)| format!("&{name}={}", uri_encode(value.as_bytes())));
        let mut request = Request::get(&self.sts.address().to_string(), "/");
        request.method = "POST".to_owned();
        request.body = format!("Version=2011-06-15{}", pairs.collect::<String>()).into_bytes();
        request.push_header("Content-Type", "application/x-www-form-urlencoded");
        let date = amz_date(self.sts.now());
        let request = match keys {
            Some(keys) => Signer::new(keys, STS_REGION, "sts", &date).sign(request),
            None => request,
        };
        let response = Client::plain(self.sts.address()).send_signed(&request);
        let response = response.unwrap();
        (response.status.as_u16(), response.json())
    }

    fn assume(&self, keys: &Keys, role: &str, more: &[(&str, &str)]) -> (u16, Value) {
        let call = [
            ("Action", "AssumeRole"),
            ("RoleArn", role),
            ("RoleSessionName", "a-session"),
        ];
        self.call(Some(keys), &[&call, more].concat())
    }

    /// The error code of an AssumeRole, or `OK`.
    fn verdict(&self, keys: &Keys, role: &str, more: &[(&str, &str)]) -> String {
        word(&self.assume(keys, role, more).1)
    }

    fn by_web_identity(&self, role: &str, token: &str) -> String {
        let call = [
            ("Action", "AssumeRoleWithWebIdentity"),
            ("RoleArn", role),
            ("RoleSessionName", "a-session"),
            ("WebIdentityToken", token),
        ];
        word(&self.call(None, &call).1)
    }

    fn at<'a>(&self, command: Command<'a>) -> Command<'a> {
        command.env("AWS_ENDPOINT_URL_STS", self.sts.url())
    }
}

fn word(answer: &Value) -> String {
    let code = answer.pointer("/Error/Code").and_then(Value::as_str);
    code.unwrap_or("OK").to_owned()
}

fn keys_of(answer: &Value) -> Keys {
    let pointer = "/AssumeRoleResponse/AssumeRoleResult/Credentials";
    let value = |name| {
        let value = answer.pointer(&format!("{pointer}/{name}"));
        value.and_then(Value::as_str).unwrap().to_owned()
    };
    Keys {
        access_key_id: value("AccessKeyId"),
        secret_access_key: value("SecretAccessKey"),
        session_token: Some(value("SessionToken")),
    }
}

#[test]
fn issues_sessions_to_those_a_role_trusts() {
    let story = Story::new();
    let bob = story.sts.add_user("bob");
    let root = story.sts.add_root();
    let account = "arn:aws:iam::111122223333:root";
    let of_alice = story.role("team/dev", |role| role.trusts(ALICE));
    let of_account = story.role("open", |role| role.trusts(account));
    let other = "arn:aws:iam::999999999999:role/dev";
    let cases = [
        ("a trusted user", &story.alice, of_alice.as_str(), "OK"),
        ("another user", &bob, &of_alice, "AccessDenied"),
        ("a user of a trusted account", &bob, &of_account, "OK"),
        ("the root", &root, &of_account, "AccessDenied"),
        ("a role of nobody", &story.alice, other, "AccessDenied"),
        (
            "keys of nobody",
            &Keys::long_lived(),
            &of_alice,
            "InvalidClientTokenId",
        ),
        (
            "another's secret",
            &story.alice.with_secret_of(&bob),
            &of_alice,
            "SignatureDoesNotMatch",
        ),
    ];
    for (case, keys, role, expected) in cases {
        assert_eq!(expected, story.verdict(keys, role, &[]), "{case}");
    }
}

#[test]
fn refuses_parameters_beyond_their_limits() {
    let story = Story::new();
    let role = story.role("dev", |role| {
        role.trusts(ALICE).max_duration(Duration::from_secs(7200))
    });
    let cases = [
        (("DurationSeconds", "900"), "OK"),
        (("DurationSeconds", "7200"), "OK"),
        (("DurationSeconds", "7201"), "ValidationError"),
        (("DurationSeconds", "899"), "ValidationError"),
        (("DurationSeconds", "43201"), "ValidationError"),
        (("DurationSeconds", "soon"), "ValidationError"),
        (("ExternalId", "1"), "ValidationError"),
        (("ExternalId", "unasked-for"), "OK"),
    ];
    for (parameter, expected) in cases {
        let verdict = story.verdict(&story.alice, &role, &[parameter]);
        assert_eq!(expected, verdict, "{parameter:?}");
    }
    for name in ["a", "with space", "a/b", &"n".repeat(65)] {
        let call = [
            ("Action", "AssumeRole"),
            ("RoleArn", &role),
            ("RoleSessionName", name),
        ];
        let answer = story.call(Some(&story.alice), &call).1;
        assert_eq!("ValidationError", word(&answer), "{name}");
    }
}

#[test]
fn demands_the_external_id_and_the_mfa_code_of_a_role() {
    let story = Story::new();
    let shared = story.role("shared", |role| role.trusts(ALICE).external_id("for-us"));
    let guarded = story.role("guarded", |role| role.trusts(ALICE).demands_mfa());
    let serial = story.sts.add_mfa_device("alice");
    let foreign = story.sts.add_mfa_device("bob");
    let (code, foreign_code) = (story.sts.mfa_code(&serial), story.sts.mfa_code(&foreign));
    let by = |role: &str, more: &[(&str, &str)]| story.verdict(&story.alice, role, more);
    let with =
        |serial: &str, code: &str| by(&guarded, &[("SerialNumber", serial), ("TokenCode", code)]);

    assert_eq!("AccessDenied", by(&shared, &[]));
    assert_eq!("AccessDenied", by(&shared, &[("ExternalId", "for-them")]));
    assert_eq!("OK", by(&shared, &[("ExternalId", "for-us")]));
    assert_eq!("AccessDenied", by(&guarded, &[]));
    let serial_alone = [("SerialNumber", serial.as_str())];
    assert_eq!("AccessDenied", by(&guarded, &serial_alone));
    assert_eq!("AccessDenied", with(&foreign, &foreign_code));
    assert_eq!("ValidationError", with(&serial, "12345"));
    assert_eq!("OK", with(&serial, &code));
    assert_eq!("AccessDenied", with(&serial, &code), "twice");
}

#[test]
fn knows_what_it_issued_until_it_ends_and_chains_for_an_hour() {
    let story = Story::new();
    let first = story.role("first", |role| role.trusts(ALICE));
    let twelve_hours = Duration::from_secs(12 * 3600);
    let second = story.role("second", |role| {
        role.trusts(&first).max_duration(twelve_hours)
    });
    let (status, answer) = story.assume(&story.alice, &first, &[("DurationSeconds", "900")]);
    assert_eq!(200, status);
    let session = keys_of(&answer);
    let whoami = [("Action", "GetCallerIdentity")];
    let (_, identity) = story.call(Some(&session), &whoami);
    assert_eq!(
        Some(&json!(
            "arn:aws:sts::111122223333:assumed-role/first/a-session"
        )),
        identity.pointer("/GetCallerIdentityResponse/GetCallerIdentityResult/Arn")
    );
    let chained = |seconds| story.verdict(&session, &second, &[("DurationSeconds", seconds)]);
    assert_eq!("OK", chained("3600"));
    assert_eq!("ValidationError", chained("3601"));
    story.sts.shift_clock(901);
    assert_eq!("ExpiredToken", chained("3600"));
    assert_eq!("ExpiredToken", word(&story.call(Some(&session), &whoami).1));
}

#[test]
fn takes_web_identities_that_a_role_trusts_until_they_end() {
    let story = Story::new();
    let subject = "system:serviceaccount:default:app";
    let role = story.role("irsa", |role| role.trusts_subject(subject));
    let token = |subject, seconds| story.sts.web_identity_token(subject, seconds);
    let good = token(subject, 600);
    let cases = [
        ("a good one", good.clone(), "OK"),
        ("over", token(subject, -1), "ExpiredTokenException"),
        (
            "of another",
            token("system:serviceaccount:default:other", 600),
            "AccessDenied",
        ),
        ("changed", format!("{good}A"), "InvalidIdentityToken"),
    ];
    for (case, token, expected) in cases {
        assert_eq!(expected, story.by_web_identity(&role, &token), "{case}");
    }
    story.sts.set_fault_for(1, Fault::IdpCommunicationError);
    assert_eq!("IDPCommunicationError", story.by_web_identity(&role, &good));
}

#[test]
fn botocore_assumes_a_role_of_a_profile_with_all_its_conditions() {
    let Some(peers) = Peers::for_story("botocore assumes a role of a profile") else {
        return;
    };
    let story = Story::new();
    let role = story.role("dev", |role| {
        role.trusts(ALICE)
            .external_id("for-them")
            .max_duration(Duration::from_secs(7200))
    });
    let profile = |external_id: &str| {
        format!(
            "[profile dev]\nrole_arn = {role}\nsource_profile = alice\nrole_session_name = me@corp\n\
             external_id = {external_id}\nduration_seconds = 7200\n"
        )
    };
    story.sandbox.credentials_file(&[("alice", &story.alice)]);
    let call = || {
        story
            .at(peers.botocore(&story.sandbox))
            .env("AWS_PROFILE", "dev")
    };
    story.sandbox.write("home/.aws/config", profile("for-us"));
    let refused = call().run();
    assert_eq!(Some(1), refused.code);
    assert!(
        refused.stderr.contains("AccessDenied"),
        "{}",
        refused.stderr
    );
    story.sts.add_role(
        Role::new(ACCOUNT, "dev")
            .trusts(ALICE)
            .external_id("for-us")
            .max_duration(Duration::from_secs(7200)),
    );
    assert_eq!(
        "assume-role arn:aws:sts::111122223333:assumed-role/dev/me@corp",
        call().succeed().stdout.trim()
    );
}

#[test]
fn botocore_and_the_aws_cli_assume_a_role_by_web_identity() {
    let Some(peers) = Peers::for_story("botocore assumes a role by web identity") else {
        return;
    };
    let story = Story::new();
    let role = story.role("irsa", |role| role.trusts_subject("app"));
    let token = story.sts.web_identity_token("app", 600);
    let file = story.sandbox.write_private("home/token", &token);
    let arn = "arn:aws:sts::111122223333:assumed-role/irsa/pod";
    let environment = |command| {
        story
            .at(command)
            .env("AWS_ROLE_ARN", &role)
            .env("AWS_ROLE_SESSION_NAME", "pod")
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", &file)
    };
    let output = environment(peers.botocore(&story.sandbox)).succeed();
    assert_eq!(
        format!("assume-role-with-web-identity {arn}"),
        output.stdout.trim()
    );
    let cli = environment(peers.aws_cli(&story.sandbox, STS_REGION));
    let cli = cli.args(["sts", "get-caller-identity", "--output", "json"]);
    assert_eq!(Some(&json!(arn)), cli.succeed().json().get("Arn"));
    // The AWS CLI keeps the session in its cache.
    for file in story.sandbox.files("home/.aws/cli/cache") {
        story.sandbox.may_hold_secrets(file);
    }
}

#[test]
fn the_aws_cli_assumes_a_role_with_a_code_of_the_device() {
    let Some(peers) = Peers::for_story("the AWS CLI assumes a role with MFA") else {
        return;
    };
    let story = Story::new();
    let role = story.role("guarded", |role| role.trusts(ALICE).demands_mfa());
    let serial = story.sts.add_mfa_device("alice");
    let code = story.sts.mfa_code(&serial);
    let call = |code: &str| {
        let cli = story.at(peers.aws_cli(&story.sandbox, STS_REGION));
        cli.keys(&story.alice)
            .args(["sts", "assume-role", "--role-arn", &role])
            .args(["--role-session-name", "cli", "--serial-number", &serial])
            .args(["--token-code", code, "--duration-seconds", "900"])
            .args(["--query", "AssumedRoleUser.Arn", "--output", "text"])
            .run()
    };
    let arn = "arn:aws:sts::111122223333:assumed-role/guarded/cli";
    assert_eq!(arn, call(&code).stdout.trim());
    let twice = call(&code);
    assert!(twice.stderr.contains("(AccessDenied)"), "{}", twice.stderr);
}

#[test]
fn the_aws_cli_leaves_the_session_of_a_role_in_its_cache() {
    let Some(peers) = Peers::for_story("the AWS CLI caches the session of a role") else {
        return;
    };
    let story = Story::new();
    let role = story.role("dev", |role| role.trusts(ALICE));
    story.sandbox.credentials_file(&[("alice", &story.alice)]);
    let profile = format!("[profile dev]\nrole_arn = {role}\nsource_profile = alice\n");
    story.sandbox.write("home/.aws/config", profile);
    for _ in 0..2 {
        let cli = story.at(peers.aws_cli(&story.sandbox, STS_REGION));
        let cli = cli.args(["--profile", "dev", "sts", "get-caller-identity"]);
        cli.succeed();
    }
    let files = story.sandbox.files("home/.aws/cli/cache");
    assert_eq!((1, 3), (files.len(), story.sts.counts().requests));
    for file in files {
        story.sandbox.may_hold_secrets(file);
    }
}
