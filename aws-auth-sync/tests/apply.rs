//! `aws-auth-sync apply` against a scripted API server on loopback: what is asked, in which order,
//! and what follows from each answer. The real API server has its stories in `tests/`.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop where its own ground gives way"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::thread;

use aws_auth_sync::ownership::Record;
use aws_auth_sync::render::Data;
use serde_json::{Value, json};

/// A request as the server saw it: method and path with query, content type, body.
#[derive(Debug, PartialEq)]
struct Asked {
    line: String,
    content_type: String,
    body: Value,
}

/// Runs `apply` while a server gives `answers`, one a request; returns what was asked too.
fn apply(arguments: &[&str], answers: Vec<(u16, Value)>) -> (Output, Vec<Asked>) {
    let home = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let kubeconfig = json!({
        "clusters": [{"name": "c", "cluster": {"server": format!("http://{address}")}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    });
    fs::write(home.path().join("k"), kubeconfig.to_string()).unwrap();
    fs::write(home.path().join("f.yaml"), SOURCE).unwrap();
    let server = thread::spawn(move || serve(&listener, answers));
    let mut command = Command::new(env!("CARGO_BIN_EXE_aws-auth-sync"));
    command
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::null());
    let fixed = ["apply", "f.yaml", "--kubeconfig", "k"];
    let output = command
        .args([&fixed[..], arguments].concat())
        .output()
        .unwrap();
    // A script that is not played out ends with this connection.
    drop(TcpStream::connect(address));
    (output, server.join().unwrap())
}

fn serve(listener: &TcpListener, answers: Vec<(u16, Value)>) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (status, body) in answers {
        let (stream, _) = listener.accept().unwrap();
        let Some(request) = read(&stream) else { break };
        asked.push(request);
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            body.len(),
        );
        (&stream)
            .write_all([head, body].concat().as_bytes())
            .unwrap();
    }
    asked
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        let mut pairs = head.iter().filter_map(|line| line.split_once(": "));
        pairs
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    };
    let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    Some(Asked {
        line: head.first()?.strip_suffix(" HTTP/1.1")?.to_owned(),
        content_type: header("content-type").unwrap_or_default(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    })
}

const SOURCE: &str = "apiVersion: aws-auth-sync/v1
kind: AwsAuth
owner: platform
accounts: [\"111122223333\"]
";
const ACCOUNTS: &str = "- \"111122223333\"\n";
const GET: &str = "GET /api/v1/namespaces/kube-system/configmaps/aws-auth";
const PATCH: &str = "PATCH /api/v1/namespaces/kube-system/configmaps/aws-auth\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";
const POST: &str = "POST /api/v1/namespaces/kube-system/configmaps\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";

/// The annotations of an aws-auth that `platform` wrote with `data`.
fn record(data: &Value) -> Value {
    let data: Data = serde_json::from_value(data.clone()).unwrap();
    let record = Record::new(&"platform".parse().unwrap(), &data);
    json!({record.key(): record.value()})
}

/// An aws-auth that `platform` wrote.
fn ours(version: &str, data: &Value) -> (u16, Value) {
    let metadata = json!({"resourceVersion": version, "annotations": record(data)});
    (
        200,
        json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata, "data": data}),
    )
}

fn wanted() -> Value {
    json!({"mapAccounts": ACCOUNTS})
}

/// What was there before: a section that goes, and one that changes.
fn before() -> Value {
    json!({"mapUsers": "[]\n", "mapAccounts": "- \"444455556666\"\n"})
}

fn status(code: u16, reason: &str) -> (u16, Value) {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure",
        "code": code, "reason": reason, "message": format!("says {reason}"),
    });
    (code, status)
}

fn lines(asked: &[Asked]) -> Vec<&str> {
    asked.iter().map(|request| request.line.as_str()).collect()
}

/// stdout, stderr, exit code.
fn result(output: &Output) -> (&str, &str, Option<i32>) {
    let text = |bytes| std::str::from_utf8(bytes).unwrap();
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code(),
    )
}

#[test]
fn makes_aws_auth_where_there_is_none_and_reads_it_back() {
    let answers = vec![
        status(404, "NotFound"),
        ours("7", &wanted()),
        ours("7", &wanted()),
    ];
    let (output, asked) = apply(&["--create"], answers);
    let report = "+ mapAccounts 111122223333\naws-auth created: 1 entry, read back at \
                  resourceVersion 7\n";
    assert_eq!(result(&output), (report, "", Some(0)));
    assert_eq!(lines(&asked), [GET, POST, GET]);
    let metadata = json!({
        "name": "aws-auth", "namespace": "kube-system", "annotations": record(&wanted()),
    });
    let body =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": wanted()});
    let create = Asked {
        line: POST.to_owned(),
        content_type: "application/json".to_owned(),
        body,
    };
    assert_eq!(asked.get(1), Some(&create));
}

#[test]
fn changes_its_own_work_on_the_condition_that_it_is_still_there() {
    let answers = vec![
        ours("5", &before()),
        ours("6", &wanted()),
        ours("6", &wanted()),
    ];
    let (output, asked) = apply(&[], answers);
    let report = "+ mapAccounts 111122223333\n- mapAccounts 444455556666\naws-auth changed: 2 \
                  entries, read back at resourceVersion 6\n";
    assert_eq!(result(&output), (report, "", Some(0)));
    assert_eq!(lines(&asked), [GET, PATCH, GET]);
    let patch = Asked {
        line: PATCH.to_owned(),
        content_type: "application/merge-patch+json".to_owned(),
        body: json!({
            "metadata": {"resourceVersion": "5", "annotations": record(&wanted())},
            "data": {"mapUsers": null, "mapAccounts": ACCOUNTS},
        }),
    };
    assert_eq!(asked.get(1), Some(&patch));
}

