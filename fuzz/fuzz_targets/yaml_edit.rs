//! Edits of YAML: what is written is read again, and made twice changes no byte.

#![no_main]

use iam_core::yaml::{
    Fresh, Limits,
    edit::{Change, Document, ListChange, MapChange},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, u8, u8)| {
    let (text, value, kind, index) = input;
    let limits = Limits {
        depth: 16,
        nodes: 2_000,
        ..Limits::default()
    };
    let Ok(document) = Document::parse(text, &limits) else {
        return;
    };
    let change = change(value, kind, usize::from(index % 4));
    let Ok(edited) = document.edit(&change) else {
        return;
    };
    let edited = edited.into_owned();
    let again = Document::parse(&edited, &limits).expect("what is written is read again");
    let is_repeatable = kind % 6 < 3;
    if is_repeatable {
        let twice = again.edit(&change).expect("what is there already is not refused");
        assert_eq!(twice, edited);
    }
});

/// A change of `a`, of an item, of both, or of YAML in a string; the first three name all they set.
fn change(value: &str, kind: u8, index: usize) -> Change {
    let text = || Fresh::text(value);
    let entry = || Fresh::map([("a", text()), ("b", Fresh::List(vec![text(), Fresh::Flag(true)]))]);
    let map = MapChange::default();
    let list = ListChange::default();
    match kind % 6 {
        0 => map.set("a", text()).into(),
        1 => map.set("a", entry()).remove("b").into(),
        2 => Change::Set(entry()),
        3 => list.remove(index).push(entry()).insert(index, text()).into(),
        4 => list.change(index, map.remove("a").set("c", text())).into(),
        _ => map
            .change("a", Change::Embedded(Box::new(list.remove(index).push(entry()).into())))
            .into(),
    }
}
