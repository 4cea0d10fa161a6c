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

use aws_auth_sync::finding::Place;
use aws_auth_sync::meaning::Meaning;
use aws_auth_sync::render;
use aws_auth_sync::source::Declared;
use iam_core::aws_auth::Identity;
use serde_json::{Value, json};

/// A request as the server saw it: method and path with query, content type, body.
#[derive(Debug, PartialEq)]
struct Asked {
    line: String,
    content_type: String,
    body: Value,
}

/// Runs `apply`, which saves nothing before, while a server gives `answers`.
fn apply(arguments: &[&str], answers: Vec<(u16, Value)>) -> (Output, Vec<Asked>) {
    saving(&[&["--no-backup"], arguments].concat(), answers)
}

/// Runs `apply` while a server gives `answers`, one a request; returns what was asked too. What the
/// guards ask is answered besides: the caller has no ARN, and there are no nodes.
fn saving(arguments: &[&str], answers: Vec<(u16, Value)>) -> (Output, Vec<Asked>) {
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
    // The script ends with this connection.
    drop(TcpStream::connect(address));
    (output, server.join().unwrap())
}

fn serve(listener: &TcpListener, answers: Vec<(u16, Value)>) -> Vec<Asked> {
    let mut asked = Vec::new();
    let mut answers = answers.into_iter();
    loop {
        let (stream, _) = listener.accept().unwrap();
        let Some(request) = read(&stream) else {
            return asked;
        };
        let (status, body) = match request.line.as_str() {
            REVIEW => (201, json!({"status": {"userInfo": {"username": "admin"}}})),
            NODES => (200, json!({"metadata": {}, "items": []})),
            _ => {
                asked.push(request);
                let Some(answer) = answers.next() else {
                    continue;
                };
                answer
            }
        };
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
const GET: &str = "GET /api/v1/namespaces/kube-system/configmaps/aws-auth";
const PATCH: &str = "PATCH /api/v1/namespaces/kube-system/configmaps/aws-auth\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";
const POST: &str = "POST /api/v1/namespaces/kube-system/configmaps\
    ?fieldManager=aws-auth-sync&fieldValidation=Strict";

const REVIEW: &str = "POST /apis/authentication.k8s.io/v1/selfsubjectreviews";
const NODES: &str = "GET /api/v1/nodes?limit=1";

/// The annotations of an aws-auth in which `platform` wrote these accounts.
fn record(accounts: &[&str]) -> Value {
    let declared = |id: &&str| Declared {
        place: Place {
            file: "f".into(),
            line: 1,
            column: 1,
        },
        meaning: Meaning {
            identity: Identity::Account {
                id: (*id).to_owned(),
            },
            username: String::new(),
            groups: Vec::new(),
        },
    };
    let entries: Vec<Declared> = accounts.iter().map(declared).collect();
    let record = render::record(&"platform".parse().unwrap(), &entries);
    match record.value() {
        Some(value) => json!({record.annotation(): value}),
        None => json!({}),
    }
}

/// An aws-auth with these accounts, those of `platform` and then those of nobody.
fn object(version: &str, ours: &[&str], others: &[&str]) -> (u16, Value) {
    let accounts = ours.iter().chain(others);
    let accounts: String = accounts.map(|id| format!("- \"{id}\"\n")).collect();
    let metadata = json!({"resourceVersion": version, "annotations": record(ours)});
    let data = json!({"mapAccounts": accounts, "other": "kept"});
    (
        200,
        json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata, "data": data}),
    )
}

/// An aws-auth as the source wants it.
fn after(version: &str) -> (u16, Value) {
    object(version, &["111122223333"], &["444455556666"])
}

/// What was there before: nothing of ours yet.
fn before(version: &str) -> (u16, Value) {
    object(version, &[], &["444455556666"])
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

const ADDED: &str = "+ mapAccounts 111122223333\n";

fn changed(version: &str) -> String {
    format!("{ADDED}aws-auth changed: 1 entry, read back at resourceVersion {version}\n")
}

#[test]
fn makes_aws_auth_where_there_is_none_and_reads_it_back() {
    let made = || object("7", &["111122223333"], &[]);
    let (output, asked) = apply(&["--create"], vec![status(404, "NotFound"), made(), made()]);
    let report = format!("{ADDED}aws-auth created: 1 entry, read back at resourceVersion 7\n");
    assert_eq!(result(&output), (report.as_str(), "", Some(0)));
    assert_eq!(lines(&asked), [GET, POST, GET]);
    let metadata = json!({
        "name": "aws-auth", "namespace": "kube-system", "annotations": record(&["111122223333"]),
    });
    let data = json!({"mapAccounts": "- \"111122223333\"\n"});
    let create = Asked {
        line: POST.to_owned(),
        content_type: "application/json".to_owned(),
        body: json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data,
        }),
    };
    assert_eq!(asked.get(1), Some(&create));
}

