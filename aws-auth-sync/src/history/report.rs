//! The history for people and for scripts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Note, Revision};
use crate::source::API_VERSION;

/// One line a revision, the oldest first; of those that are `unwritten` that is said.
#[must_use]
pub fn text(revisions: &[Revision], unwritten: &BTreeSet<u64>) -> String {
    if revisions.is_empty() {
        return "nothing has been saved yet\n".to_owned();
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{HEAD}");
    for revision in revisions {
        let Revision { number, time, note } = revision;
        let time = time.as_deref().unwrap_or_default();
        let Some(note) = note else {
            let _ = writeln!(text, "{number:<9} {time:<21} this version cannot read it");
            continue;
        };
        let owner = note.owner.as_deref().unwrap_or("-");
        let version = note.resource_version.as_deref().unwrap_or("-");
        let before = note.before.word();
        let line = format!("{number:<9} {time:<21} {owner:<12} {version:<16} {before}: ");
        let end = match unwritten.contains(number) {
            true => " (never written)",
            false => "",
        };
        let _ = writeln!(text, "{line}{}{end}", note.summary.escape_default());
    }
    text
}

/// One document.
#[must_use]
pub fn json(revisions: &[Revision], unwritten: &BTreeSet<u64>) -> String {
    let revisions = revisions.iter();
    let revisions: Vec<Value> = revisions
        .map(|found| revision(found, unwritten.contains(&found.number)))
        .collect();
    let document = json!({
        "apiVersion": API_VERSION,
        "kind": "RevisionList",
        "revisions": revisions,
    });
    iam_cli::json::pretty(&document)
}

fn revision(revision: &Revision, is_unwritten: bool) -> Value {
    let Revision { number, time, note } = revision;
    let mut members = Map::from_iter([("revision".to_owned(), json!(number))]);
    let mut put = |key: &str, value: &str| members.insert(key.to_owned(), json!(value));
    if let Some(time) = time {
        put("time", time);
    }
    if let Some(Note {
        before,
        owner,
        resource_version,
        summary,
        bytes: _,
    }) = note
    {
        put("before", before.word());
        if let Some(owner) = owner {
            put("owner", owner);
        }
        if let Some(version) = resource_version {
            put("resourceVersion", version);
        }
        put("summary", summary);
    }
    if is_unwritten {
        members.insert("written".to_owned(), json!(false));
    }
    Value::Object(members)
}

const HEAD: &str = "REVISION  SAVED                 OWNER        RESOURCEVERSION  BEFORE";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Occasion;

    fn revisions() -> [Revision; 2] {
        let note = Note {
            before: Occasion::Apply,
            owner: Some("platform".to_owned()),
            resource_version: Some("208".to_owned()),
            summary: "1 to add\n".to_owned(),
            bytes: 9,
        };
        let time = Some("2026-11-29T10:00:00Z".to_owned());
        [
            Revision {
                number: 9,
                time,
                note: None,
            },
            Revision {
                number: 10,
                time: None,
                note: Some(note),
            },
        ]
    }

    #[test]
    fn people_see_a_line_a_revision() {
        let expected = "REVISION  SAVED                 OWNER        RESOURCEVERSION  BEFORE
9         2026-11-29T10:00:00Z  this version cannot read it
10                              platform     208              apply: 1 to add\\n
";
        assert_eq!(text(&revisions(), &BTreeSet::new()), expected);
        let unwritten = text(&revisions(), &BTreeSet::from([10]));
        assert!(unwritten.ends_with("apply: 1 to add\\n (never written)\n"));
        assert_eq!(text(&[], &BTreeSet::new()), "nothing has been saved yet\n");
    }

    #[test]
    fn scripts_see_what_is_there_and_no_more() {
        let document: Value = serde_json::from_str(&json(&revisions(), &[10].into())).unwrap();
        let expected = json!({
            "apiVersion": "aws-auth-sync/v1",
            "kind": "RevisionList",
            "revisions": [
                {"revision": 9, "time": "2026-11-29T10:00:00Z"},
                {
                    "revision": 10, "owner": "platform", "resourceVersion": "208",
                    "before": "apply", "summary": "1 to add\n",
                    "written": false,
                },
            ],
        });
        assert_eq!(document, expected);
    }
}
