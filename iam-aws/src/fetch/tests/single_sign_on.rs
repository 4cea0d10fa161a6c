use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{NOBODY, SECRET, TOKEN, ask, environment, failure, parts};
use crate::environment::Environment;
use crate::source::{Origin, SingleSignOn, Source};
use crate::test_peer::{TestPeer, answer, closed_port};

const DOING: &str = "asking IAM Identity Center for role Dev+1 of account 111122223333, for profile \
                     `dev` in /c";
const SIGN_IN: &str = "run `aws sso login --profile dev`";

/// sha1 of `corp`
const FILE: &str = "ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

fn source() -> Source {
    Source::SingleSignOn(SingleSignOn {
        session: Some("corp".to_owned()),
        start_url: "https://example.awsapps.com/start".to_owned(),
        region: "eu-west-1".parse().unwrap(),
        account_id: "111122223333".to_owned(),
        role_name: "Dev+1".to_owned(),
        origin: Origin::Profile {
            name: "dev".to_owned(),
            path: PathBuf::from("/c"),
        },
    })
}

/// A home with that token in it, and an environment with the services at these addresses.
fn signed_in(token: &str, portal: &str, oidc: &str) -> (TempDir, Environment) {
    let home = tempfile::tempdir().unwrap();
    let file = file(home.path());
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, token).unwrap();
    let mut environment = environment("http://127.0.0.1:1".to_owned());
    environment.home = Some(home.path().to_owned());
    environment.endpoints.sso_url = Some(portal.to_owned());
    environment.endpoints.sso_oidc_url = Some(oidc.to_owned());
    (home, environment)
}

fn file(home: &Path) -> PathBuf {
    home.join(".aws/sso/cache").join(FILE)
}

/// What the CLI writes, and a key that it may write one day.
fn token(expires_at: &str) -> Value {
    json!({
        "startUrl": "https://example.awsapps.com/start",
        "region": "eu-west-1",
        "accessToken": "t0ken-1",
        "expiresAt": expires_at,
        "clientId": "client",
        "clientSecret": "s3cret",
        "registrationExpiresAt": "2023-12-01T00:00:00Z",
        "refreshToken": "r3fresh-1",
        "other": {"key": 1},
    })
}

fn without(mut token: Value, key: &str) -> String {
    token.as_object_mut().unwrap().remove(key).unwrap();
    token.to_string()
}

fn granted(expiration: u64) -> String {
    let role = json!({"roleCredentials": {
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "secretAccessKey": SECRET,
        "sessionToken": TOKEN,
        "expiration": expiration,
    }});
    answer("200 OK", &role.to_string())
}

fn asked_with(token: &str, peer: &TestPeer) -> String {
    format!(
        "GET /federation/credentials?role_name=Dev%2B1&account_id=111122223333 HTTP/1.1\r\n\
         x-amz-sso_bearer_token: {token}\r\nhost: {}\r\n\r\n",
        peer.host()
    )
}

const GOOD: &str = "2023-11-14T23:00:00Z";
const ENDING: &str = "2023-11-14T22:20:00UTC";
const OVER: &str = "2023-11-14T22:00:00Z";
const EXPIRED: &str = "the token of `aws sso login` expired at 2023-11-14T22:00:00Z";
const EXPECTED: [&str; 4] = ["ASIAIOSFODNN7EXAMPLE", SECRET, TOKEN, "1700003600"];
const IN_AN_HOUR: u64 = 1_700_003_600_000;

#[test]
fn a_good_token_is_shown_to_the_portal_and_stays_as_it_is() {
    let peer = TestPeer::answering([answer("503 Oops", ""), granted(IN_AN_HOUR)]);
    let text = token(GOOD).to_string();
    let (home, environment) = signed_in(&text, &peer.url(), "http://127.0.0.1:1");
    let credentials = ask(&source(), &environment, NOBODY).unwrap();
    assert_eq!(parts(&credentials), EXPECTED);
    let expected = asked_with("t0ken-1", &peer);
    assert_eq!([peer.heard(), peer.heard()], [expected.clone(), expected]);
    assert_eq!(fs::read_to_string(file(home.path())).unwrap(), text);
}

#[test]
fn a_token_that_ends_soon_is_renewed_and_kept_with_all_that_stands_beside_it() {
    let renewed = json!({
        "accessToken": "t0ken-2", "expiresIn": 28800, "refreshToken": "r3fresh-2",
        "tokenType": "Bearer",
    });
    let oidc = TestPeer::answering([answer("200 OK", &renewed.to_string())]);
    let portal = TestPeer::answering([granted(IN_AN_HOUR)]);
    let text = token(ENDING).to_string();
    let (home, environment) = signed_in(&text, &portal.url(), &format!("{}/", oidc.url()));
    let credentials = ask(&source(), &environment, NOBODY).unwrap();
    assert_eq!(parts(&credentials), EXPECTED);
    let question = oidc.heard();
    let (head, body) = question.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /token HTTP/1.1\r\ncontent-type: application/json\r\n"));
    assert_eq!(
        serde_json::from_str::<Value>(body).unwrap(),
        json!({
            "grantType": "refresh_token",
            "refreshToken": "r3fresh-1",
            "clientId": "client",
            "clientSecret": "s3cret",
        })
    );
    assert_eq!(portal.heard(), asked_with("t0ken-2", &portal));
    let mut expected = token("2023-11-15T06:13:20Z");
    let object = expected.as_object_mut().unwrap();
    object.insert("accessToken".to_owned(), json!("t0ken-2"));
    object.insert("refreshToken".to_owned(), json!("r3fresh-2"));
    let kept = fs::read(file(home.path())).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&kept).unwrap(), expected);
}

