//! An edit against a model: values that know nothing of text.

use proptest::prelude::*;

use super::{Change, Document, EditError, ListChange, MapChange};
use crate::yaml::{
    Fresh, Limits, Node, Value,
    scalar11::{self, Scalar11, quoted},
};

/// What a document means.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    Null,
    Text(String),
    Flag(bool),
    List(Vec<Model>),
    Map(Vec<(String, Model)>),
}

/// How a value is written; the numbers choose among styles.
#[derive(Clone, Debug)]
struct Written {
    style: u8,
    value: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Null,
    Text(String),
    Flag(bool),
    List(Vec<Written>),
    Map(Vec<(String, Written)>),
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof!["[a-e]", "on|no|1e3|012|a b|x: y|#k|- z|é"]
}

fn written() -> impl Strategy<Value = Written> {
    let leaf = prop_oneof![
        Just(Kind::Null),
        any::<bool>().prop_map(Kind::Flag),
        "[a-z]{0,4}|on|no|1e3|0o17|012345678901|a: b|a #b|'x\"|\\PC{0,6}|a\\nb\\n|\\n a"
            .prop_map(Kind::Text),
    ];
    let leaf = (any::<u8>(), leaf).prop_map(|(style, value)| Written { style, value });
    leaf.prop_recursive(4, 24, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4).prop_map(Kind::List);
        let map = prop::collection::btree_map(key(), inner, 0..4)
            .prop_map(|map| Kind::Map(map.into_iter().collect()));
        (any::<u8>(), prop_oneof![list, map]).prop_map(|(style, value)| Written { style, value })
    })
}

fn changes() -> impl Strategy<Value = Change> {
    let leaf = written().prop_map(|written| Change::Set(fresh(&written)));
    leaf.prop_recursive(3, 12, 3, |inner| {
        let maybe = prop::option::weighted(0.8, inner);
        let map = prop::collection::btree_map(key(), maybe.clone(), 0..4).prop_map(|entries| {
            let start = MapChange::default();
            entries
                .into_iter()
                .fold(start, |map, (key, change)| match change {
                    Some(change) => map.change(key, change),
                    None => map.remove(key),
                })
                .into()
        });
        let items = prop::collection::btree_map(0usize..4, maybe, 0..3);
        let added = prop::collection::vec((0usize..5, written()), 0..3);
        let list = (items, added).prop_map(|(items, added)| {
            let start = ListChange::default();
            let list = items
                .into_iter()
                .fold(start, |list, (at, change)| match change {
                    Some(change) => list.change(at, change),
                    None => list.remove(at),
                });
            let add = |list: ListChange, (at, value)| list.insert(at, fresh(&value));
            added.into_iter().fold(list, add).into()
        });
        prop_oneof![map, list]
    })
}

fn fresh(written: &Written) -> Fresh {
    match &written.value {
        Kind::Null => Fresh::text(""),
        Kind::Text(text) => Fresh::text(text),
        Kind::Flag(flag) => Fresh::Flag(*flag),
        Kind::List(items) => Fresh::List(items.iter().map(fresh).collect()),
        Kind::Map(entries) => Fresh::map(entries.iter().map(|(k, v)| (k.clone(), fresh(v)))),
    }
}

/// Writes a value in block style, with comments and blank lines strewn in.
fn block(written: &Written, indent: usize, to: &mut String) {
    let margin = " ".repeat(indent);
    let noise = |to: &mut String, style: u8| match style % 7 {
        1 => to.push_str(&format!("{margin}# note {style}\n")),
        2 => to.push('\n'),
        _ => {}
    };
    match &written.value {
        Kind::Map(entries) if !entries.is_empty() && is_tall_style(written) => {
            for (key, value) in entries {
                noise(to, value.style);
                to.push_str(&format!("{margin}{}:", quoted(key)));
                below(value, indent, to);
            }
        }
        Kind::List(items) if !items.is_empty() && is_tall_style(written) => {
            for item in items {
                noise(to, item.style);
                to.push_str(&format!("{margin}-"));
                below(item, indent, to);
            }
        }
        Kind::Null | Kind::Text(_) | Kind::Flag(_) | Kind::List(_) | Kind::Map(_) => {
            to.push_str(&format!("{margin}{}\n", flow(written)));
        }
    }
}

/// Three of four collections are written as blocks.
fn is_tall_style(written: &Written) -> bool {
    !written.style.is_multiple_of(4)
}

