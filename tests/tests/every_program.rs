//! What holds for every program at its edge: lines on stderr, streams that are closed or full,
//! colours.

#![cfg(unix)]

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::Stdio;

use e2e::support::command::{Command, Output};
use e2e::support::programs::Program::{self, AuthzWebhook, AwsAuthSync, KubeconfigGen, TokenExec};
use e2e::support::sandbox::Sandbox;
use e2e::support::skip::skip;
use serde_json::Value;

/// Command lines that fail, each in another place, and the exit code.
const FAILURES: &[(Program, &str, i32)] = &[
    (TokenExec, "", 2),
    (TokenExec, "--nonsense", 2),
    (TokenExec, "--cluster-name c --profile=", 2),
    (TokenExec, "--cluster-name c", 1),
    (TokenExec, "--cluster-name c --region us-west-2", 1),
    (TokenExec, "--cluster-name c --profile nobody", 1),
    (TokenExec, "whoami --region us-west-2", 1),
    (TokenExec, "inspect {", 1),
    (TokenExec, "verify --cluster-id c hello", 1),
    (KubeconfigGen, "", 2),
    (KubeconfigGen, "update", 2),
    (KubeconfigGen, "update --name c --region us-west-2", 1),
    (KubeconfigGen, "update --from-file /nowhere/c.json", 1),
    (KubeconfigGen, "convert --context nobody", 1),
    (KubeconfigGen, "list --kubeconfig bad.yaml", 1),
    (AwsAuthSync, "", 2),
    (AwsAuthSync, "migrate", 2),
    (AwsAuthSync, "lint /nowhere", 1),
    (AwsAuthSync, "render bad.yaml", 3),
    (
        AwsAuthSync,
        "apply --kubeconfig /nowhere/config access.yaml",
        1,
    ),
    (AuthzWebhook, "", 2),
    (AuthzWebhook, "serve", 2),
    (AuthzWebhook, "check --config bad.yaml", 1),
    (AuthzWebhook, "serve --config /nowhere/config.yaml", 1),
    (AuthzWebhook, "init --config /nowhere/config.yaml", 1),
];

/// Command lines that print more than a pipe holds, or little.
const PRINTING: &[(Program, &str)] = &[
    (TokenExec, "--help"),
    (TokenExec, "completions bash"),
    (KubeconfigGen, "--version"),
    (KubeconfigGen, "completions zsh"),
    (AwsAuthSync, "--help"),
    (AwsAuthSync, "policies -o json"),
    (AuthzWebhook, "--help"),
    (AuthzWebhook, "man"),
];

/// A sandbox without credentials, with a source of aws-auth and a file that is no YAML.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new("edges");
    let access =
        "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\nowner: o\naccounts: ['111122223333']\n";
    sandbox.write("home/access.yaml", access);
    sandbox.write("home/bad.yaml", "a: [\n");
    sandbox
}

fn command<'a>(sandbox: &'a Sandbox, program: Program, line: &str) -> Command<'a> {
    let command = sandbox.command(program);
    command.args(line.split_whitespace())
}

/// The lines of stderr, each of them an object of JSON.
fn objects(output: &Output) -> Vec<Value> {
    let lines = output.stderr.lines();
    lines
        .map(|line| {
            let object: Value = serde_json::from_str(line).expect(line);
            assert!(object.get("level").is_some_and(Value::is_string), "{line}");
            assert!(
                object.get("message").is_some_and(Value::is_string),
                "{line}"
            );
            object
        })
        .collect()
}

#[test]
fn a_failure_in_json_is_one_object_a_line_and_the_last_is_the_report() {
    let sandbox = sandbox();
    for &(program, line, code) in FAILURES {
        for verbosity in ["off", "trace", "1=2=3"] {
            let command = command(&sandbox, program, line);
            let command = command.args(["--log-format", "json"]);
            let output = command.env("RUST_LOG", verbosity).run();
            assert_eq!(
                (Some(code), ""),
                (output.code, &*output.stdout),
                "{program:?} {line}"
            );
            let objects = objects(&output);
            let report = objects.last().expect("a failure says something");
            assert_eq!(report["level"], "ERROR", "{program:?} {line}");
            assert_eq!(report["program"], program.name(), "{program:?} {line}");
        }
    }
}

