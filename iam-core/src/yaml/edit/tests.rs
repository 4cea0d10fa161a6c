use std::borrow::Cow;

use super::*;
use crate::yaml::Fresh;

mod embedded;
mod properties;
mod refusals;

fn edit(text: &str, change: impl Into<Change>) -> Result<String, EditError> {
    let change = change.into();
    let edited = Document::parse(text, &Limits::default())?
        .edit(&change)?
        .into_owned();
    let document = Document::parse(&edited, &Limits::default()).unwrap();
    let again = document.edit(&change).unwrap();
    // A list has no keys to know an addition by.
    if !adds_items(&change) {
        assert!(matches!(again, Cow::Borrowed(_)), "{text:?}: {again}");
    }
    Ok(edited)
}

fn adds_items(change: &Change) -> bool {
    match change {
        Change::Set(_) => false,
        Change::Map(map) => {
            let inner = map.entries.iter().filter_map(|(_, change)| change.as_ref());
            inner.into_iter().any(adds_items)
        }
        Change::List(list) => {
            let changes = list.items.iter().map(|(_, change)| change.as_ref());
            !list.added.is_empty()
                || changes
                    .into_iter()
                    .any(|change| change.is_none_or(adds_items))
        }
        Change::Embedded(inner) => adds_items(inner),
    }
}

fn set(key: &'static str, value: Fresh) -> MapChange {
    MapChange::default().set(key, value)
}

fn at(key: &'static str, change: impl Into<Change>) -> MapChange {
    MapChange::default().change(key, change)
}

fn text(text: &str) -> Fresh {
    Fresh::text(text)
}

fn pair() -> Fresh {
    Fresh::map([("x", text("1")), ("z", text("on"))])
}

#[test]
fn sets_a_scalar_in_its_place_and_in_its_quotes() {
    let table = [
        ("a: b\n", "new", "a: new\n"),
        ("a: b # c\n", "1e3", "a: \"1e3\" # c\n"),
        ("a: 'b'", "o'k", "a: 'o''k'"),
        ("a: 'b'", "o\nk", "a: \"o\\nk\""),
        ("a: \"b\"\n", "new", "a: \"new\"\n"),
        ("a:\n", "new", "a: new\n"),
        ("a:  # c\nb: 1\n", "new", "a: new  # c\nb: 1\n"),
        ("a:\n  # c\n  b\nd: 1\n", "new", "a:\n  # c\n  new\nd: 1\n"),
        ("a: ~\n", "new", "a: new\n"),
        ("a: b\n  c\nd: 1\n", "new", "a: new\nd: 1\n"),
        ("a: |+\n  b\n\n\nd: 1\n", "new", "a: new\nd: 1\n"),
        ("a: >-\n  b\n  c\nd: 1\n", "new", "a: new\nd: 1\n"),
        ("a: {b: 1} # c\n", "new", "a: new # c\n"),
        (
            "a: # c\n  b: 1\n  d: 2\ne: 1\n",
            "new",
            "a: new # c\ne: 1\n",
        ),
        ("a:\n- 1\n- 2\ne: 1\n", "new", "a: new\ne: 1\n"),
        ("{a: b, c: d}", "new", "{a: new, c: d}"),
        ("{a, c: d}", "new", "{a: new, c: d}"),
        ("{a: , c: d}", "new", "{a: new , c: d}"),
        ("{\"a\":1}", "new", "{\"a\":\"new\"}"),
        ("? a\n", "new", "?"),
        (
            "\u{feff}a: b\r\nc: d\r\n",
            "on",
            "\u{feff}a: \"on\"\r\nc: d\r\n",
        ),
        ("a: on\n", "on", "a: \"on\"\n"),
        ("a: 'new'\n", "new", "a: 'new'\n"),
        ("'a' : \"b\"\n", "c", "'a' : \"c\"\n"),
        (
            "%YAML 1.1\n---\na: b\n...\n",
            "c",
            "%YAML 1.1\n---\na: c\n...\n",
        ),
    ];
    for (before, value, after) in table {
        let edited = edit(before, set("a", text(value)));
        match after {
            "?" => assert!(edited.is_err(), "{before:?}"),
            _ => assert_eq!(edited.as_deref(), Ok(after), "{before:?}"),
        }
    }
}

