use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{NOBODY, SECRET, TOKEN, ask, environment, failure, parts};
use crate::environment::Environment;
use crate::source::{Login, Origin, Source};
use crate::test_peer::{TestPeer, answer, closed_port};

const DOING: &str = "using the session of `aws login` of arn:aws:iam::111122223333:user/alice, for \
                     profile `dev` in /c";
const SIGN_IN: &str = "run `aws login --profile dev`";

/// sha256 of the session's name
const FILE: &str = "5778c30d3fe8c123cb2ab0d5a82c81b6fdcedfb868a6625f6f5bf6f05a7f129b.json";

fn source() -> Source {
    Source::Login(Login {
        session: "arn:aws:iam::111122223333:user/alice".to_owned(),
        origin: Origin::Profile {
            name: "dev".to_owned(),
            path: PathBuf::from("/c"),
        },
    })
}

/// A directory with that session in it, and an environment with the service at that address.
fn signed_in(session: &str, url: &str) -> (TempDir, Environment) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(file(directory.path()), session).unwrap();
    let mut environment = environment("http://127.0.0.1:1".to_owned());
    environment.workload.login_cache_directory = Some(directory.path().to_owned());
    environment.endpoints.signin_url = Some(url.to_owned());
    (directory, environment)
}

fn file(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

fn key() -> String {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    let key = STANDARD.encode(key.unwrap());
    format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n")
}

/// What the CLI writes, and keys that it may write one day.
fn session(expires_at: &str) -> Value {
    json!({
        "accessToken": {
            "accessKeyId": "ASIAIOSFODNN7EXAMPL1",
            "secretAccessKey": SECRET,
            "sessionToken": TOKEN,
            "accountId": "111122223333",
            "expiresAt": expires_at,
            "other": 1,
        },
        "tokenType": "urn:aws:params:oauth:token-type:access_token_sigv4",
        "refreshToken": "r3fresh-1",
        "idToken": "i.d.t",
        "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": key(),
        "signInRegion": "us-east-1",
        "other": [1],
    })
}

const GOOD: &str = "2023-11-14T22:19:00Z";
const ENDING: &str = "2023-11-14T22:18:00Z";
const OVER: &str = "2023-11-14T22:00:00Z";

#[test]
fn credentials_that_are_good_are_taken_without_asking() {
    let text = session(GOOD).to_string();
    let (directory, environment) = signed_in(&text, "http://127.0.0.1:1");
    let credentials = ask(&source(), &environment, NOBODY).unwrap();
    let expected = ["ASIAIOSFODNN7EXAMPL1", SECRET, TOKEN, "1700000340"];
    assert_eq!(parts(&credentials), expected);
    assert_eq!(fs::read_to_string(file(directory.path())).unwrap(), text);
}

#[test]
fn a_session_is_renewed_by_a_proof_and_kept_with_all_that_stands_beside_it() {
    let renewed = json!({
        "accessToken": {
            "accessKeyId": "ASIAIOSFODNN7EXAMPL2",
            "secretAccessKey": "s3cret-2",
            "sessionToken": "t0ken-2",
        },
        "tokenType": "aws_sigv4",
        "expiresIn": 900,
        "refreshToken": "r3fresh-2",
    });
    let peer = TestPeer::answering([
        answer("500 Oops", ""),
        answer("200 OK", &renewed.to_string()),
    ]);
    let before = session(ENDING);
    let (directory, environment) = signed_in(&before.to_string(), &peer.url());
    let credentials = ask(&source(), &environment, NOBODY).unwrap();
    let expected = ["ASIAIOSFODNN7EXAMPL2", "s3cret-2", "t0ken-2", "1700000900"];
    assert_eq!(parts(&credentials), expected);
    let (first, question) = (peer.heard(), peer.heard());
    assert_ne!(first, question, "a proof serves once");
    let (head, body) = question.split_once("\r\n\r\n").unwrap();
    let start = "POST /v1/token HTTP/1.1\r\ncontent-type: application/json\r\ndpop: ey";
    assert!(head.starts_with(start), "{head}");
    assert_eq!(
        serde_json::from_str::<Value>(body).unwrap(),
        json!({
            "clientId": "arn:aws:signin:::devtools/same-device",
            "grantType": "refresh_token",
            "refreshToken": "r3fresh-1",
        })
    );
    let mut after = before;
    after["accessToken"] = json!({
        "accessKeyId": "ASIAIOSFODNN7EXAMPL2",
        "secretAccessKey": "s3cret-2",
        "sessionToken": "t0ken-2",
        "accountId": "111122223333",
        "expiresAt": "2023-11-14T22:28:20Z",
        "other": 1,
    });
    after["refreshToken"] = json!("r3fresh-2");
    let kept = fs::read(file(directory.path())).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&kept).unwrap(), after);
}

