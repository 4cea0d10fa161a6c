//! For scripts.

use serde_json::{Map, Value, json};

use super::Summary;
use crate::meaning::Meaning;
use crate::merge::{Change, Conflict, Standing};
use crate::owner::Owner;
use crate::plan::Plan;
use crate::source::API_VERSION;

/// The kind of the document.
pub const KIND: &str = "Plan";

/// The plan as one document.
#[must_use]
pub fn document(plan: &Plan) -> Value {
    let conflicts = plan.merge.conflicts.iter().map(conflict);
    json!({
        "apiVersion": API_VERSION,
        "kind": KIND,
        "owner": plan.owner.as_str(),
        "changes": changes(plan),
        "conflicts": conflicts.collect::<Vec<_>>(),
        "guards": plan.guards,
        "passed": plan.passed,
        "warnings": plan.warnings,
        "summary": Summary::of(plan),
    })
}

/// The changes alone.
#[must_use]
pub fn changes(plan: &Plan) -> Vec<Value> {
    let owner = &plan.owner;
    let changes = plan.merge.changes.iter();
    changes.map(|found| change(found, owner)).collect()
}

fn change(change: &Change, owner: &Owner) -> Value {
    let action = &change.action;
    let mut members = subject(change.entry());
    let texts = [
        ("action", change.word().to_owned()),
        ("owner", owner.to_string()),
        ("reason", change.reason.to_string()),
    ];
    members.extend(texts.map(|(key, text)| (key.to_owned(), text.into())));
    put_sides(&mut members, action.before(), action.after());
    Value::Object(members)
}

fn conflict(conflict: &Conflict) -> Value {
    let mut members = subject(&conflict.entry);
    let mut put = |key: &str, value: Value| members.insert(key.to_owned(), value);
    put("reason", json!(conflict.standing.to_string()));
    put("override", json!(conflict.flag()));
    if let Standing::Held { by } = &conflict.standing {
        let names: Vec<_> = by.iter().map(Owner::as_str).collect();
        put("heldBy", json!(names.join(", ")));
    }
    let entry = Some(&conflict.entry);
    match &conflict.place {
        Some(place) => {
            put("file", json!(&*place.file));
            put("line", json!(place.line));
            put_sides(&mut members, conflict.there.as_ref(), entry);
        }
        None => put_sides(&mut members, entry, None),
    }
    Value::Object(members)
}

/// What an entry gives now, and what then; absent is absent.
fn put_sides(members: &mut Map<String, Value>, before: Option<&Meaning>, after: Option<&Meaning>) {
    for (key, entry) in [("before", before), ("after", after)] {
        members.extend(entry.map(|entry| (key.to_owned(), entry.json())));
    }
}

/// The list and the key of an entry.
fn subject(entry: &Meaning) -> Map<String, Value> {
    let section = entry.identity.section().key().to_owned();
    let pairs = [("section", section), ("key", entry.name())];
    let pairs = pairs.map(|(key, text)| (key.to_owned(), text.into()));
    pairs.into_iter().collect()
}