#[test]
fn a_new_item_is_written_as_its_neighbour_is() {
    let item = || {
        let list = Fresh::List(vec![text("x"), text("o'k")]);
        Fresh::map([("a", text("v")), ("b", list), ("c", text("on"))])
    };
    let table = [
        (
            "- a: 1\n  b:\n  - z\n",
            "- a: v\n  b:\n  - x\n  - \"o'k\"\n  c: \"on\"\n",
        ),
        (
            "- \"a\": \"1\"\n  \"b\":\n    - \"z\"\n",
            "- \"a\": \"v\"\n  \"b\":\n    - \"x\"\n    - \"o'k\"\n  \"c\": \"on\"\n",
        ),
        (
            "- a: '1'\n  b: [z]\n",
            "- a: 'v'\n  b: [x, \"o'k\"]\n  c: 'on'\n",
        ),
        (
            "  - {'a': y, b: ['z']} # c\n",
            "  - {'a': v, 'b': ['x', 'o''k'], 'c': \"on\"}\n",
        ),
        ("- z\n", "- a: v\n  b:\n  - x\n  - \"o'k\"\n  c: \"on\"\n"),
    ];
    for (before, entry) in table {
        let edited = edit(before, ListChange::default().push(item()));
        assert_eq!(edited, Ok(format!("{before}{entry}")), "{before:?}");
    }
    let edited = edit("['1', \"2\"]\n", ListChange::default().push(text("3")));
    assert_eq!(edited.as_deref(), Ok("['1', \"2\", \"3\"]\n"));
}

#[test]
fn adds_a_key_behind_the_last_one() {
    let table = [
        ("a: b\n", "a: b\nk: v\n"),
        ("a: b", "a: b\nk: v"),
        ("a: b # c\n# d\n", "a: b # c\nk: v\n# d\n"),
        ("a: |+\n  b\n\n\n# c\n", "a: |+\n  b\n\n\nk: v\n# c\n"),
        ("a: |\n  b\n\n\n", "a: |\n  b\nk: v\n\n\n"),
        ("a: |\n  b\n     \n", "a: |\n  b\n     \nk: v\n"),
        ("a:\n- b\n...\n", "a:\n- b\nk: v\n...\n"),
        ("a:\r\n  b: 1\r\n", "a:\r\n  b: 1\r\nk: v\r\n"),
        ("  a: b\n", "  a: b\n  k: v\n"),
        ("{a: b}", "{a: b, k: v}"),
        ("{a: b,}\n", "{a: b, k: v}\n"),
        ("{ a: b }", "{ a: b, k: v }"),
        ("{\n  a: b # c\n}\n", "{\n  a: b,\n  k: v # c\n}\n"),
        ("{\"a\": 1}", "{\"a\": 1, \"k\": \"v\"}"),
        ("{\n\t\"a\": 1\n}\n", "{\n\t\"a\": 1,\n\t\"k\": \"v\"\n}\n"),
        ("{}", "{\"k\": \"v\"}"),
        ("", "k: v\n"),
        ("# c", "# c\nk: v\n"),
        ("---\n", "---\nk: v\n"),
        ("null\n", "k: v\n"),
        ("--- # c\n# d\n", "--- # c\n# d\nk: v\n"),
    ];
    for (before, after) in table {
        assert_eq!(
            edit(before, set("k", text("v"))).as_deref(),
            Ok(after),
            "{before:?}"
        );
    }
}

