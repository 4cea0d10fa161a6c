//! Explanations for people and for scripts.

use std::fmt::Write as _;

use iam_core::aws_auth::{Entry, Identity};
use iam_core::excerpt::Excerpt;
use serde_json::{Map, Value, json};

use super::{Ending, Explanation, Verdict};
use crate::source::API_VERSION;

/// One JSON document: the entries with the consumer's values, and what becomes of each caller.
#[must_use]
pub fn json(explanation: &Explanation<'_>, verdicts: &[Verdict<'_>]) -> String {
    let entries = &explanation.combined.document.entries;
    let value = json!({
        "apiVersion": API_VERSION,
        "kind": "Explanation",
        "entries": entries.iter().map(|entry| self::entry(explanation, entry)).collect::<Vec<_>>(),
        "results": verdicts.iter().map(|verdict| self::verdict(explanation, verdict)).collect::<Vec<_>>(),
    });
    // A value made of strings, numbers and lists is always JSON.
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

/// For people: a paragraph for each caller; without callers, a line for each entry.
#[must_use]
pub fn text(explanation: &Explanation<'_>, verdicts: &[Verdict<'_>]) -> String {
    let mut text = String::new();
    if verdicts.is_empty() {
        for entry in &explanation.combined.document.entries {
            line(&mut text, explanation, entry);
        }
    }
    for verdict in verdicts {
        paragraph(&mut text, explanation, verdict);
    }
    text
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

fn verdict(explanation: &Explanation<'_>, verdict: &Verdict<'_>) -> Value {
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
    if let Some(entry) = verdict.entry {
        let (file, line) = explanation.combined.place(entry);
        put("section", json!(entry.section.key()));
        put("index", json!(entry.index));
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
    Value::Object(members)
}

fn line(text: &mut String, explanation: &Explanation<'_>, entry: &Entry) {
    let (file, line) = explanation.combined.place(entry);
    let dead = if explanation.is_effective(entry) {
        ""
    } else {
        " (acts for nobody)"
    };
    let arn = entry.identity.to_string();
    let names = match entry.identity {
        Identity::Account { .. } => "each caller's own ARN, without groups".to_owned(),
        Identity::Role { .. } | Identity::Sso { .. } | Identity::User { .. } => {
            names(&entry.username, &entry.groups)
        }
    };
    let _ = writeln!(text, "{file}:{line}: {} -> {names}{dead}", shown(&arn));
}

fn paragraph(text: &mut String, explanation: &Explanation<'_>, verdict: &Verdict<'_>) {
    let _ = writeln!(text, "{}", shown(&verdict.arn));
    match &verdict.canonical_arn {
        Some(canonical) if *canonical != verdict.arn => {
            let _ = writeln!(text, "  looked up as  {canonical}");
        }
        Some(_) | None => {}
    }
    let told = match &verdict.ending {
        Ending::Mapped { username, groups } => format!("mapped to {}", names(username, groups)),
        Ending::Account { username } => {
            format!("let in by its account, as {username}, without groups")
        }
        Ending::Unmapped => "not mapped: every login is refused".to_owned(),
        Ending::Denied { reason } => format!("denied: {reason}"),
        Ending::Unsupported => {
            "not the ARN of a caller: users, roles and their sessions call".to_owned()
        }
    };
    let _ = writeln!(text, "  {told}");
    if let Some(entry) = verdict.entry {
        let (file, line) = explanation.combined.place(entry);
        let _ = writeln!(
            text,
            "  by {file}:{line}, {} entry {}",
            entry.section, entry.index
        );
    }
    if verdict.is_ambiguous {
        text.push_str(
            "  by chance: several entries fit, and which one acts changes from login to login\n",
        );
    }
    for miss in &verdict.near_misses {
        let (file, line) = explanation.combined.place(miss.entry);
        let arn = miss.entry.identity.to_string();
        let _ = writeln!(
            text,
            "  near miss {file}:{line}: {}: {}",
            shown(&arn),
            miss.reason.told()
        );
    }
}

fn names(username: &str, groups: &[String]) -> String {
    let groups: Vec<String> = groups.iter().map(|group| shown(group)).collect();
    if groups.is_empty() {
        format!("{}, without groups", shown(username))
    } else {
        format!("{}, groups {}", shown(username), groups.join(", "))
    }
}

/// Text from a file, fit for a terminal.
fn shown(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    if text.chars().all(|character| matches!(character, '!'..='~')) {
        return text.to_owned();
    }
    format!("\"{}\"", Excerpt(text))
}