#[test]
fn writes_what_differs_on_the_condition_that_nothing_else_has_changed() {
    let (output, asked) = apply(&[], vec![before("5"), after("6"), after("6")]);
    assert_eq!(result(&output), (changed("6").as_str(), "", Some(0)));
    assert_eq!(lines(&asked), [GET, PATCH, GET]);
    let mut annotations = record(&["111122223333"]);
    let value = annotations
        .as_object_mut()
        .unwrap()
        .values_mut()
        .next()
        .unwrap();
    // The section was there: it is not ours to take away.
    *value = value
        .as_str()
        .unwrap()
        .replace("\"made\":[\"mapAccounts\"],", "")
        .into();
    let patch = Asked {
        line: PATCH.to_owned(),
        content_type: "application/merge-patch+json".to_owned(),
        body: json!({
            "metadata": {"resourceVersion": "5", "annotations": annotations},
            "data": {"mapAccounts": "- \"444455556666\"\n- \"111122223333\"\n"},
        }),
    };
    assert_eq!(asked.get(1), Some(&patch));
}

#[test]
fn writes_nothing_where_nothing_would_change() {
    let (output, asked) = apply(&["--create"], vec![after("5")]);
    let report = "aws-auth is as it should be: nothing is written\n";
    assert_eq!(result(&output), (report, "", Some(0)));
    assert_eq!(lines(&asked), [GET]);
}

#[test]
fn a_change_that_is_not_meant_is_told_and_not_made() {
    let (output, asked) = apply(&["--dry-run=client"], vec![before("5")]);
    let told = format!("{ADDED}aws-auth would change: 1 entry; nothing was sent\n");
    assert_eq!(result(&output), (told.as_str(), "", Some(0)));
    assert_eq!(lines(&asked), [GET]);

    let (output, asked) = apply(&["--dry-run=server"], vec![before("5"), after("5")]);
    let told = format!("{ADDED}aws-auth would change: 1 entry; the API server would take it\n");
    assert_eq!(result(&output), (told.as_str(), "", Some(0)));
    assert_eq!(lines(&asked), [GET, &format!("{PATCH}&dryRun=All")]);

    let absent = vec![status(404, "NotFound"), after("5")];
    let (output, asked) = apply(&["--create", "--dry-run=server"], absent);
    assert_eq!(result(&output), (told.as_str(), "", Some(0)));
    assert_eq!(lines(&asked), [GET, &format!("{POST}&dryRun=All")]);
}