#[test]
fn a_collection_that_comes_is_laid_out_as_its_surroundings_are() {
    let list = || Fresh::List(vec![pair()]);
    let table = [
        ("a: 1\n", "a: 1\nk:\n- x: \"1\"\n  z: \"on\"\n"),
        (
            "a:\n    b: c\nl:\n    - d\n",
            "a:\n    b: c\nl:\n    - d\nk:\n    - x: \"1\"\n      z: \"on\"\n",
        ),
        ("k: [] # none\n", "k: # none\n- x: \"1\"\n  z: \"on\"\n"),
        ("k:\n", "k:\n- x: \"1\"\n  z: \"on\"\n"),
        ("k: null", "k:\n- x: \"1\"\n  z: \"on\""),
        ("k:\n  []\n", "k:\n- x: \"1\"\n  z: \"on\"\n"),
        ("{\"k\": []}", "{\"k\": [{\"x\": \"1\", \"z\": \"on\"}]}"),
        (
            "{\n    \"k\": []\n}\n",
            "{\n    \"k\": [\n        {\n            \"x\": \"1\",\n            \"z\": \"on\"\n        }\n    ]\n}\n",
        ),
        ("{k: null}", "{k: [{x: \"1\", z: \"on\"}]}"),
        ("k:\n  z: 1\na: 1\n", "k:\n- x: \"1\"\n  z: \"on\"\na: 1\n"),
    ];
    for (before, after) in table {
        assert_eq!(
            edit(before, set("k", list())).as_deref(),
            Ok(after),
            "{before:?}"
        );
    }
}

#[test]
fn of_a_value_that_differs_only_the_difference_is_written() {
    let value = || {
        let args = ["--a", "--b", "--c"].map(text).to_vec();
        Fresh::map([("args", Fresh::List(args)), ("command", text("c"))])
    };
    let table = [
        (
            "k: # mine\n  # about args\n  args:\n  - --a # first\n  - \"--c\"\n  gone: 1\n  command: 'b'\n",
            "k: # mine\n  # about args\n  args:\n  - --a # first\n  - \"--b\"\n  - \"--c\"\n  command: 'c'\n",
        ),
        (
            "k:\n  command: c\n  args: [--a, x, y, --c]\n",
            "k:\n  command: c\n  args: [--a, \"--b\", --c]\n",
        ),
        (
            "k: {command: c}\n",
            "k: {command: c, args: [\"--a\", \"--b\", \"--c\"]}\n",
        ),
    ];
    for (before, after) in table {
        assert_eq!(
            edit(before, set("k", value())).as_deref(),
            Ok(after),
            "{before:?}"
        );
    }
}

#[test]
fn removes_an_entry_with_its_lines_and_leaves_comments_of_others() {
    let table = [
        ("a: 1\nk: 2 # c\nb: 3\n", "a: 1\nb: 3\n"),
        (
            "# about k\nk: 2\n# about b\nb: 3\n",
            "# about k\n# about b\nb: 3\n",
        ),
        ("a: 1\nk:\n  - 2\n  # in k\n  - 3\n", "a: 1\n"),
        ("a: 1\nk: 2", "a: 1\n"),
        ("k: |+\n  x\n\n\nb: 3\n", "b: 3\n"),
        ("{a: 1, k: 2, b: 3}", "{a: 1, b: 3}"),
        ("{k: 2, b: 3}", "{b: 3}"),
        ("{a: 1, k: 2}", "{a: 1}"),
        ("{a: 1, k: 2,}", "{a: 1,}"),
        (
            "{\n  \"a\": 1,\n  \"k\": [\n    2\n  ]\n}\n",
            "{\n  \"a\": 1\n}\n",
        ),
        ("a: 1\n", "a: 1\n"),
        ("k: 1\n", "{}\n"),
    ];
    for (before, after) in table {
        let edited = edit(before, MapChange::default().remove("k"));
        assert_eq!(edited.as_deref(), Ok(after), "{before:?}");
    }
}

