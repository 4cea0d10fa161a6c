//! Roles: assumed at an STS that verifies every signature, once for many, and told by `whoami` and
//! `verify`.

use std::sync::Barrier;
use std::thread;

use e2e::support::command::Command;
use e2e::support::keys::Keys;
use e2e::support::line::CLUSTER;
use e2e::support::programs::Program;
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::{ACCOUNT, Role, STS_REGION, Sts};
use serde_json::json;

/// A user, and a role that trusts it.
struct Story {
    sandbox: Sandbox,
    sts: Sts,
    alice: Keys,
    dev: String,
}

impl Story {
    fn new(name: &str) -> Self {
        let sandbox = Sandbox::new(name);
        let sts = Sts::start_plain(sandbox.secrets());
        let alice = sts.add_user("alice");
        let role = Role::new(ACCOUNT, "team/dev")
            .trusts("arn:aws:iam::111122223333:user/alice")
            .external_id("e-1");
        let dev = sts.add_role(role);
        Self {
            sandbox,
            sts,
            alice,
            dev,
        }
    }

    fn token_exec(&self) -> Command<'_> {
        self.sandbox
            .command(Program::TokenExec)
            .keys(&self.alice)
            .env("AWS_REGION", STS_REGION)
            .env("AWS_ENDPOINT_URL_STS", self.sts.url())
    }

    fn as_dev(&self) -> Command<'_> {
        let role = ["--role-arn", self.dev.as_str(), "--external-id", "e-1"];
        let cluster = ["--cluster-name", CLUSTER, "--output", "token"];
        self.token_exec().args(role).args(cluster)
    }

    /// What is kept is a secret, in files for this user alone.
    fn expect_secrets_in_the_cache(&self) {
        for file in self.sandbox.files("cache") {
            self.sandbox.may_hold_secrets(file);
        }
    }
}

#[test]
fn the_token_of_a_role_is_that_of_its_session() {
    let story = Story::new("role-token");
    let bearer = story.as_dev().arg("--session-name").arg("me").bearer();
    let verified = story
        .token_exec()
        .args(["verify", "-o", "json", "--cluster-id", CLUSTER, "-"])
        .stdin(bearer.clone())
        .succeed()
        .json();
    let arn = "arn:aws:sts::111122223333:assumed-role/dev/me";
    for (key, value) in [
        ("kind", json!("Verification")),
        ("account", json!(ACCOUNT)),
        ("arn", json!(arn)),
        ("canonicalArn", json!("arn:aws:iam::111122223333:role/dev")),
        ("sessionName", json!("me")),
    ] {
        assert_eq!(verified.get(key), Some(&value), "{verified}");
    }
    let denied = story
        .token_exec()
        .args(["verify", "--cluster-id", "another", "-"])
        .stdin(bearer)
        .run();
    assert_eq!((denied.code, denied.stdout.as_str()), (Some(1), ""));
    assert!(
        denied.stderr.contains("SignatureDoesNotMatch"),
        "{}",
        denied.stderr
    );
    story.expect_secrets_in_the_cache();
}

#[test]
fn whoami_is_the_session_and_names_the_role_with_its_path() {
    let story = Story::new("role-whoami");
    let role = ["--role-arn", story.dev.as_str(), "--external-id", "e-1"];
    let who = story
        .token_exec()
        .args(["whoami", "-o", "json"])
        .args(role)
        .succeed()
        .json();
    assert_eq!(
        who.get("arn"),
        Some(&json!(
            "arn:aws:sts::111122223333:assumed-role/dev/EKSGetTokenAuth"
        ))
    );
    let entry = who.get("accessEntry").and_then(|entry| entry.as_str());
    assert!(
        entry.is_some_and(|entry| entry.contains(&format!("--principal-arn {} ", story.dev))),
        "{who}"
    );
}

#[test]
fn what_the_trust_policy_demands_is_said_when_it_is_missing() {
    let story = Story::new("role-denied");
    let outcome = story
        .token_exec()
        .args(["--cluster-name", CLUSTER, "--role-arn", story.dev.as_str()])
        .run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""));
    for word in ["AccessDenied", story.dev.as_str(), "external id"] {
        assert!(outcome.stderr.contains(word), "{}", outcome.stderr);
    }
}

#[test]
fn many_at_once_assume_the_role_once() {
    const MANY: usize = 12;
    let story = Story::new("role-many");
    // Built before the race.
    Program::TokenExec.path();
    let start = Barrier::new(MANY);
    let bearers: Vec<String> = thread::scope(|scope| {
        let runs: Vec<_> = (0..MANY)
            .map(|_| {
                scope.spawn(|| {
                    let command = story.as_dev();
                    start.wait();
                    command.bearer()
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(story.sts.requests().len(), 1);
    assert!(bearers.iter().all(|bearer| Some(bearer) == bearers.first()));
    story.expect_secrets_in_the_cache();
}