#[test]
fn a_failure_in_text_is_told_by_lines_that_say_what_they_are() {
    let sandbox = sandbox();
    // A missing subcommand is answered by the whole help.
    let failures = FAILURES
        .iter()
        .filter(|(_, line, _)| !["", "migrate"].contains(line));
    for &(program, line, code) in failures {
        let output = command(&sandbox, program, line)
            .env("RUST_LOG", "1=2=3")
            .run();
        assert_eq!(Some(code), output.code, "{program:?} {line}");
        let name = format!("{}: ", program.name());
        let kinds = ["error: ", "warning: ", "notice: ", "hint: ", &name];
        for line in output.stderr.lines() {
            let is_told = kinds.iter().any(|kind| line.starts_with(kind));
            assert!(is_told, "{program:?}: {line}");
        }
        if code != 2 {
            let warning = "warning: RUST_LOG is not a list of target=level: ";
            assert!(output.stderr.starts_with(warning), "{}", output.stderr);
        }
    }
}

#[test]
fn a_reader_that_is_gone_is_no_fault_and_a_full_disk_is() {
    let sandbox = sandbox();
    for &(program, line) in PRINTING {
        let outcome = |stdout: Stdio| {
            let mut command = command(&sandbox, program, line).into_std();
            let output = command.stdout(stdout).output().expect("it starts");
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            (output.status.code(), stderr)
        };
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let nothing = (Some(0), String::new());
        assert_eq!(nothing, outcome(writer.into()), "{program:?} {line}");
        let full = format!(
            "{}: write to stdout: No space left on device (os error 28)\n",
            program.name()
        );
        let disk = OpenOptions::new().write(true).open("/dev/full");
        let disk = disk.expect("there is a full device");
        assert_eq!((Some(1), full), outcome(disk.into()), "{program:?} {line}");
    }
}

#[test]
fn a_failure_that_nobody_can_hear_has_its_exit_code() {
    let sandbox = sandbox();
    for &(program, line, code) in FAILURES {
        for streams in ["2>&-", "2>/dev/full", ">&- 2>&- <&-"] {
            let shell = sandbox.command(PathBuf::from("/bin/sh")).args(["-c"]);
            let shell = shell.arg(format!("exec \"$0\" {line} {streams}"));
            let output = shell.arg(program.path()).run();
            assert_eq!(Some(code), output.code, "{program:?} {line} {streams}");
        }
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_want_them() {
    let there = std::process::Command::new("python3")
        .args(["-c", "import pty"])
        .status();
    if !there.is_ok_and(|status| status.success()) {
        return skip("colours on a terminal", "there is no python3");
    }
    let sandbox = sandbox();
    let role = "mapRoles: '[{rolearn: \"arn:aws:iam::111122223333:role/team/dev\"}]'";
    let aws_auth =
        format!("kind: ConfigMap\napiVersion: v1\nmetadata: {{name: aws-auth}}\ndata:\n  {role}\n");
    sandbox.write("home/aws-auth.yaml", aws_auth);
    let on_a_terminal = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    for (program, line) in [
        (TokenExec, "--help"),
        (KubeconfigGen, "update --help"),
        (AwsAuthSync, "lint aws-auth.yaml"),
        (AuthzWebhook, "--help"),
    ] {
        let terminal = || {
            let python = sandbox.command(PathBuf::from("python3"));
            let python = python.args(["-c", on_a_terminal]).arg(program.path());
            python.args(line.split_whitespace()).env("TERM", "xterm")
        };
        let is_coloured = |command: Command<'_>| command.run().stdout.contains('\u{1b}');
        assert!(is_coloured(terminal()), "{program:?} {line}");
        assert!(
            is_coloured(terminal().env("NO_COLOR", "")),
            "{program:?} {line}"
        );
        assert!(
            !is_coloured(terminal().env("NO_COLOR", "1")),
            "{program:?} {line}"
        );
        let piped = command(&sandbox, program, line).env("TERM", "xterm");
        assert!(!is_coloured(piped), "{program:?} {line}");
    }
}
