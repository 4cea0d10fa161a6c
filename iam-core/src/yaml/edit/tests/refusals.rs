use super::{EditFault, ListChange, MapChange, at, edit, set, text};
use crate::yaml::edit::{Document, EditError};
use crate::yaml::{Limits, Node};

/// The place, and what is wrong.
fn fault(error: &EditError) -> (usize, usize, Option<EditFault>) {
    let position = error.position().unwrap();
    let fault = match error {
        EditError::Unsafe { fault, .. } => Some(*fault),
        EditError::Yaml(_) => None,
    };
    (position.line, position.column, fault)
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn refuses_what_an_edit_could_damage_and_names_its_place() {
    let user = || at("u", set("n", text("v")));
    let kind = |found, wanted| Some(EditFault::Kind { found, wanted });
    let table = [
        (
            "a: b\n---\nc: d\n",
            user(),
            (2, 1, Some(EditFault::SecondDocument)),
        ),
        ("a: b\rc: d\n", user(), (1, 5, Some(EditFault::LineBreak))),
        (
            "a: b\n# \u{2028}\n",
            user(),
            (2, 3, Some(EditFault::LineBreak)),
        ),
        (
            "u: {}\nu: {}\n",
            user(),
            (2, 1, Some(EditFault::DuplicateKey { first: 1 })),
        ),
        (
            "u:\n  n: 1\n  'n': 2\n",
            user(),
            (3, 3, Some(EditFault::DuplicateKey { first: 2 })),
        ),
        (
            "b: &b {n: 1}\nu:\n  <<: *b\n",
            user(),
            (3, 3, Some(EditFault::MergeKey)),
        ),
        (
            "b: &b {n: 1}\nu: *b\n",
            user(),
            (2, 4, Some(EditFault::Alias)),
        ),
        (
            "b: &b {n: 1}\nu: {n: *b}\n",
            user(),
            (2, 8, Some(EditFault::Alias)),
        ),
        (
            "u: &b {n: 1}\nb: *b\n",
            user(),
            (1, 7, Some(EditFault::Anchor)),
        ),
        (
            "u:\n  n: &b\n    c: d\nb: *b\n",
            user(),
            (3, 5, Some(EditFault::Anchor)),
        ),
        (
            "u: {n: [&b x]}\nb: *b\n",
            user(),
            (1, 12, Some(EditFault::Anchor)),
        ),
        ("u: !mine {n: 1}\n", user(), (1, 10, Some(EditFault::Tag))),
        ("u: {n: !!int 1}\n", user(), (1, 14, Some(EditFault::Tag))),
        ("u: 5\n", user(), (1, 4, kind("an integer", "a mapping"))),
        ("u: [1]\n", user(), (1, 4, kind("a list", "a mapping"))),
        ("- u\n", user(), (1, 1, kind("a list", "a mapping"))),
        (
            "u:\n- \tm: 1\n",
            user(),
            (2, 4, kind("a list", "a mapping")),
        ),
        (
            "\tu: 1\n",
            set("w", text("v")),
            (1, 2, Some(EditFault::Tab)),
        ),
        ("a: b\n\tc: d\n", user(), (1, 4, None)),
        (
            "u: {a: 1, # about n\n  n: 2}\n",
            at("u", MapChange::default().remove("n")),
            (1, 4, Some(EditFault::Comment)),
        ),
        (
            "u: [n: 1]\n",
            at("u", ListChange::default().change(0, set("m", text("v")))),
            (1, 5, Some(EditFault::Layout)),
        ),
        (
            "? u\n: n: 1\n",
            user(),
            (1, 1, Some(EditFault::ExplicitKey)),
        ),
    ];
    for (before, change, expected) in table {
        let error = edit(before, change).unwrap_err();
        assert_eq!(fault(&error), expected, "{before:?} {error}");
        assert!(
            !error.remedy().is_empty() && !error.reason().contains("column"),
            "{error}"
        );
    }
}

#[test]
fn what_the_edit_is_not_about_may_be_anything() {
    let text_before =
        "base: &base {a: 1, a: 2}\nother: *base\n? [x, y]\n: !t {<<: *base}\nu:\n  n: 1\n";
    let error = edit(text_before, at("u", set("n", text("v")))).unwrap_err();
    assert_eq!(fault(&error), (3, 3, Some(EditFault::ExplicitKey)));
    let list = "- &base {a: 1, a: 2}\n- *base\n- {? [x, y] : !t {<<: *base}}\n- n: 1\n";
    let change = ListChange::default().change(3, set("n", text("v")));
    let edited = edit(list, change).unwrap();
    assert_eq!(edited, list.replace("n: 1", "n: v"));
}

#[test]
fn the_first_document_is_read_where_no_edit_is_made() {
    let change = at("a", set("n", text("v"))).into();
    for (input, place) in [
        (
            "a: {}\n---\nb: c\n",
            (2, 1, Some(EditFault::SecondDocument)),
        ),
        ("a: {}\n---\nb: [\n", (3, 4, None)),
        ("a: {} # \u{85}\n", (1, 9, Some(EditFault::LineBreak))),
    ] {
        let document = Document::parse_first(input, &Limits::default()).unwrap();
        let root = document.root().and_then(Node::as_mapping).unwrap();
        assert!(root.get("a").is_some());
        let refused = document.edit(&change).unwrap_err();
        assert_eq!(fault(&refused), place, "{input}");
        let unread = Document::parse(input, &Limits::default()).unwrap_err();
        assert_eq!(unread, refused);
    }
}
