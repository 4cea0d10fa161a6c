//! Whether a text that was edited means what it should, and a text to be edited does already.

use std::borrow::Cow;

use super::{Change, Document, ListChange, MapChange, editor::is_nothing};
use crate::yaml::{
    Fresh, Limits, Node, Style, Value,
    scalar11::{self, Scalar11},
};

/// Whether `after` is `before` with `change` made and nothing else.
pub(super) fn became(before: &Document<'_>, change: &Change, after: &Document<'_>) -> bool {
    match (before.root(), after.root()) {
        (Some(old), Some(new)) => has_become(old, change, new, &before.limits),
        (None, Some(new)) => change.fresh().is_some_and(|fresh| means(new, &fresh)),
        (None | Some(_), None) => false,
    }
}

/// Whether making `change` would change nothing.
pub(super) fn holds(node: &Node, change: &Change, limits: &Limits) -> bool {
    match change {
        Change::Set(fresh) => means(node, fresh),
        Change::Map(MapChange { entries }) => match node.as_mapping() {
            Some(mapping) => entries
                .iter()
                .all(|(key, change)| match (mapping.get(key), change) {
                    (None, None) => true,
                    (Some(_), None) => false,
                    (None, Some(change)) => change.fresh().is_none(),
                    (Some(value), Some(change)) => holds(value, change, limits),
                }),
            None => is_nothing(node) && change.fresh().is_none(),
        },
        Change::List(ListChange { items, added }) => match node.as_sequence() {
            Some(sequence) => {
                let of = |at: &usize| sequence.items.get(*at);
                added.is_empty()
                    && items.iter().all(|(at, change)| match (of(at), change) {
                        (Some(item), Some(change)) => holds(item, change, limits),
                        (Some(_), None) => false,
                        (None, _) => true,
                    })
            }
            None => is_nothing(node) && change.fresh().is_none(),
        },
        Change::Embedded(inner) => node.as_scalar().is_some_and(|scalar| {
            let document = Document::parse(&scalar.text, limits);
            let root = document.as_ref().ok().and_then(Document::root);
            root.is_some_and(|root| holds(root, inner, limits))
        }),
    }
}

/// Whether a node is read as `fresh`.
pub(super) fn means(node: &Node, fresh: &Fresh) -> bool {
    match fresh {
        Fresh::Text(text) | Fresh::Lines(text) => match resolved(node) {
            Some(Scalar11::Str(found)) => found == text.as_str(),
            Some(Scalar11::Timestamp(found)) => found == text,
            Some(_) | None => false,
        },
        Fresh::Flag(flag) => resolved(node) == Some(Scalar11::Bool(*flag)),
        Fresh::Map(entries) => node.as_mapping().is_some_and(|mapping| {
            let has = |(key, value): &(Cow<'_, str>, Fresh)| {
                mapping.get(key).is_some_and(|node| means(node, value))
            };
            mapping.pairs.len() == entries.len() && entries.iter().all(has)
        }),
        Fresh::List(items) => node.as_sequence().is_some_and(|sequence| {
            let pairs = || sequence.items.iter().zip(items);
            sequence.items.len() == items.len() && pairs().all(|(node, item)| means(node, item))
        }),
    }
}

/// Whether a key is `<<`.
pub(super) fn is_merge(key: &Node) -> bool {
    let scalar = key.as_scalar();
    scalar.is_some_and(|scalar| scalar.text == "<<" && scalar.style == Style::Plain)
}

fn resolved(node: &Node) -> Option<Scalar11<'_>> {
    let scalar = node.as_scalar()?;
    scalar11::resolve(node.target(), scalar).ok()
}