#[test]
fn writes_nothing_where_nothing_would_change() {
    let (output, asked) = apply(&["--create"], vec![ours("5", &wanted())]);
    let report = "aws-auth is as it should be: nothing is written\n";
    assert_eq!(result(&output), (report, "", Some(0)));
    assert_eq!(lines(&asked), [GET]);
}

#[test]
fn a_conflict_is_a_new_plan() {
    let done = || vec![ours("9", &wanted()), ours("9", &wanted())];
    let table = [
        (
            vec![
                ours("5", &before()),
                status(409, "Conflict"),
                ours("6", &before()),
            ],
            vec![GET, PATCH, GET, PATCH, GET],
        ),
        (
            vec![
                ours("5", &before()),
                status(404, "NotFound"),
                status(404, "NotFound"),
            ],
            vec![GET, PATCH, GET, POST, GET],
        ),
        (
            vec![
                status(404, "NotFound"),
                status(409, "AlreadyExists"),
                ours("6", &before()),
            ],
            vec![GET, POST, GET, PATCH, GET],
        ),
    ];
    for (answers, expected) in table {
        let (output, asked) = apply(&["--create"], [answers, done()].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(lines(&asked), expected);
    }
}

#[test]
fn gives_up_after_six_conflicts() {
    let round = [ours("5", &before()), status(409, "Conflict")];
    let (output, asked) = apply(&[], round.iter().cycle().take(14).cloned().collect());
    let message = "aws-auth-sync: apply: the live aws-auth changed 6 times between looking and \
                   writing\nhint: find out which other tool writes aws-auth, then apply again\n";
    assert_eq!(result(&output), ("", message, Some(4)));
    assert_eq!(lines(&asked), [GET, PATCH].repeat(6));
}

#[test]
fn what_follows_a_refusal_is_said_and_nothing_more_is_asked() {
    let foreign = json!({
        "metadata": {"resourceVersion": "5"}, "data": before(),
    });
    let table = [
        (
            vec![status(404, "NotFound")],
            "the cluster has no aws-auth\nhint: give --create to make it",
            1,
        ),
        (
            vec![status(403, "Forbidden")],
            "get configmap kube-system/aws-auth: says Forbidden (HTTP 403)\nhint: a Role in kube-system must allow get and patch on the configmap aws-auth, and create on configmaps",
            1,
        ),
        (
            vec![ours("", &before())],
            "get configmap kube-system/aws-auth: the answer has no resourceVersion\nhint: try kubectl get --raw /readyz with the same kubeconfig",
            1,
        ),
        (
            vec![status(500, "InternalError")],
            "get configmap kube-system/aws-auth: says InternalError (HTTP 500)",
            1,
        ),
        (
            vec![ours("5", &before()), status(422, "Invalid")],
            "patch configmap kube-system/aws-auth: says Invalid (HTTP 422)",
            1,
        ),
        (
            vec![ours("5", &before()), status(409, "AlreadyExists")],
            "patch configmap kube-system/aws-auth: says AlreadyExists (HTTP 409)",
            1,
        ),
        (
            vec![(200, foreign)],
            "the live aws-auth was not written by aws-auth-sync; the API server does not say who wrote it\nhint: this version writes only to an aws-auth that it made: save the live one with kubectl get configmap aws-auth -n kube-system -o yaml before you do anything else",
            4,
        ),
    ];
    for (answers, message, code) in table {
        assert_ends(answers, message, code);
    }
}

#[test]
fn what_is_not_read_back_as_written_is_said() {
    let table = [
        (
            vec![
                ours("5", &before()),
                ours("6", &wanted()),
                status(403, "Forbidden"),
            ],
            "aws-auth was written (resourceVersion 6), and could not be read back: get configmap kube-system/aws-auth: says Forbidden (HTTP 403)\nhint: apply again: what is there is compared first",
            1,
        ),
        (
            vec![
                ours("5", &before()),
                ours("6", &wanted()),
                ours("7", &before()),
            ],
            "aws-auth was written, and what is there now is not what was written; the API server does not say who wrote it\nhint: find out which other tool writes aws-auth, then apply again",
            4,
        ),
        (
            vec![
                ours("5", &before()),
                ours("6", &wanted()),
                status(404, "NotFound"),
            ],
            "aws-auth was written, and what is there now is not what was written; it was deleted\nhint: find out which other tool writes aws-auth, then apply again",
            4,
        ),
    ];
    for (answers, message, code) in table {
        assert_ends(answers, message, code);
    }
}

/// Asserts that the last of the answers is an error, without a word on stdout.
fn assert_ends(answers: Vec<(u16, Value)>, message: &str, code: i32) {
    let count = answers.len();
    let (output, asked) = apply(&[], answers);
    let expected = format!("aws-auth-sync: apply: {message}\n");
    assert_eq!(result(&output), ("", expected.as_str(), Some(code)));
    assert_eq!(asked.len(), count, "{message}");
}

#[test]
fn a_senseless_answer_is_an_error_that_quotes_nothing_of_it() {
    let (output, asked) = apply(&["--create"], vec![(200, json!("hunter2"))]);
    let message = "aws-auth-sync: apply: get configmap kube-system/aws-auth: the answer is no such \
                   object (line 1, column 9)\nhint: try kubectl get --raw /readyz with the \
                   same kubeconfig\n";
    assert_eq!(result(&output), ("", message, Some(1)));
    assert_eq!(lines(&asked), [GET]);
}
