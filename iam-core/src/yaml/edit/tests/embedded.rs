use super::{Change, EditFault, ListChange, MapChange, at, edit, text};
use crate::yaml::{Fresh, edit::EditError};

fn roles(change: ListChange) -> MapChange {
    at(
        "data",
        at("mapRoles", Change::Embedded(Box::new(change.into()))),
    )
}

fn role(arn: &str) -> Fresh {
    Fresh::map([
        ("rolearn", text(arn)),
        ("groups", Fresh::List(vec![text("g")])),
    ])
}

#[test]
fn only_the_lines_that_change_are_written_in_a_literal_block() {
    let before = "data:\n  mapRoles: |\n    # nodes\n    - rolearn: a\n      groups: [x]  # keep\n   \n    - rolearn: b\n\n  # after\n  mapUsers: '[]'\n";
    let entry = "    - rolearn: c\n      groups:\n      - g\n";
    let table = [
        (
            ListChange::default().push(role("c")),
            before.replace("- rolearn: b\n", &format!("- rolearn: b\n{entry}")),
        ),
        (
            ListChange::default().insert(0, role("c")),
            before.replace("    - rolearn: a", &format!("{entry}    - rolearn: a")),
        ),
        (
            ListChange::default().remove(1),
            before.replace("    - rolearn: b\n", ""),
        ),
        (
            ListChange::default().change(0, MapChange::default().set("rolearn", text("on"))),
            before.replace("rolearn: a", "rolearn: \"on\""),
        ),
        (
            ListChange::default().change(0, MapChange::default().remove("rolearn")),
            before.replace("- rolearn: a\n      groups", "- groups"),
        ),
        (
            ListChange::default().change(0, at("groups", ListChange::default().push(text("z")))),
            before.replace("[x]", "[x, z]"),
        ),
    ];
    for (change, after) in table {
        assert_eq!(edit(before, roles(change)).unwrap(), after);
    }
    let crlf = before.replace('\n', "\r\n");
    let after = crlf.replace(
        "- rolearn: b\r\n",
        &format!("- rolearn: b\r\n{}", entry.replace('\n', "\r\n")),
    );
    assert_eq!(
        edit(&crlf, roles(ListChange::default().push(role("c")))).unwrap(),
        after
    );
}

#[test]
fn every_way_to_write_the_string_is_edited() {
    let block = "- rolearn: c\n  groups:\n  - g\n";
    let indented = block.replace('\n', "\n    ").trim_end().to_owned();
    let table = [
        ("data: {}\n", format!("data:\n  mapRoles: |\n    {indented}\n")),
        ("data:\n  a: b\n", format!("data:\n  a: b\n  mapRoles: |\n    {indented}\n")),
        ("data:\n  mapRoles: |\n    []\n", format!("data:\n  mapRoles: |\n    {indented}\n")),
        ("data:\n  mapRoles: ''\n", format!("data:\n  mapRoles: |\n    {indented}\n")),
        ("data:\n  mapRoles: |\n    - a", format!("data:\n  mapRoles: |\n    - a\n    {indented}")),
        ("data:\n  mapRoles: |-\n    - a\n", format!("data:\n  mapRoles: |-\n    - a\n    {indented}\n")),
        ("data:\n  mapRoles: |+\n    - a\n\n", format!("data:\n  mapRoles: |+\n    - a\n    {indented}\n\n")),
        ("data:\n  mapRoles: |2\n    - a\n", format!("data:\n  mapRoles: |2\n    - a\n    {indented}\n")),
        ("data:\n  mapRoles: >\n    - a\n", format!("data:\n  mapRoles: |\n    - a\n    {indented}\n")),
        (
            "data:\n  mapRoles: \"- a\\n\"\n",
            "data:\n  mapRoles: \"- a\\n- rolearn: c\\n  groups:\\n  - g\\n\"\n".to_owned(),
        ),
        (
            "{\"data\":{\"mapRoles\":\"- a\\n\"}}",
            "{\"data\":{\"mapRoles\":\"- a\\n- rolearn: c\\n  groups:\\n  - g\\n\"}}".to_owned(),
        ),
        (
            "data:\n  mapRoles: '[{\"rolearn\": \"b\"}]'\n",
            "data:\n  mapRoles: '[{\"rolearn\": \"b\"}, {\"rolearn\": \"c\", \"groups\": [\"g\"]}]'\n".to_owned(),
        ),
    ];
    for (before, after) in table {
        let edited = edit(before, roles(ListChange::default().push(role("c"))));
        assert_eq!(edited.as_deref(), Ok(after.as_str()), "{before:?}");
    }
}

#[test]
fn a_refusal_names_the_line_of_the_manifest() {
    let change =
        || roles(ListChange::default().change(0, MapChange::default().set("a", text("b"))));
    let table = [
        (
            "data:\n  mapRoles: |\n    - a: 1\n      a: 2\n",
            Some((4, 7)),
        ),
        ("data:\n  mapRoles: |\n    - {a\n", Some((3, 7))),
        ("data:\n  mapRoles: \"- {a: 1, a: 2}\\n\"\n", Some((2, 13))),
        ("data:\n  mapRoles: 5\n", Some((2, 13))),
    ];
    for (before, place) in table {
        let error = edit(before, change()).unwrap_err();
        let found = error
            .position()
            .map(|position| (position.line, position.column));
        assert_eq!(found, place, "{before:?}: {error}");
    }
    let error = edit("data:\n  mapRoles: |\n    - a: 1\n      a: 2\n", change());
    let Err(EditError::Unsafe { fault, .. }) = error else {
        unreachable!("{error:?}")
    };
    assert_eq!(fault, EditFault::DuplicateKey { first: 1 });
}
