//! token-exec uses the session that `aws login` left.

use e2e::support::command::Command;
use e2e::support::keys::Keys;
use e2e::support::login::{Login, LoginState, SESSION};
use e2e::support::peers::Peers;
use e2e::support::sources::{Sources, failure};
use e2e::support::standin::{Fault, Front};

struct Story {
    sources: Sources,
    login: Login,
    cached: Keys,
}

const SIGN_IN: &str = "run `aws login --profile dev`";

impl Story {
    fn new() -> Self {
        let sources = Sources::new("login");
        let cached = sources.sts.add_assumed_role("cached", "alice");
        let keys = sources.sts.add_assumed_role("renewed", "alice");
        let login = Login::start(Front::Plain, &keys, sources.sandbox.secrets());
        sources
            .sandbox
            .write("home/.aws/config", Login::profile("dev"));
        Self {
            sources,
            login,
            cached,
        }
    }

    fn log_in(&self, state: LoginState) {
        self.login
            .log_in(&self.sources.sandbox, &self.cached, state);
    }

    fn at<'a>(&self, command: Command<'a>) -> Command<'a> {
        command
            .env("AWS_ENDPOINT_URL_SIGNIN", self.login.url())
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
        let (error, hint) = failure(&self.sources.sandbox, self.token_exec());
        let doing = format!(
            "using the session of `aws login` of {SESSION}, for profile `dev` in \
             /home/.aws/config: "
        );
        (
            error.strip_prefix(&doing).unwrap_or(&error).to_owned(),
            hint,
        )
    }
}

fn session(role: &str) -> String {
    format!("arn:aws:sts::111122223333:assumed-role/{role}/alice")
}

#[test]
fn the_keys_of_a_session_serve_and_are_renewed_where_they_are_over() {
    let story = Story::new();
    story.log_in(LoginState::Fresh);
    assert_eq!(session("cached"), story.sources.caller(story.token_exec()));
    assert_eq!(0, story.login.counts().requests);
    story.log_in(LoginState::Refreshable);
    for _ in 0..2 {
        assert_eq!(session("renewed"), story.sources.caller(story.token_exec()));
    }
    assert_eq!(vec!["OK"], story.login.verdicts());
}

#[test]
fn a_service_that_stumbles_is_asked_again_with_another_proof() {
    let story = Story::new();
    story.log_in(LoginState::Refreshable);
    let code = "INTERNAL";
    story
        .login
        .set_fault_for(2, Fault::Error { status: 500, code });
    story.token_exec().run();
    let verdicts = story.login.verdicts();
    assert_eq!(3, verdicts.len());
    assert!(
        !verdicts.contains(&"INVALID_REQUEST".to_owned()),
        "{verdicts:?}"
    );
}

#[test]
fn botocore_goes_on_with_what_token_exec_renewed() {
    let Some(peers) = Peers::with_login("botocore uses a session that token-exec renewed") else {
        return;
    };
    let story = Story::new();
    story.log_in(LoginState::Refreshable);
    assert_eq!(session("renewed"), story.sources.caller(story.token_exec()));
    let peer = story.at(peers.botocore(&story.sources.sandbox));
    let expected = format!("login {}", session("renewed"));
    assert_eq!(expected, peer.succeed().stdout.trim());
    assert_eq!(vec!["OK"], story.login.verdicts());
}

#[test]
fn a_session_that_is_over_or_none_says_why_and_names_the_command_that_signs_in() {
    let story = Story::new();
    let (error, hint) = story.failure();
    let missing = "nobody has signed in: there is no /home/.aws/login/cache/";
    assert!(error.starts_with(missing), "{error}");
    assert_eq!(SIGN_IN, hint);
    story.log_in(LoginState::Corrupt);
    let (error, hint) = story.failure();
    assert!(
        error.ends_with(": it is not JSON (line 1, column 16)"),
        "{error}"
    );
    assert_eq!(SIGN_IN, hint);
    story.log_in(LoginState::OtherKey);
    let (error, hint) = story.failure();
    let end = ": it is not renewed: 400 Bad Request, the sign-in is too long ago";
    assert!(error.ends_with(end), "{error}");
    assert_eq!(SIGN_IN, hint);
    for (reason, words, remedy) in [
        ("TOKEN_EXPIRED", "the sign-in is too long ago", SIGN_IN),
        (
            "USER_CREDENTIALS_CHANGED",
            "the password has changed since",
            SIGN_IN,
        ),
        (
            "INSUFFICIENT_PERMISSIONS",
            "signin:CreateOAuth2Token is not allowed",
            "ask for the permission, then run `aws login --profile dev`",
        ),
    ] {
        story.log_in(LoginState::Refreshable);
        story.login.end_sessions(reason);
        let (error, hint) = story.failure();
        let end = format!(": it is not renewed: 400 Bad Request, {words}");
        assert!(error.ends_with(&end), "{error}");
        assert_eq!(remedy, hint);
    }
}