#[test]
fn a_token_that_cannot_be_renewed_is_good_to_its_end() {
    for text in [
        without(token(ENDING), "refreshToken"),
        token(ENDING).to_string(),
    ] {
        let oidc = TestPeer::answering([answer("400 Bad", "{\"error\": \"invalid_grant\"}")]);
        let portal = TestPeer::answering([granted(IN_AN_HOUR)]);
        let (_home, environment) = signed_in(&text, &portal.url(), &oidc.url());
        let credentials = ask(&source(), &environment, NOBODY).unwrap();
        assert_eq!(parts(&credentials), EXPECTED, "{text}");
    }
}

#[test]
fn a_token_that_is_over_names_the_command_that_signs_in() {
    let unregistered = token(OVER).to_string().replace("2023-12-01", "2023-11-01");
    let nobody = format!("http://{}", closed_port());
    let refused = TestPeer::answering([answer(
        "400 Bad Request",
        "{\"error\": \"invalid_grant\", \"error_description\": \"r3fresh-1\"}",
    )]);
    for (text, oidc, expected) in [
        (
            without(token(OVER), "refreshToken"),
            &nobody,
            "it cannot be renewed: it has no refreshToken",
        ),
        (
            unregistered,
            &nobody,
            "it cannot be renewed: its registration expired",
        ),
        (
            token(OVER).to_string(),
            &refused.url(),
            "it is not renewed: 400 Bad Request, invalid_grant",
        ),
    ] {
        let (_home, environment) = signed_in(&text, "http://127.0.0.1:1", oidc);
        let (error, hint) = failure(ask(&source(), &environment, NOBODY));
        assert_eq!(error, format!("{DOING}: {EXPIRED}: {expected}"));
        assert_eq!(hint, SIGN_IN);
    }
}

#[test]
fn a_file_that_holds_no_token_names_itself_and_the_command_that_signs_in() {
    for (text, expected) in [
        ("s3cret", "it is not JSON (line 1, column 1)"),
        ("{}", "it has no accessToken"),
        ("{\"accessToken\": \"s3cret\"}", "it has no expiresAt"),
        ("{\"accessToken\": 1}", "its accessToken is not a string"),
    ] {
        let (home, environment) = signed_in(text, "http://127.0.0.1:1", "http://127.0.0.1:1");
        let file = file(home.path());
        let (error, hint) = failure(ask(&source(), &environment, NOBODY));
        let expected = format!("{DOING}: {}: {expected}", file.display());
        assert_eq!([error, hint], [expected, SIGN_IN.to_owned()]);
        fs::remove_file(&file).unwrap();
        let (error, hint) = failure(ask(&source(), &environment, NOBODY));
        let missing = format!("nobody has signed in: there is no {}", file.display());
        assert_eq!(error, format!("{DOING}: {missing}"));
        assert_eq!(hint, SIGN_IN);
    }
}

#[test]
fn says_what_the_portal_will_not_do_and_what_helps_without_its_words() {
    let words = "{\"message\": \"t0ken-1\"}";
    let again = "try again in a while; check sso_region";
    let role = "check sso_account_id and sso_role_name, ask for the permission set to be assigned, \
                or sign in as somebody else: `aws sso login --profile dev`";
    let senseless = "check the clock, sso_region and AWS_ENDPOINT_URL_SSO";
    for (answer, expected, remedy) in [
        (
            answer("401 Unauthorized", words),
            "it no longer takes the token of `aws sso login` (401)",
            SIGN_IN,
        ),
        (
            answer("403 Forbidden", words),
            "who signed in has no such role (403)",
            role,
        ),
        (
            answer("404 Not Found", words),
            "who signed in has no such role (404)",
            role,
        ),
        (
            answer("400 Bad", words),
            "it answered 400 Bad Request",
            again,
        ),
        (answer("302 Found", ""), "it answered 302 Found", again),
        (
            answer("200 OK", "<html>"),
            "its answer: it is not JSON (line 1, column 1)",
            senseless,
        ),
        (
            answer("200 OK", "{\"roleCredentials\": {}}"),
            "its answer: it has no expiration",
            senseless,
        ),
        (
            granted(1_700_000_000_000),
            "it answered with credentials that expired at 2023-11-14T22:13:20Z",
            senseless,
        ),
    ] {
        let portal = TestPeer::answering([answer]);
        let text = token(GOOD).to_string();
        let (_home, environment) = signed_in(&text, &portal.url(), "http://127.0.0.1:1");
        let (error, hint) = failure(ask(&source(), &environment, NOBODY));
        assert_eq!(error, format!("{DOING}: {expected}"));
        assert_eq!(hint, remedy, "{error}");
    }
}
