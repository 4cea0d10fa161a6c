//! What the command of a `credential_process` says to its user.

use std::fs;
use std::io::Read as _;

use iam_core::excerpt::is_obeyed;

use crate::support::{KEY, SECRET, Sandbox};

/// A profile whose command says something by this script, and then prints keys.
fn sandbox(script: &str) -> Sandbox {
    let keys = format!(
        "{{\"Version\": 1, \"AccessKeyId\": \"{KEY}\", \"SecretAccessKey\": \"{SECRET}\"}}"
    );
    let sandbox = Sandbox::empty().set("AWS_REGION", "us-west-2");
    let path = |name: &str| sandbox.home().join(name);
    fs::write(path("keys"), keys).unwrap();
    fs::write(path("script"), format!("{script}\ncat keys\n")).unwrap();
    sandbox.file("config", "[default]\ncredential_process = sh script\n")
}

#[test]
fn a_question_is_read_before_it_is_answered() {
    let sandbox = sandbox("printf 'code: ' >&2; read code < answer; echo \"thanks for $code\" >&2");
    let answer = sandbox.home().join("answer");
    let made = std::process::Command::new("mkfifo").arg(&answer).status();
    assert!(made.unwrap().success());
    let mut child = sandbox.start("--cluster-name prod");
    let mut stderr = child.stderr.take().unwrap();
    let mut question = [0; 6];
    stderr.read_exact(&mut question).unwrap();
    assert_eq!(&question, b"code: ");
    fs::write(answer, "123456\n").unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "thanks for 123456\n");
    assert!(child.wait_with_output().unwrap().status.success());
}

#[test]
fn progress_is_passed_on_and_nothing_drives_the_terminal() {
    let progress = "printf '10 %%\\r20 %%\\r\\tdone\\n' >&2";
    let hostile = "printf '\\033]0;title\\007\\033[2J\\302\\233\\342\\200\\256\\377\\bx\\n' >&2";
    let outcome = sandbox(&format!("{progress}\n{hostile}")).run("--cluster-name prod");
    assert_eq!(outcome.code, 0);
    let said =
        "10 %\r20 %\r\tdone\n\\u{1b}]0;title\\u{7}\\u{1b}[2J\\u{9b}\\u{202e}\u{fffd}\\u{8}x\n";
    assert_eq!(outcome.stderr, said);
}

#[test]
fn every_line_is_an_object_where_lines_are_json() {
    let script = "echo one >&2; printf 'two\\033[m ' >&2; echo three >&2; exit 3";
    let outcome = sandbox(script).run("--log-format json --cluster-name prod");
    assert_eq!(outcome.code, 1);
    let lines: Vec<serde_json::Value> = outcome
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (report, said) = lines.split_last().unwrap();
    assert_eq!(report["level"], "ERROR");
    let text = |key: &str| -> String {
        let parts = said.iter().map(|line| line[key].as_str().unwrap());
        parts.collect::<Vec<_>>().join("|")
    };
    assert!(
        text("target")
            .split('|')
            .all(|target| target == "credential_process")
    );
    // What is written at one time may come in one piece or in two.
    assert_eq!(text("message").replace('|', ""), "onetwo\u{1b}[m three");
    assert!(!outcome.stderr.contains(|c| c != '\n' && is_obeyed(c)));
}