fn has_become(old: &Node, change: &Change, new: &Node, limits: &Limits) -> bool {
    if holds(old, change, limits) {
        return same(old, new);
    }
    match (change, &old.value, &new.value) {
        (Change::Set(fresh), _, _) => means(new, fresh),
        (Change::Map(map), Value::Mapping(old), Value::Mapping(new)) => {
            let mut left = new.pairs.iter();
            let kept = old.pairs.iter().all(|(key, value)| match map.of(key) {
                None => left
                    .next()
                    .is_some_and(|(k, v)| same(key, k) && same(value, v)),
                Some(None) => true,
                Some(Some(change)) => left
                    .next()
                    .is_some_and(|(k, v)| same(key, k) && has_become(value, change, v, limits)),
            });
            let added = map.entries.iter().filter(|(key, _)| old.get(key).is_none());
            let mut added =
                added.filter_map(|(key, change)| Some((key, change.as_ref()?.fresh()?)));
            kept && added.all(|(key, value)| {
                left.next()
                    .is_some_and(|(k, v)| means(k, &Fresh::text(key)) && means(v, &value))
            }) && left.next().is_none()
        }
        (Change::List(list), Value::Sequence(old), Value::Sequence(new)) => {
            list_has_become(&old.items, list, &new.items, limits)
        }
        (Change::Embedded(inner), Value::Scalar(old), Value::Scalar(new)) => {
            let edited = Document::embedded(&old.text, limits)
                .and_then(|document| document.edit(inner).map(Cow::into_owned));
            // How a block scalar ends is its header's business.
            let same_lines =
                |text: String| text.trim_end_matches('\n') == new.text.trim_end_matches('\n');
            edited.is_ok_and(same_lines)
        }
        (Change::Map(_) | Change::List(_) | Change::Embedded(_), _, _) => {
            is_nothing(old) && change.fresh().is_some_and(|fresh| means(new, &fresh))
        }
    }
}

fn list_has_become(old: &[Node], list: &ListChange, new: &[Node], limits: &Limits) -> bool {
    let changed = list.by_index();
    let mut left = new.iter();
    let mut added: Vec<&(usize, Fresh)> = list.added.iter().collect();
    added.sort_by_key(|(before, _)| *before);
    let mut added = added.into_iter().peekable();
    for at in 0..=old.len() {
        let is_last = at == old.len();
        while let Some((_, value)) = added.next_if(|(before, _)| *before <= at || is_last) {
            if !left.next().is_some_and(|node| means(node, value)) {
                return false;
            }
        }
        let Some(item) = old.get(at) else { break };
        let is_right = match changed.get(&at).copied() {
            None => left.next().is_some_and(|node| same(item, node)),
            Some(None) => true,
            Some(Some(change)) => left
                .next()
                .is_some_and(|node| has_become(item, change, node, limits)),
        };
        if !is_right {
            return false;
        }
    }
    left.next().is_none()
}

impl MapChange {
    /// What becomes of a key; `None` if nothing does.
    fn of(&self, key: &Node) -> Option<Option<&Change>> {
        let text = &key.as_scalar()?.text;
        let found = self
            .entries
            .iter()
            .rev()
            .find(|(name, _)| text == name.as_ref());
        found.map(|(_, change)| change.as_ref())
    }
}

/// Whether two nodes are written alike: text, style, tags, anchors and order.
fn same(one: &Node, two: &Node) -> bool {
    one.tag() == two.tag()
        && one.anchor() == two.anchor()
        && match (&one.value, &two.value) {
            (Value::Scalar(one), Value::Scalar(two)) => one == two,
            (Value::Sequence(one), Value::Sequence(two)) => {
                one.items.len() == two.items.len()
                    && one
                        .items
                        .iter()
                        .zip(&two.items)
                        .all(|(one, two)| same(one, two))
            }
            (Value::Mapping(one), Value::Mapping(two)) => {
                let mut pairs = one.pairs.iter().zip(&two.pairs);
                one.pairs.len() == two.pairs.len()
                    && pairs.all(|((k1, v1), (k2, v2))| same(k1, k2) && same(v1, v2))
            }
            (Value::Alias(one), Value::Alias(two)) => same(one, two),
            (Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_) | Value::Alias(_), _) => {
                false
            }
        }
}
