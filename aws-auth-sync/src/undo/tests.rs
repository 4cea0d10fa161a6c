use std::collections::BTreeMap;

use super::*;
use crate::meaning::Meaning;
use crate::render::Data;

const DEV: &str = "- rolearn: arn:aws:iam::111122223333:role/dev\n  username: dev\n";
const OPS: &str = "- rolearn: arn:aws:iam::111122223333:role/ops\n  username: ops # ours\n";
const NODE: &str = "- {rolearn: 'arn:aws:iam::111122223333:role/node', username: node}\n";

/// An aws-auth with these roles; `owned` is what `platform` has written of them.
fn live(roles: &str, owned: &str) -> Live {
    let data = Data::from([("mapRoles".to_owned(), roles.to_owned())]);
    let mut record = Record::new(&"platform".parse().unwrap());
    let written = Data::from([("mapRoles".to_owned(), owned.to_owned())]);
    for entry in &Document::parse(&sections(&written)).entries {
        let meaning = Meaning::from(entry);
        record.own(meaning.key().digest(), meaning.digest());
    }
    let annotations = record.value().map(|value| (record.annotation(), value));
    Live::new(data, &BTreeMap::from_iter(annotations)).unwrap()
}

/// The roles after the undo, and what the record holds then.
fn undone(before: &Live, after: &Live, now: &Live) -> (String, Live, Vec<&'static str>) {
    let undo = undo(before, after, now).unwrap();
    let mut data = now.data.clone();
    for (key, text) in &undo.content.data {
        match text {
            Some(text) => data.insert(key.clone(), text.clone()),
            None => data.remove(key),
        };
    }
    let mut annotations: BTreeMap<_, _> = now
        .records
        .iter()
        .filter_map(|record| Some((record.annotation(), record.value()?)))
        .collect();
    for (key, value) in &undo.content.annotations {
        match value {
            Some(value) => annotations.insert(key.clone(), value.clone()),
            None => annotations.remove(key),
        };
    }
    let roles = data.get("mapRoles").cloned().unwrap_or_default();
    let words = undo.changes.iter().map(|change| change.word());
    let restored = Live::new(data, &annotations).unwrap();
    assert_eq!(undo.document, restored.document);
    assert_eq!(undo.first_amiss(&restored.document), None);
    (roles, restored, words.collect())
}

#[test]
fn what_nobody_has_touched_since_becomes_what_it_was_byte_for_byte() {
    let before = live(&format!("# kept\n{NODE}\n{OPS}"), OPS);
    let changed = DEV.replace("username: dev", "username: developer");
    let after = live(&format!("{NODE}{changed}"), &changed);
    let (roles, restored, words) = undone(&before, &after, &after);
    assert_eq!(roles, before.data["mapRoles"]);
    assert_eq!(restored.records, before.records);
    assert_eq!(words, ["remove", "add"]);
}

#[test]
fn what_others_have_written_since_stays() {
    let before = live(&format!("{NODE}{OPS}"), OPS);
    let after = live(&format!("{NODE}{DEV}"), DEV);
    let eks = "- {rolearn: 'arn:aws:iam::111122223333:role/eks', username: eks} # EKS\n";
    let now = live(&format!("{NODE}{eks}{DEV}"), DEV);
    let (roles, restored, words) = undone(&before, &after, &now);
    assert!(roles.starts_with(&format!("{NODE}{eks}")), "{roles}");
    assert_eq!(restored.document.entries.len(), 3);
    assert!(!roles.contains("role/dev") && roles.contains("role/ops"));
    assert_eq!(restored.records, before.records);
    assert_eq!(words, ["remove", "add"]);
}

#[test]
fn an_entry_that_somebody_else_has_changed_since_is_left_to_them() {
    let before = live(NODE, "");
    let after = live(&format!("{NODE}{DEV}{OPS}"), &format!("{DEV}{OPS}"));
    let theirs = DEV.replace("username: dev", "username: theirs");
    let now = live(&format!("{NODE}{theirs}{OPS}"), &format!("{DEV}{OPS}"));
    let (roles, restored, words) = undone(&before, &after, &now);
    assert_eq!(roles, format!("{NODE}{theirs}"));
    // It is nobody's again.
    assert_eq!(restored.records, before.records);
    assert_eq!(words, ["remove"]);
}

#[test]
fn what_is_undone_already_is_not_undone_twice() {
    let before = live(&format!("{NODE}{OPS}"), OPS);
    let after = live(&format!("{NODE}{DEV}"), DEV);
    let undo = undo(&before, &after, &before).unwrap();
    assert!(undo.content.is_empty(), "{undo:?}");
    assert_eq!(undo.changes, []);
}

#[test]
fn a_list_that_was_made_goes_again_and_one_that_went_comes_back() {
    let none = Live::default();
    let some = live(DEV, DEV);
    for (before, after) in [(&none, &some), (&some, &none)] {
        let (_, restored, _) = undone(before, after, after);
        assert_eq!(restored.data, before.data);
        assert_eq!(restored.records, before.records);
    }
}

#[test]
fn an_entry_that_did_not_come_back_is_found() {
    let (before, after) = (live(DEV, DEV), live(OPS, OPS));
    let undo = undo(&before, &after, &after).unwrap();
    let names = |roles: &str| {
        let found = live(roles, "").document;
        undo.first_amiss(&found).map(|entry| entry.name())
    };
    let arn = |name: &str| Some(format!("arn:aws:iam::111122223333:role/{name}"));
    assert_eq!(names(DEV), None);
    assert_eq!(names(&format!("{DEV}{NODE}")), None);
    assert_eq!(names(NODE), arn("dev"));
    assert_eq!(names(&format!("{DEV}{OPS}")), arn("ops"));
}
