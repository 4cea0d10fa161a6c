//! token-exec runs a profile's command: as the AWS CLI runs it, within bounds, and without showing
//! what it printed.

use e2e::support::keys::Keys;
use e2e::support::peers::Peers;
use e2e::support::sources::{Sources, failure};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:sts::111122223333:assumed-role/helped/a-session";

fn story() -> (Sources, Keys) {
    let sources = Sources::new("process");
    let keys = sources.sts.add_assumed_role("helped", "a-session");
    (sources, keys)
}

fn printed(keys: &Keys) -> Value {
    json!({
        "Version": 1,
        "AccessKeyId": keys.access_key_id,
        "SecretAccessKey": keys.secret_access_key,
        "SessionToken": keys.session_token,
        "Expiration": "2999-01-01T00:00:00Z",
    })
}

/// A profile whose command is this; `OUT` in it is a file that holds `printed`.
fn profile(sources: &Sources, command: &str, printed: &str) {
    let out = sources.sandbox.write_private("home/its output", printed);
    let command = command.replace("OUT", &format!("\"{}\"", out.display()));
    let config = format!("[profile dev]\ncredential_process = {command}\n");
    sources.sandbox.write("home/.aws/config", config);
}

#[test]
fn a_command_is_run_with_the_words_that_the_aws_cli_reads() {
    let (sources, keys) = story();
    profile(&sources, "cat OUT", &printed(&keys).to_string());
    let command = sources.token_exec().args(["--profile", "dev"]);
    assert_eq!(ARN, sources.caller(command.env("RUST_LOG", "trace")));
    let Some(peers) = Peers::for_story("botocore runs the command of a profile") else {
        return;
    };
    let peer = peers.botocore(&sources.sandbox).env("AWS_PROFILE", "dev");
    let peer = peer.env("AWS_ENDPOINT_URL_STS", sources.sts.url());
    assert_eq!(
        format!("custom-process {ARN}"),
        peer.succeed().stdout.trim()
    );
}

#[test]
fn a_command_that_only_a_shell_makes_sense_of_is_run_by_one() {
    let (sources, keys) = story();
    for command in [
        "cat OUT | cat",
        "cd / && cat OUT",
        "X=1 cat OUT 2>/dev/null",
    ] {
        profile(&sources, command, &printed(&keys).to_string());
        let call = sources.token_exec().args(["--profile", "dev"]);
        assert_eq!(ARN, sources.caller(call), "{command}");
    }
}

#[test]
fn what_a_command_says_is_passed_on_and_stdin_is_not() {
    let (sources, keys) = story();
    let command = "sh -c 'echo touch your key >&2; wc -c >&2; cat OUT'";
    let quoted = command.replace("OUT", "\"$0\"") + " OUT";
    profile(&sources, &quoted, &printed(&keys).to_string());
    let call = sources.token_exec().args(["--profile", "dev"]);
    let call = call.stdin("kind: Secret").bearer_on_stdout();
    let output = call.succeed();
    assert!(
        output.stderr.ends_with("touch your key\n0\n"),
        "{}",
        output.stderr
    );
    assert!(output.stdout.starts_with("k8s-aws-v1."));
}

#[test]
fn a_command_that_is_no_use_ends_in_one_line_without_its_output() {
    let (sources, keys) = story();
    let changed = |key: &str, value: Value| {
        let mut printed = printed(&keys);
        if let Some(object) = printed.as_object_mut() {
            object.insert(key.to_owned(), value);
        }
        printed.to_string()
    };
    let whole = printed(&keys).to_string();
    let half = whole.trim_end_matches('}').to_owned();
    for (command, printed, expected) in [
        (
            "no-such-helper OUT",
            &whole,
            "cannot start \"no-such-helper\": ",
        ),
        (
            "cat 'OUT",
            &whole,
            "credential_process is no command line: it is blank, or a quotation does not end",
        ),
        (
            "sh -c 'exit 3'",
            &whole,
            "the command failed (exit status: 3)",
        ),
        ("true", &whole, "the command printed nothing on stdout"),
        (
            "cat OUT",
            &half,
            "the command's output: it is not JSON (line 1, column ",
        ),
        (
            "cat OUT",
            &changed("Version", json!(2)),
            "the command's output is of another Version than 1",
        ),
        (
            "cat OUT",
            &changed("SecretAccessKey", Value::Null),
            "the command's output: it has no SecretAccessKey",
        ),
        (
            "cat OUT",
            &changed("SessionToken", Value::Null),
            "the command's output: its AccessKeyId is of a temporary key, but it has no \
             SessionToken",
        ),
        (
            "cat OUT",
            &changed("Expiration", json!("2020-01-01T00:00:00Z")),
            "the command printed credentials that expired at 2020-01-01T00:00:00Z",
        ),
        ("yes", &whole, "the command printed more than 64 KiB"),
    ] {
        profile(&sources, command, printed);
        assert_refused(&sources, command, expected);
    }
}

fn assert_refused(sources: &Sources, command: &str, expected: &str) {
    let call = || sources.token_exec().args(["--profile", "dev"]);
    let (error, _) = failure(&sources.sandbox, call());
    let doing = "running credential_process of profile `dev` in /home/.aws/config: ";
    assert!(
        error.starts_with(&format!("{doing}{expected}")),
        "{command}: {error}"
    );
    // Whatever the level, no line shows a secret: the sandbox looks for them.
    assert_eq!(Some(1), call().env("RUST_LOG", "trace").run().code);
}