#[test]
fn credentials_that_cannot_be_renewed_are_good_to_their_end() {
    let url = format!("http://{}", closed_port());
    let (_directory, environment) = signed_in(&session(ENDING).to_string(), &url);
    let credentials = ask(&source(), &environment, NOBODY).unwrap();
    let expected = ["ASIAIOSFODNN7EXAMPL1", SECRET, TOKEN, "1700000280"];
    assert_eq!(parts(&credentials), expected);
}

#[test]
fn a_session_that_is_over_says_why_and_names_the_command_that_signs_in() {
    let permission = "ask for the permission, then run `aws login --profile dev`";
    for (status, body, expected, remedy) in [
        (
            "401 Unauthorized",
            "{\"error\": \"TOKEN_EXPIRED\", \"message\": \"r3fresh-1\"}",
            "401 Unauthorized, the sign-in is too long ago",
            SIGN_IN,
        ),
        (
            "400 Bad Request",
            "{\"error\": \"USER_CREDENTIALS_CHANGED\"}",
            "400 Bad Request, the password has changed since",
            SIGN_IN,
        ),
        (
            "403 Forbidden",
            "{\"error\": \"INSUFFICIENT_PERMISSIONS\"}",
            "403 Forbidden, signin:CreateOAuth2Token is not allowed",
            permission,
        ),
        ("403 Forbidden", "r3fresh-1", "403 Forbidden", SIGN_IN),
    ] {
        let peer = TestPeer::answering([answer(status, body)]);
        let (_directory, environment) = signed_in(&session(OVER).to_string(), &peer.url());
        let (error, hint) = failure(ask(&source(), &environment, NOBODY));
        let over = "its credentials expired at 2023-11-14T22:00:00Z: it is not renewed";
        assert_eq!(error, format!("{DOING}: {over}: {expected}"));
        assert_eq!(hint, remedy);
    }
}

#[test]
fn a_file_that_holds_no_session_names_what_is_wrong_and_the_command_that_signs_in() {
    let over = "its credentials expired at 2023-11-14T22:00:00Z: it cannot be renewed: its";
    let without = |key: &str| {
        let mut session = session(OVER);
        session.as_object_mut().unwrap().remove(key).unwrap();
        session.to_string()
    };
    let mut other_key = session(OVER);
    other_key["dpopKey"] = json!("s3cret");
    for (text, expected) in [
        (
            "s3cret".to_owned(),
            "FILE: it is not JSON (line 1, column 1)".to_owned(),
        ),
        (
            without("accessToken"),
            "FILE: it has no accessToken".to_owned(),
        ),
        (
            without("refreshToken"),
            format!("{over} file has no refreshToken"),
        ),
        (without("dpopKey"), format!("{over} file has no dpopKey")),
        (
            other_key.to_string(),
            format!("{over} dpopKey is not the PEM text of a private key"),
        ),
    ] {
        let (directory, environment) = signed_in(&text, "http://127.0.0.1:1");
        let (error, hint) = failure(ask(&source(), &environment, NOBODY));
        let file = file(directory.path()).display().to_string();
        assert_eq!(error.replace(&file, "FILE"), format!("{DOING}: {expected}"));
        assert_eq!(hint, SIGN_IN);
    }
}