#[test]
fn a_conflict_is_a_new_plan() {
    let done = || vec![after("9"), after("9")];
    let conflict = || status(409, "Conflict");
    let absent = || status(404, "NotFound");
    let table = [
        (
            vec![before("5"), conflict(), before("6")],
            vec![GET, PATCH, GET, PATCH, GET],
        ),
        (
            vec![before("5"), absent(), absent()],
            vec![GET, PATCH, GET, POST, GET],
        ),
        (
            vec![absent(), status(409, "AlreadyExists"), before("6")],
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
fn a_new_plan_keeps_what_others_wrote_meanwhile_and_is_guarded_again() {
    let theirs = object("6", &[], &["444455556666", "777788889999"]);
    let answers = vec![
        before("5"),
        status(409, "Conflict"),
        theirs,
        after("9"),
        after("9"),
    ];
    let (_, asked) = apply(&[], answers);
    let accounts = asked
        .get(3)
        .unwrap()
        .body
        .pointer("/data/mapAccounts")
        .cloned();
    let expected = "- \"444455556666\"\n- \"777788889999\"\n- \"111122223333\"\n";
    assert_eq!(accounts, Some(json!(expected)));

    // Now most of it would go.
    let ours = [
        "111122223333",
        "000000000001",
        "000000000002",
        "000000000003",
    ];
    let several = object("6", &ours, &[]);
    let (output, asked) = apply(&[], vec![before("5"), status(409, "Conflict"), several]);
    let message = "aws-auth-sync: apply: C04: 3 of 4 entries would go: mapAccounts 000000000001, \
                   mapAccounts 000000000002, mapAccounts 000000000003\nhint: \
                   give --allow-mass-deletion if that is what you want\n";
    assert_eq!(result(&output), ("", message, Some(5)));
    assert_eq!(lines(&asked), [GET, PATCH, GET]);
}

#[test]
fn gives_up_after_ten_conflicts() {
    let round = [before("5"), status(409, "Conflict")];
    let (output, asked) = apply(&[], round.iter().cycle().take(22).cloned().collect());
    let message = "aws-auth-sync: apply: the live aws-auth changed 10 times between looking and \
                   writing\nhint: find out which other tool writes aws-auth, then apply again\n";
    assert_eq!(result(&output), ("", message, Some(4)));
    assert_eq!(lines(&asked), [GET, PATCH].repeat(10));
}

#[test]
fn what_follows_a_refusal_is_said_and_nothing_more_is_asked() {
    let mut unreadable = before("5");
    *unreadable.1.pointer_mut("/metadata/annotations").unwrap() =
        json!({"aws-auth-sync/owned.platform": "{\"version\":1}"});
    let table = [
        (
            vec![status(404, "NotFound")],
            "the cluster has no aws-auth\nhint: give --create to make it",
            1,
        ),
        (
            vec![status(403, "Forbidden")],
            "get configmap kube-system/aws-auth: says Forbidden (HTTP 403)\nhint: a Role in kube-system must allow get and patch on the configmap aws-auth, and create, get, list and delete on configmaps, which are its backups",
            1,
        ),
        (
            vec![before("")],
            "get configmap kube-system/aws-auth: the answer has no resourceVersion\nhint: try kubectl get --raw /readyz with the same kubeconfig",
            1,
        ),
        (
            vec![status(500, "InternalError")],
            "get configmap kube-system/aws-auth: says InternalError (HTTP 500)",
            1,
        ),
        (
            vec![before("5"), status(422, "Invalid")],
            "patch configmap kube-system/aws-auth: says Invalid (HTTP 422)",
            1,
        ),
        (
            vec![before("5"), status(409, "AlreadyExists")],
            "patch configmap kube-system/aws-auth: says AlreadyExists (HTTP 409)",
            1,
        ),
        (
            vec![unreadable],
            "the annotation aws-auth-sync/owned.platform of aws-auth is no record that this version reads: it is of another version\nhint: kubectl annotate configmap aws-auth -n kube-system aws-auth-sync/owned.platform- forgets it; the owner's next apply --adopt makes it anew",
            1,
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
            vec![before("5"), after("6"), status(403, "Forbidden")],
            "aws-auth was written (resourceVersion 6), and could not be read back: get configmap kube-system/aws-auth: says Forbidden (HTTP 403)\nhint: apply again: what is there is compared first",
            1,
        ),
        (
            vec![before("5"), after("6"), before("7")],
            "aws-auth was written, and then mapAccounts 111122223333 was not what was written; the API server does not say who wrote it\nhint: find out which other tool writes aws-auth, then apply again",
            4,
        ),
        (
            vec![before("5"), after("6"), status(404, "NotFound")],
            "aws-auth was written, and then mapAccounts 111122223333 was not what was written; it was deleted\nhint: find out which other tool writes aws-auth, then apply again",
            4,
        ),
    ];
    for (answers, message, code) in table {
        assert_ends(answers, message, code);
    }
}

#[test]
fn what_others_change_after_the_write_is_their_affair() {
    let later = object("7", &["111122223333"], &["777788889999"]);
    let (output, _) = apply(&[], vec![before("5"), after("6"), later]);
    assert_eq!(result(&output), (changed("6").as_str(), "", Some(0)));
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

const LIST: &str = "GET /api/v1/namespaces/kube-system/configmaps\
    ?labelSelector=aws-auth-sync%2Fbackup%3Dtrue";
const FORGET: &str = "DELETE /api/v1/namespaces/kube-system/configmaps/aws-auth-backup-";

/// The list of the states that were saved under `numbers`.
fn revisions(numbers: &[u64]) -> (u16, Value) {
    let item = |number| json!({"metadata": {"name": format!("aws-auth-backup-{number}")}});
    let items: Vec<Value> = numbers.iter().map(item).collect();
    let items = Some(items).filter(|items| !items.is_empty());
    (200, json!({"metadata": {}, "items": items}))
}

fn forgotten(number: u64) -> String {
    format!("{FORGET}{number}")
}

#[test]
fn what_is_there_is_saved_with_its_records_before_it_is_changed() {
    let (code, object) = object("5", &["555566667777"], &["444455556666"]);
    let mut there = object.clone();
    there["metadata"]["annotations"]["note"] = json!("somebody's");
    let answers = vec![
        (code, there),
        revisions(&[2, 10, 9]),
        (201, json!({"metadata": {}})),
        after("6"),
        revisions(&[2, 9, 10, 11]),
        (200, json!({"kind": "Status"})),
        (200, json!({"kind": "Status"})),
        after("6"),
    ];
    let (output, asked) = saving(&["--keep-backups", "2"], answers);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let (nine, two) = (forgotten(9), forgotten(2));
    assert_eq!(
        lines(&asked),
        [GET, LIST, POST, PATCH, LIST, &nine, &two, GET]
    );
    let annotations = object["metadata"]["annotations"].as_object().unwrap();
    let texts = annotations
        .iter()
        .chain(object["data"].as_object().unwrap());
    let bytes: usize = texts
        .map(|(key, text)| key.len() + text.as_str().unwrap().len())
        .sum();
    let note = json!({
        "before": "apply", "owner": "platform", "resourceVersion": "5",
        "summary": "1 to add, 0 to change, 1 to remove", "bytes": bytes,
    });
    let saved = &asked[2].body;
    let mut annotations = saved["metadata"]["annotations"].clone();
    let noted = annotations
        .as_object_mut()
        .unwrap()
        .remove("aws-auth-sync/backup")
        .unwrap();
    let noted: Value = serde_json::from_str(noted.as_str().unwrap()).unwrap();
    assert_eq!(noted, note);
    assert_eq!(annotations, object["metadata"]["annotations"]);
    assert_eq!(saved["metadata"]["name"], json!("aws-auth-backup-11"));
    assert_eq!(
        (&saved["immutable"], &saved["data"]),
        (&json!(true), &object["data"])
    );
}

#[test]
fn a_number_that_another_run_takes_is_left_to_it() {
    let taken = status(409, "AlreadyExists");
    let answers = vec![
        before("5"),
        revisions(&[7]),
        taken.clone(),
        taken,
        (201, json!({"metadata": {}})),
        after("6"),
        revisions(&[]),
        after("6"),
    ];
    let (output, asked) = saving(&[], answers);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let names: Vec<_> = asked[2..5]
        .iter()
        .map(|request| request.body["metadata"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "aws-auth-backup-8",
            "aws-auth-backup-9",
            "aws-auth-backup-10"
        ]
    );
}

#[test]
fn a_state_that_was_not_replaced_is_forgotten_again() {
    let saved = || vec![revisions(&[]), (201, json!({"metadata": {}}))];
    let gone = || vec![(200, json!({"kind": "Status"}))];
    let one = forgotten(1);
    let contended = [
        vec![before("5")],
        saved(),
        vec![status(409, "Conflict")],
        gone(),
        vec![after("6")],
    ];
    let (output, asked) = saving(&[], contended.concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(lines(&asked), [GET, LIST, POST, PATCH, &one, GET]);

    let refused = [
        vec![before("5")],
        saved(),
        vec![status(422, "Invalid")],
        gone(),
    ];
    let (output, asked) = saving(&[], refused.concat());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(lines(&asked), [GET, LIST, POST, PATCH, &one]);
}

#[test]
fn without_a_backup_nothing_is_written_unless_told() {
    let role = "a Role in kube-system must allow create, get, list and delete on configmaps";
    let table = [
        (
            vec![status(403, "Forbidden")],
            format!("list the backups (configmaps in kube-system): says Forbidden (HTTP 403)\nhint: {role}"),
        ),
        (
            vec![revisions(&[]), status(403, "Forbidden")],
            format!("create a backup (a configmap in kube-system): says Forbidden (HTTP 403)\nhint: {role}"),
        ),
        (
            vec![revisions(&[]), status(422, "Invalid")],
            "create a backup (a configmap in kube-system): says Invalid (HTTP 422)\nhint: try again".to_owned(),
        ),
    ];
    for (answers, message) in table {
        let count = answers.len() + 1;
        let (output, asked) = saving(&[], [vec![before("5")], answers].concat());
        let expected = format!(
            "aws-auth-sync: apply: save aws-auth before it is changed: {message}; --no-backup writes \
             without a way back\n"
        );
        assert_eq!(result(&output), ("", expected.as_str(), Some(1)));
        assert_eq!(asked.len(), count);
    }
}

#[test]
fn old_backups_that_cannot_be_removed_are_warned_of() {
    let answers = vec![
        before("5"),
        revisions(&[1, 2]),
        (201, json!({"metadata": {}})),
        after("6"),
        revisions(&[1, 2, 3]),
        status(403, "Forbidden"),
        after("6"),
    ];
    let (output, _) = saving(&["--keep-backups=1"], answers);
    let warning = "warning: old backups stay: delete a backup (a configmap in kube-system): says \
                   Forbidden (HTTP 403)\n";
    assert_eq!(result(&output), (changed("6").as_str(), warning, Some(0)));
}
