//! token-exec asks IAM Identity Center, with the token that `aws sso login` left.

use e2e::support::command::Command;
use e2e::support::peers::Peers;
use e2e::support::pki::Ca;
use e2e::support::sandbox::Sandbox;
use e2e::support::sources::{Sources, failure};
use e2e::support::sso::{CacheState, Sso, SsoSession};
use e2e::support::standin::{Fault, Front};
use e2e::support::sts::{ACCOUNT, STS_REGION};
use serde_json::json;

struct Story {
    sources: Sources,
    sso: Sso,
}

const CORP: SsoSession<'_> = SsoSession::Named("corp");
const ARN: &str = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0/alice";
const DOING: &str = "asking IAM Identity Center for role Dev of account 111122223333, for profile \
                     `dev` in /home/.aws/config: ";
const SIGN_IN: &str = "run `aws sso login --profile dev`";

impl Story {
    fn new(front: Front<'_>) -> Self {
        let sources = Sources::new("sso");
        let sso = Sso::start(front, sources.sandbox.secrets());
        let keys = sources
            .sts
            .add_assumed_role("AWSReservedSSO_Dev_0", "alice");
        sso.assign(ACCOUNT, "Dev", &keys);
        Self { sources, sso }
    }

    fn sandbox(&self) -> &Sandbox {
        &self.sources.sandbox
    }

    /// Signs in, to be used by profile `dev`.
    fn log_in(&self, session: SsoSession<'_>, state: CacheState) {
        let profile = Sso::profile("dev", session, ACCOUNT, "Dev");
        self.sandbox().write("home/.aws/config", profile);
        self.sso.log_in(self.sandbox(), session, state);
    }

    fn at<'a>(&self, command: Command<'a>) -> Command<'a> {
        command
            .env("AWS_ENDPOINT_URL_SSO", self.sso.url())
            .env("AWS_ENDPOINT_URL_SSO_OIDC", self.sso.url())
            .env("AWS_ENDPOINT_URL_STS", self.sources.sts.url())
            .env("AWS_PROFILE", "dev")
    }

    fn token_exec(&self) -> Command<'_> {
        self.at(self.sources.token_exec())
    }

    /// The error less what was being done, and the hint.
    fn failure(&self) -> (String, String) {
        // Whatever the level, no line shows a secret: the sandbox looks for them.
        self.token_exec().env("RUST_LOG", "trace").run();
        let (error, hint) = failure(self.sandbox(), self.token_exec());
        (error.strip_prefix(DOING).unwrap_or(&error).to_owned(), hint)
    }
}

#[test]
fn the_token_of_a_session_serves_and_is_renewed_where_it_is_over() {
    let story = Story::new(Front::Plain);
    for state in [CacheState::Fresh, CacheState::Refreshable] {
        story.log_in(CORP, state);
        for _ in 0..2 {
            let call = story.token_exec().env("RUST_LOG", "trace");
            assert_eq!(ARN, story.sources.caller(call), "{state:?}");
        }
    }
    // Two with the first token; a renewal and two with the second.
    assert_eq!(vec!["OK"; 5], story.sso.verdicts());
}

#[test]
fn the_token_of_the_legacy_form_serves() {
    let story = Story::new(Front::Plain);
    story.log_in(SsoSession::Legacy, CacheState::Fresh);
    assert_eq!(ARN, story.sources.caller(story.token_exec()));
}

#[test]
fn botocore_and_the_aws_cli_go_on_with_what_token_exec_renewed() {
    let Some(peers) = Peers::for_story("botocore uses a token that token-exec renewed") else {
        return;
    };
    let story = Story::new(Front::Plain);
    story.log_in(CORP, CacheState::Refreshable);
    assert_eq!(ARN, story.sources.caller(story.token_exec()));
    let peer = story.at(peers.botocore(story.sandbox()));
    assert_eq!(format!("sso {ARN}"), peer.succeed().stdout.trim());
    let cli = story.at(peers.aws_cli(story.sandbox(), STS_REGION));
    let cli = cli.args(["sts", "get-caller-identity", "--output", "json"]);
    assert_eq!(Some(&json!(ARN)), cli.succeed().json().get("Arn"));
    // One renewal, three times the role.
    assert_eq!(vec!["OK"; 4], story.sso.verdicts());
    for file in story.sandbox().files("home/.aws") {
        story.sandbox().may_hold_secrets(file);
    }
}

