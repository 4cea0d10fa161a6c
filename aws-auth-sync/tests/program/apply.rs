//! `apply` against a scripted API server on loopback: what is asked, in which order, and what
//! follows from each answer. The real API server has its stories in the package e2e.

mod backups;
mod conflicts;
mod refusals;
mod server;

use aws_auth_sync::finding::Place;
use aws_auth_sync::meaning::Meaning;
use aws_auth_sync::render;
use aws_auth_sync::source::Declared;
use iam_core::aws_auth::Identity;
use serde_json::{Value, json};

use crate::apply::server::{Asked, GET, PATCH, POST, apply};
use crate::sandbox::result;

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
fn what_others_change_after_the_write_is_their_affair() {
    let later = object("7", &["111122223333"], &["777788889999"]);
    let (output, _) = apply(&[], vec![before("5"), after("6"), later]);
    assert_eq!(result(&output), (changed("6").as_str(), "", Some(0)));
}
