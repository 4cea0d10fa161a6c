//! What is there is saved before it is changed.

use serde_json::{Value, json};

use crate::apply::server::{GET, PATCH, POST, saving};
use crate::apply::{after, before, changed, lines, object, status};
use crate::sandbox::result;

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