#[test]
fn a_mapping_behind_a_dash_loses_its_first_keys() {
    let change = || ListChange::default().change(0, MapChange::default().remove("k").remove("l"));
    let table = [
        ("- k: 1\n  b: 2\n", "- b: 2\n"),
        ("- k: 1\n  l: 1\n  b: 2\n", "- b: 2\n"),
        ("- k: 1\n  b: 2\n  l: 1\n- c\n", "- b: 2\n- c\n"),
        (
            "- k: 1 # c\n  # about b\n  b: 2\n",
            "- \n  # about b\n  b: 2\n",
        ),
        ("-   k: 1\n    b: 2\n", "-   b: 2\n"),
        ("- k: 1\n- c\n", "- {}\n- c\n"),
        ("- - k\n", ""),
    ];
    for (before, after) in table {
        let edited = edit(before, change());
        match after {
            "" => assert!(edited.is_err()),
            _ => assert_eq!(edited.as_deref(), Ok(after), "{before:?}"),
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn items_come_and_go_where_they_are_meant_to() {
    let insert = |at| ListChange::default().insert(at, pair());
    let remove = |at| ListChange::default().remove(at);
    let both = || {
        ListChange::default()
            .remove(0)
            .remove(1)
            .push(text("c"))
            .insert(0, text("d"))
    };
    let fresh = "- x: \"1\"\n  z: \"on\"\n";
    let indented = "  - x: \"1\"\n    z: \"on\"\n";
    let table = [
        (
            "k:\n- a\n- b\n",
            insert(9),
            format!("k:\n- a\n- b\n{fresh}"),
        ),
        (
            "k:\n- a\n- b\n",
            insert(1),
            format!("k:\n- a\n{fresh}- b\n"),
        ),
        (
            "k: # c\n# d\n- a\n",
            insert(0),
            format!("k: # c\n# d\n{fresh}- a\n"),
        ),
        (
            "k:\n  - -5\n  -\n",
            insert(9),
            format!("k:\n  - -5\n  -\n{indented}"),
        ),
        ("k:\n- - a\n", insert(0), format!("k:\n{fresh}- - a\n")),
        ("k:\n- a\n- b\n", remove(0), "k:\n- b\n".to_owned()),
        (
            "k:\n- a\n- b # c\nl: 1\n",
            remove(1),
            "k:\n- a\nl: 1\n".to_owned(),
        ),
        ("k:\n- a\n", remove(0), "k: []\n".to_owned()),
        ("k:\n- a\n- b\n", both(), "k:\n- d\n- c\n".to_owned()),
        (
            "k:\n- a\n- b\n- e\n",
            both(),
            "k:\n- d\n- e\n- c\n".to_owned(),
        ),
        ("k: [a, b, e]\n", both(), "k: [d, e, c]\n".to_owned()),
        ("k: [a, b, ]\n", both(), "k:\n- d\n- c\n".to_owned()),
        ("{k: [a, b, ]}\n", both(), "{k: [d, c]}\n".to_owned()),
        (
            "k: [a, b, ]\n",
            insert(9),
            "k: [a, b, {x: \"1\", z: \"on\"} ]\n".to_owned(),
        ),
        (
            "k: [a]\n",
            insert(0),
            "k: [{x: \"1\", z: \"on\"}, a]\n".to_owned(),
        ),
        (
            "k: [\n  a,\n  b\n]\n",
            remove(1),
            "k: [\n  a\n]\n".to_owned(),
        ),
        (
            "k: [\n  a,\n  b\n]\n",
            remove(0),
            "k: [\n  b\n]\n".to_owned(),
        ),
    ];
    for (before, change, after) in table {
        assert_eq!(
            edit(before, at("k", change)).as_deref(),
            Ok(after.as_str()),
            "{before:?}"
        );
    }
    let nested =
        ListChange::default().change(0, ListChange::default().insert(0, text("z")).remove(0));
    assert_eq!(
        edit("- - a\n  - b\n", nested).as_deref(),
        Ok("- - z\n  - b\n")
    );
}

#[test]
fn a_list_that_is_read_as_the_items_that_are_added_stays() {
    let change = at(
        "k",
        Change::Set(Fresh::List(vec![text("a"), Fresh::Flag(true)])),
    );
    for same in [
        "k: ['a', yes]",
        "k:\n- !!str a\n- true\n",
        "l: &l [a, true]\nk: *l\n",
    ] {
        assert_eq!(edit(same, change.clone()).as_deref(), Ok(same));
    }
}