fn below(written: &Written, indent: usize, to: &mut String) {
    let is_tall = match &written.value {
        Kind::Map(entries) => !entries.is_empty() && is_tall_style(written),
        Kind::List(items) => !items.is_empty() && is_tall_style(written),
        Kind::Null | Kind::Text(_) | Kind::Flag(_) => false,
    };
    if is_tall {
        to.push_str(if written.style & 64 == 0 {
            " # here\n"
        } else {
            "\n"
        });
        block(written, indent + 2, to);
    } else {
        let comment = if written.style & 64 == 0 {
            "  # there"
        } else {
            ""
        };
        to.push_str(&format!(" {}{comment}\n", flow(written)));
    }
}

fn flow(written: &Written) -> String {
    match &written.value {
        Kind::Null => "null".to_owned(),
        Kind::Flag(flag) => flag.to_string(),
        Kind::Text(text) => {
            let is_simple = text.chars().all(|c| matches!(c, ' '..='~'));
            match written.style % 3 {
                0 if is_simple => format!("'{}'", text.replace('\'', "''")),
                _ => quoted(text).into_owned(),
            }
        }
        Kind::List(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            let comma = if written.style & 32 > 0 && !items.is_empty() {
                ","
            } else {
                ""
            };
            format!("[{}{comma} ]", items.join(", "))
        }
        Kind::Map(entries) => {
            let entry =
                |(key, value): &(String, Written)| format!("{}: {}", quoted(key), flow(value));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(" , "))
        }
    }
}

fn model_of(node: &Node) -> Model {
    match &node.target().value {
        Value::Scalar(scalar) => match scalar11::resolve(node, scalar).unwrap() {
            Scalar11::Null => Model::Null,
            Scalar11::Bool(flag) => Model::Flag(flag),
            Scalar11::Str(text) => Model::Text(text.into_owned()),
            other => unreachable!("{other:?}"),
        },
        Value::Sequence(sequence) => Model::List(sequence.items.iter().map(model_of).collect()),
        Value::Mapping(mapping) => {
            let pair = |(key, value): &(Node, Node)| {
                (key.as_scalar().unwrap().text.to_string(), model_of(value))
            };
            Model::Map(mapping.pairs.iter().map(pair).collect())
        }
        Value::Alias(_) => unreachable!("a target is no alias"),
    }
}

fn model_of_fresh(fresh: &Fresh) -> Model {
    match fresh {
        Fresh::Text(text) | Fresh::Lines(text) => Model::Text(text.clone()),
        Fresh::Flag(flag) => Model::Flag(*flag),
        Fresh::List(items) => Model::List(items.iter().map(model_of_fresh).collect()),
        Fresh::Map(entries) => {
            let pair = |(key, value): &(std::borrow::Cow<'static, str>, Fresh)| {
                (key.to_string(), model_of_fresh(value))
            };
            Model::Map(entries.iter().map(pair).collect())
        }
    }
}

/// The model's own edit; `None` where a change does not fit what is there.
fn change_model(old: &Model, change: &Change) -> Option<Model> {
    match (change, old) {
        (Change::Set(value), _) => Some(model_of_fresh(value)),
        (Change::Map(map), Model::Map(entries)) => {
            let mut new = Vec::new();
            for (key, value) in entries {
                match map.entries.iter().find(|(name, _)| name == key) {
                    None => new.push((key.clone(), value.clone())),
                    Some((_, None)) => {}
                    Some((_, Some(change))) => {
                        new.push((key.clone(), change_model(value, change)?))
                    }
                }
            }
            for (key, change) in &map.entries {
                let is_new = entries.iter().all(|(name, _)| name != key);
                if let (true, Some(fresh)) = (is_new, change.as_ref().and_then(Change::fresh)) {
                    new.push((key.to_string(), model_of_fresh(&fresh)));
                }
            }
            Some(Model::Map(new))
        }
        (Change::List(list), Model::List(items)) => {
            let mut new = Vec::new();
            let add = |new: &mut Vec<Model>, is_due: &dyn Fn(usize) -> bool| {
                let due = list.added.iter().filter(|(before, _)| is_due(*before));
                new.extend(due.map(|(_, value)| model_of_fresh(value)));
            };
            for (at, item) in items.iter().enumerate() {
                add(&mut new, &|before| before == at);
                match list.by_index().get(&at).copied() {
                    None => new.push(item.clone()),
                    Some(None) => {}
                    Some(Some(change)) => new.push(change_model(item, change)?),
                }
            }
            // At the end they keep the order of their indices.
            for before in items.len()..10 {
                add(&mut new, &|at| at == before);
            }
            Some(Model::List(new))
        }
        (Change::Map(_) | Change::List(_) | Change::Embedded(_), Model::Null) => Some(
            change
                .fresh()
                .map_or(Model::Null, |fresh| model_of_fresh(&fresh)),
        ),
        (Change::Map(_) | Change::List(_) | Change::Embedded(_), _) => None,
    }
}

