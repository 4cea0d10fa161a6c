//! token-exec asks for the code of an MFA device: on the terminal, and only where somebody may be
//! asked.

#![cfg(unix)]

use std::path::{Path, PathBuf};

use e2e::support::command::Command;
use e2e::support::keys::Keys;
use e2e::support::line::CLUSTER;
use e2e::support::programs::Program;
use e2e::support::skip::skip;
use e2e::support::sources::Sources;
use e2e::support::sts::{ACCOUNT, Role, STS_REGION};
use serde_json::{Value, json};

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
const DEV: &str = "arn:aws:iam::111122223333:role/dev";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/dev/alice";

struct Story {
    sources: Sources,
    keys: Keys,
    serial: String,
}

impl Story {
    fn new() -> Self {
        let sources = Sources::new("mfa");
        let keys = sources.sts.add_user("alice");
        let role = Role::new(ACCOUNT, "dev").trusts(ALICE).demands_mfa();
        sources.sts.add_role(role);
        let serial = sources.sts.add_mfa_device("alice");
        Self {
            sources,
            keys,
            serial,
        }
    }

    fn code(&self) -> String {
        self.sources.sts.mfa_code(&self.serial) + "\n"
    }

    /// token-exec before a terminal where this is typed; before none if `typed` is null.
    fn token_exec(&self, typed: &Value) -> Command<'_> {
        let typist = Path::new(env!("CARGO_MANIFEST_DIR")).join("terminal/typist.py");
        let command = self.sources.sandbox.command(PathBuf::from("python3"));
        command
            .arg(typist)
            .arg(typed.to_string())
            .arg(Program::TokenExec.path())
            .args(["--cluster-id", CLUSTER, "--region", STS_REGION])
            .args([
                "--output",
                "token",
                "--cache",
                "off",
                "--session-name",
                "alice",
            ])
            .args(["--role-arn", DEV, "--mfa-serial", &self.serial])
            .keys(&self.keys)
            .env("AWS_ENDPOINT_URL_STS", self.sources.sts.url())
            .bearer_on_stdout()
    }

    /// What came of it: the code, and what stood on the screen.
    fn outcome(&self, command: Command<'_>) -> (Value, String) {
        let came = command.succeed().json();
        let screen = came.get("screen").and_then(Value::as_str);
        let screen = screen.unwrap_or_default().replace("\r\n", "\n");
        let code = came.get("code").cloned().unwrap_or_default();
        if code != json!(0) {
            assert_eq!(Some(&json!("")), came.get("stdout"));
        }
        // The terminal is as it was; none is none.
        assert_ne!(Some(&json!(false)), came.get("echoes"));
        (code, screen)
    }
}

fn client(interactive: bool) -> String {
    format!(
        "{{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\
         \"spec\":{{\"interactive\":{interactive}}}}}"
    )
}

/// Whether there is what gives a terminal to a command.
fn has_terminals(story: &str) -> bool {
    let there = std::process::Command::new("python3")
        .args(["-c", "import pty"])
        .status()
        .is_ok_and(|status| status.success());
    if !there {
        skip(story, "there is no python3");
    }
    there
}

#[test]
fn whoever_sits_before_the_terminal_is_asked_by_hand_and_by_kubectl() {
    if !has_terminals("a code is typed on a terminal") {
        return;
    }
    let story = Story::new();
    let by_hand = story.token_exec(&json!([story.code()]));
    assert_eq!(SESSION, story.sources.caller(by_hand));
    let by_kubectl = story.token_exec(&json!(["12345\n", story.code()]));
    let by_kubectl = by_kubectl.env("KUBERNETES_EXEC_INFO", client(true));
    assert_eq!(SESSION, story.sources.caller(by_kubectl));
}

#[test]
fn a_slip_is_forgiven_and_another_code_is_asked_for() {
    if !has_terminals("a code is mistyped on a terminal") {
        return;
    }
    let story = Story::new();
    let typed = ["1\n", "a23456\n", "12345678\n"];
    let (code, screen) = story.outcome(story.token_exec(&json!(typed)));
    assert_eq!(json!(1), code);
    let asked = format!("MFA code for {}: ", story.serial);
    let turns = typed.map(|line| format!("{asked}{line}A code has six digits.\n"));
    assert!(screen.contains(&turns.concat()), "{screen}");
    let error = "what was typed 3 times is not a code of six digits\n";
    assert!(screen.contains(error), "{screen}");
    assert_eq!(0, story.sources.sts.counts().requests);
}

#[test]
fn whoever_interrupts_the_question_ends_the_program() {
    if !has_terminals("a question is interrupted on a terminal") {
        return;
    }
    let story = Story::new();
    let (code, screen) = story.outcome(story.token_exec(&json!(["\u{3}"])));
    // By SIGINT.
    assert_eq!(json!(-2), code, "{screen}");
    assert_eq!(0, story.sources.sts.counts().requests);
}

#[test]
fn whoever_ends_the_input_has_given_no_code() {
    if !has_terminals("the input ends on a terminal") {
        return;
    }
    let story = Story::new();
    let by_hand = story.token_exec(&json!(["\u{4}"]));
    let by_kubectl = story.token_exec(&json!(["12\n", "\u{4}"]));
    let by_kubectl = by_kubectl.env("KUBERNETES_EXEC_INFO", client(true));
    for command in [by_hand, by_kubectl] {
        let (code, screen) = story.outcome(command);
        assert_eq!(json!(1), code, "{screen}");
        let error = format!(
            ": \ntoken-exec: getting credentials: asking for the code of MFA device {}, to assume \
             {DEV}: the terminal gave no code\n",
            story.serial
        );
        assert!(screen.contains(&error), "{screen}");
    }
    assert_eq!(0, story.sources.sts.counts().requests);
}

#[test]
fn nobody_is_asked_where_the_client_forbids_it_or_no_terminal_is() {
    if !has_terminals("nobody is asked for a code") {
        return;
    }
    let story = Story::new();
    let forbidden = "the Kubernetes client says that nobody can be asked";
    let none = "there is no terminal to ask on";
    for (typed, client, reason) in [
        (json!([]), Some(client(false)), forbidden),
        (json!(null), Some(client(false)), forbidden),
        (json!(null), Some(client(true)), none),
        (json!(null), None, none),
    ] {
        let mut command = story.token_exec(&typed);
        if let Some(client) = &client {
            command = command.env("KUBERNETES_EXEC_INFO", client);
        }
        let (code, screen) = story.outcome(command);
        assert_eq!(json!(1), code);
        assert!(!screen.contains("MFA code for"), "{screen}");
        assert!(screen.contains(&format!(": {reason}")), "{screen}");
    }
    assert_eq!(0, story.sources.sts.counts().requests);
}