#[test]
fn a_token_that_is_over_or_none_names_the_command_that_signs_in() {
    let story = Story::new(Front::Plain);
    let expired = "the token of `aws sso login` expired at ";
    for (session, state, start, end) in [
        (
            CORP,
            CacheState::Expired,
            expired,
            ": it cannot be renewed: it has no refreshToken",
        ),
        (
            CORP,
            CacheState::Unregistered,
            expired,
            ": it cannot be renewed: its registration expired",
        ),
        (
            SsoSession::Legacy,
            CacheState::Expired,
            expired,
            ": it cannot be renewed: it has no refreshToken",
        ),
        (
            CORP,
            CacheState::Corrupt,
            "/home/.aws/sso/cache/",
            ".json: it is not JSON (line 1, column 16)",
        ),
    ] {
        story.log_in(session, state);
        let (error, hint) = story.failure();
        assert!(error.starts_with(start), "{error}");
        assert!(error.ends_with(end), "{error}");
        assert_eq!(SIGN_IN, hint);
    }
    assert_eq!(0, story.sso.counts().requests);
}

#[test]
fn a_token_that_is_no_longer_taken_names_the_command_that_signs_in() {
    let story = Story::new(Front::Plain);
    story.log_in(CORP, CacheState::Refreshable);
    story.sso.log_out();
    let (error, hint) = story.failure();
    let end = ": it is not renewed: 401 Unauthorized, invalid_client";
    assert!(error.ends_with(end), "{error}");
    assert_eq!(SIGN_IN, hint);
    story.log_in(CORP, CacheState::Fresh);
    story.sso.log_out();
    let refused = "it no longer takes the token of `aws sso login` (401)".to_owned();
    assert_eq!((refused, SIGN_IN.to_owned()), story.failure());
}

#[test]
fn a_role_that_is_not_assigned_says_so() {
    let story = Story::new(Front::Plain);
    story.log_in(CORP, CacheState::Fresh);
    let profile = Sso::profile("dev", CORP, ACCOUNT, "Admin");
    story.sandbox().write("home/.aws/config", profile);
    let (error, hint) = story.failure();
    assert!(
        error.ends_with(": who signed in has no such role (403)"),
        "{error}"
    );
    assert!(
        hint.starts_with("check sso_account_id and sso_role_name"),
        "{hint}"
    );
}

#[test]
fn a_portal_that_is_no_use_ends_in_one_line_and_one_that_stumbles_is_asked_again() {
    let story = Story::new(Front::Plain);
    story.log_in(CORP, CacheState::Fresh);
    let host = story.sso.address();
    let failed = Fault::Error {
        status: 503,
        code: "ServiceUnavailable",
    };
    for (fault, expected) in [
        (
            failed.clone(),
            "it answered 503 Service Unavailable".to_owned(),
        ),
        (
            Fault::Redirect("http://127.0.0.1:1/".to_owned()),
            "it answered 302 Found".to_owned(),
        ),
        (Fault::Garbage, "its answer: it is not JSON".to_owned()),
        (Fault::EmptyBody, "its answer: it is not JSON".to_owned()),
        (
            Fault::Oversize(2 << 20),
            format!("the answer of {host} is larger than 1048576 bytes"),
        ),
        (Fault::TruncatedBody, format!("talking to {host}: ")),
        (Fault::CloseBeforeAnswer, format!("talking to {host}: ")),
    ] {
        story.sso.set_fault(fault);
        let (error, _) = story.failure();
        assert!(error.starts_with(&expected), "{error}");
    }
    for fault in [failed, Fault::CloseBeforeAnswer, Fault::TruncatedBody] {
        story.sso.set_fault_for(2, fault);
        assert_eq!(ARN, story.sources.caller(story.token_exec()));
    }
}

#[test]
fn a_portal_behind_tls_is_asked_where_its_ca_is_trusted() {
    let ca = Ca::new("portal");
    let story = Story::new(Front::Tls(&ca, &[]));
    story.log_in(CORP, CacheState::Refreshable);
    let bundle = story.sandbox().write("home/ca.pem", ca.pem());
    let call = story.token_exec().env("AWS_CA_BUNDLE", &bundle);
    assert_eq!(ARN, story.sources.caller(call));
}