/// Equal but for the order of keys.
fn equal(one: &Model, two: &Model) -> bool {
    match (one, two) {
        (Model::Map(one), Model::Map(two)) => {
            let has = |(key, value): &(String, Model)| {
                two.iter()
                    .any(|(name, other)| name == key && equal(value, other))
            };
            one.len() == two.len() && one.iter().all(has)
        }
        (Model::List(one), Model::List(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| equal(one, two))
        }
        _ => one == two,
    }
}

/// Whether `inner` is `outer` less some bytes.
fn is_subsequence(inner: &str, outer: &str) -> bool {
    let mut rest = outer.bytes();
    inner.bytes().all(|byte| rest.any(|other| other == byte))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn an_edit_that_is_read_again_is_the_models_edit(before in written(), change in changes(), style in 0u8..4) {
        let mut text = String::new();
        block(&before, if style == 1 { 2 } else { 0 }, &mut text);
        if style == 2 {
            text = text.replace('\n', "\r\n");
        }
        if style == 3 {
            text = format!("\u{feff}{}", text.trim_end());
        }
        let document = Document::parse(&text, &Limits::default()).unwrap();
        let old = document.root().map_or(Model::Null, model_of);
        let expected = change_model(&old, &change);
        match document.edit(&change) {
            Ok(edited) => {
                let after = Document::parse(&edited, &Limits::default()).unwrap();
                let new = after.root().map_or(Model::Null, model_of);
                let expected = expected.unwrap_or(Model::Null);
                prop_assert!(equal(&new, &expected), "{text:?}\n{edited:?}\n{new:?}\n{expected:?}");
                prop_assert!(text.contains("\r\n") || !edited.contains('\r'));
            }
            // A root that only gives way to a scalar, and the like.
            Err(EditError::Unsafe { .. }) => prop_assert!(expected.is_none(), "{text:?} {change:?}"),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn an_addition_leaves_every_byte_there_was(before in written(), item in written(), at in 0usize..5) {
        let mut text = String::new();
        block(&before, 0, &mut text);
        let document = Document::parse(&text, &Limits::default()).unwrap();
        let change: Change = match before.value {
            Kind::Map(_) => MapChange::default().set("new", fresh(&item)).into(),
            Kind::List(_) => ListChange::default().insert(at, fresh(&item)).into(),
            Kind::Null | Kind::Text(_) | Kind::Flag(_) => return Ok(()),
        };
        let is_bare = text.contains("{}") || text.contains("[ ]");
        let edited = document.edit(&change).unwrap();
        prop_assert!(is_bare || is_subsequence(&text, &edited), "{text:?}\n{edited:?}");
    }

    #[test]
    fn a_removal_only_takes_bytes_away(before in written(), at in 0usize..4) {
        let mut text = String::new();
        block(&before, 0, &mut text);
        let document = Document::parse(&text, &Limits::default()).unwrap();
        let change: Change = match &before.value {
            Kind::Map(entries) if entries.len() > 1 => {
                let key = entries[at % entries.len()].0.clone();
                MapChange::default().remove(key).into()
            }
            Kind::List(items) if items.len() > 1 => ListChange::default().remove(at).into(),
            _ => return Ok(()),
        };
        let edited = document.edit(&change).unwrap();
        prop_assert!(is_subsequence(&edited, &text), "{text:?}\n{edited:?}");
    }

    #[test]
    fn a_value_that_was_set_is_there_already(before in written(), value in written()) {
        let mut text = String::new();
        block(&before, 0, &mut text);
        let change = Change::Set(fresh(&value));
        let document = Document::parse(&text, &Limits::default()).unwrap();
        if let Ok(edited) = document.edit(&change) {
            let edited = edited.into_owned();
            let again = Document::parse(&edited, &Limits::default()).unwrap();
            prop_assert_eq!(again.edit(&change).unwrap().into_owned(), edited);
        }
    }

    #[test]
    fn any_text_is_edited_as_it_is_meant_or_refused(text in "[-a:{}\\[\\],&*!|>'\"#?\\n ~<ké]{0,30}", index in 0usize..3) {
        let changes: [Change; 4] = [
            MapChange::default().set("a", Fresh::text("on")).into(),
            MapChange::default().remove("a").set("k", Fresh::List(vec![Fresh::text("x")])).into(),
            ListChange::default().remove(index).push(Fresh::map([("a", Fresh::text("1"))])).into(),
            ListChange::default().change(index, MapChange::default().remove("a").set("b", Fresh::text("c"))).into(),
        ];
        if let Ok(document) = Document::parse(&text, &Limits::default()) {
            for change in changes {
                if let Ok(edited) = document.edit(&change) {
                    prop_assert!(Document::parse(&edited, &Limits::default()).is_ok());
                }
            }
        }
    }
}
