//! One JSON document: the entries with the consumer's values, and what becomes of each caller.

use iam_core::aws_auth::{Entry, Identity};
use serde_json::{Map, Value, json};

use super::Told;
use crate::explain::{Ending, Explanation, Verdict};
use crate::rights;
use crate::source::API_VERSION;

/// One JSON document: the entries with the consumer's values, and what becomes of each caller.
#[must_use]
pub fn json(explanation: &Explanation<'_>, verdicts: &[Verdict<'_>], told: Told<'_>) -> String {
    let entries = &explanation.combined.document.entries;
    let value = json!({
        "apiVersion": API_VERSION,
        "kind": "Explanation",
        "entries": entries.iter().map(|entry| self::entry(explanation, entry)).collect::<Vec<_>>(),
        "results": verdicts.iter().map(|verdict| self::verdict(explanation, verdict, told)).collect::<Vec<_>>(),
    });
    iam_cli::json::pretty(&value)
}

fn entry(explanation: &Explanation<'_>, entry: &Entry) -> Value {
    let (file, line) = explanation.combined.place(entry);
    let mut members = Map::new();
    members.insert("section".to_owned(), json!(entry.section.key()));
    members.insert("index".to_owned(), json!(entry.index));
    members.insert("file".to_owned(), json!(file));
    members.insert("line".to_owned(), json!(line));
    let (key, value) = match &entry.identity {
        Identity::Role { arn } | Identity::User { arn } => ("arn", json!(arn)),
        Identity::Account { id } => ("account", json!(id)),
        Identity::Sso {
            permission_set_name,
            account_id,
            partition,
        } => {
            let mut sso =
                json!({"permissionSetName": permission_set_name, "accountID": account_id});
            if let (Some(partition), Some(members)) = (partition, sso.as_object_mut()) {
                members.insert("partition".to_owned(), json!(partition));
            }
            ("sso", sso)
        }
    };
    members.insert(key.to_owned(), value);
    if !matches!(entry.identity, Identity::Account { .. }) {
        members.insert("username".to_owned(), json!(entry.username));
        members.insert("groups".to_owned(), json!(entry.groups));
    }
    members.insert(
        "effective".to_owned(),
        json!(explanation.is_effective(entry)),
    );
    Value::Object(members)
}

fn verdict(explanation: &Explanation<'_>, verdict: &Verdict<'_>, told: Told<'_>) -> Value {
    let mut members = Map::new();
    let mut put = |key: &str, value: Value| {
        members.insert(key.to_owned(), value);
    };
    put("arn", json!(verdict.arn));
    if let Some(canonical) = &verdict.canonical_arn {
        put("canonicalArn", json!(canonical));
    }
    if let Some(session) = &verdict.session {
        put("session", json!(session));
    }
    put("outcome", json!(verdict.ending.word()));
    if let Some(by) = verdict.by {
        let (section, index, file, line) = explanation.place(by);
        put("section", json!(section));
        put("index", json!(index));
        put("file", json!(file));
        put("line", json!(line));
    }
    match &verdict.ending {
        Ending::Mapped { username, groups } => {
            put("username", json!(username));
            put("groups", json!(groups));
        }
        Ending::Account { username } => {
            put("username", json!(username));
            put("groups", json!([]));
        }
        Ending::Denied { reason } => put("reason", json!(reason)),
        Ending::Unmapped | Ending::Unsupported => {}
    }
    put("ambiguous", json!(verdict.is_ambiguous));
    let misses = verdict.near_misses.iter().map(|miss| {
        let (file, line) = explanation.combined.place(miss.entry);
        json!({
            "reason": miss.reason.word(), "message": miss.reason.told(), "file": file, "line": line,
            "section": miss.entry.section.key(), "index": miss.entry.index,
            "arn": miss.entry.identity.to_string(),
        })
    });
    put("nearMisses", json!(misses.collect::<Vec<_>>()));
    if let Told::Rights(rbac) = told
        && let Some(rights) = verdict.rights(rbac)
    {
        put("rights", rights::told::json(&rights));
    }
    Value::Object(members)
}
