//! Answers that end a run.

use serde_json::{Value, json};

use crate::apply::server::{GET, apply};
use crate::apply::{after, before, lines, status};
use crate::sandbox::result;

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
