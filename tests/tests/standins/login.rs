//! The stand-in of AWS sign-in gives keys for a refresh token and a proof of possession, to
//! botocore and to nobody with another key.

use e2e::support::clock::shifted;
use e2e::support::command::Output;
use e2e::support::keys::Keys;
use e2e::support::login::{Login, LoginState, ProofKey, proof};
use e2e::support::peers::Peers;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::Front;
use e2e::support::sts::Sts;
use http::Method;
use serde_json::{Value, json};

struct Story {
    sts: Sts,
    login: Login,
    /// The keys that a fresh file holds.
    cached: Keys,
    sandbox: Sandbox,
}

impl Story {
    fn new() -> Self {
        let sandbox = Sandbox::new("login");
        let sts = Sts::start_plain(sandbox.secrets());
        let cached = sts.add_assumed_role("cached", "alice");
        let keys = sts.add_assumed_role("refreshed", "alice");
        let login = Login::start(Front::Plain, &keys, sandbox.secrets());
        sandbox.write("home/.aws/config", Login::profile("dev"));
        Self {
            sts,
            login,
            cached,
            sandbox,
        }
    }

    fn resolve(&self, peers: &Peers, state: LoginState) -> Output {
        self.login.log_in(&self.sandbox, &self.cached, state);
        self.resolve_again(peers)
    }

    fn resolve_again(&self, peers: &Peers) -> Output {
        let command = peers.botocore(&self.sandbox);
        command
            .env("AWS_ENDPOINT_URL_SIGNIN", self.login.url())
            .env("AWS_ENDPOINT_URL_STS", self.sts.url())
            .env("AWS_PROFILE", "dev")
            .run()
    }

    /// The status and the word of an error, or the refresh token of an answer.
    fn refresh(&self, refresh_token: &str, proof: &str) -> (u16, String) {
        let body = json!({
            "clientId": "arn:aws:signin:::devtools/same-device",
            "grantType": "refresh_token",
            "refreshToken": refresh_token,
        });
        let host = self.login.address().to_string();
        let headers = [
            ("Content-Type", "application/json"),
            ("DPoP", proof),
            ("Host", &host),
        ];
        let client = self.login.client();
        let answer = client.send(Method::POST, "/v1/token", &headers, body.to_string());
        let answer = answer.unwrap();
        let json = answer.json();
        let word = json.get("error").or(json.get("refreshToken"));
        let word = word.and_then(Value::as_str).unwrap().to_owned();
        (answer.status.as_u16(), word)
    }
}

fn found(role: &str) -> String {
    format!("login arn:aws:sts::111122223333:assumed-role/{role}/alice")
}

#[test]
fn a_refresh_needs_a_proof_for_this_request_by_the_key_of_the_login() {
    let story = Story::new();
    let (key, other) = (ProofKey::new(), ProofKey::new());
    let (now, url) = (story.login.now(), format!("{}/v1/token", story.login.url()));
    let token = story.login.open_session(&key);
    let good = proof(&key, &url, "1", now);
    let cut = good.rsplit_once('.').unwrap().0;
    let signature_of_another = proof(&other, &url, "2", now);
    let signature_of_another = signature_of_another.rsplit_once('.').unwrap().1;
    let invalid = "INVALID_REQUEST";
    let cases = [
        ("none", String::new(), invalid),
        ("not signed", format!("{cut}."), invalid),
        (
            "signed by another",
            format!("{cut}.{signature_of_another}"),
            invalid,
        ),
        (
            "another URL",
            proof(&key, "http://127.0.0.1/v1/token", "3", now),
            invalid,
        ),
        (
            "too old",
            proof(&key, &url, "4", shifted(now, -310)),
            invalid,
        ),
        (
            "of the future",
            proof(&key, &url, "5", shifted(now, 310)),
            invalid,
        ),
        ("without an id", proof(&key, &url, "", now), invalid),
        (
            "another's key",
            proof(&other, &url, "6", now),
            "TOKEN_EXPIRED",
        ),
    ];
    for (case, proof, word) in cases {
        assert_eq!(
            (400, word.to_owned()),
            story.refresh(&token, &proof),
            "{case}"
        );
    }
    let (status, next) = story.refresh(&token, &good);
    assert_eq!(200, status);
    assert_eq!(
        (400, invalid.to_owned()),
        story.refresh(&next, &good),
        "shown twice"
    );
    let used = story.refresh(&token, &proof(&key, &url, "7", now));
    assert_eq!((400, "TOKEN_EXPIRED".to_owned()), used);
    assert_eq!(200, story.refresh(&next, &proof(&key, &url, "8", now)).0);
}

#[test]
fn botocore_uses_the_cached_keys_and_gets_new_ones_when_they_are_over() {
    let Some(peers) = Peers::with_login("botocore refreshes a login") else {
        return;
    };
    let story = Story::new();
    let fresh = story.resolve(&peers, LoginState::Fresh);
    assert_eq!(
        (found("cached").as_str(), 0),
        (fresh.stdout.trim(), story.login.counts().requests),
        "{}",
        fresh.stderr
    );
    let refreshed = story.resolve(&peers, LoginState::Refreshable);
    assert_eq!(
        found("refreshed"),
        refreshed.stdout.trim(),
        "{}",
        refreshed.stderr
    );
    let again = story.resolve_again(&peers);
    assert_eq!(found("refreshed"), again.stdout.trim());
    assert_eq!(vec!["OK"], story.login.verdicts());
}

#[test]
fn botocore_is_refused_with_another_key_and_after_the_end_of_the_session() {
    let Some(peers) = Peers::with_login("botocore is refused a login") else {
        return;
    };
    let story = Story::new();
    let refused = |output: Output| (output.code, output.stdout) == (Some(1), String::new());
    assert!(refused(story.resolve(&peers, LoginState::OtherKey)));
    assert!(refused(story.resolve(&peers, LoginState::Corrupt)));
    story
        .login
        .log_in(&story.sandbox, &story.cached, LoginState::Refreshable);
    story.login.end_sessions("USER_CREDENTIALS_CHANGED");
    assert!(refused(story.resolve_again(&peers)));
    assert_eq!(
        vec!["TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED"],
        story.login.verdicts()
    );
}
