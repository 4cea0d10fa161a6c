//! Mappings and lists: which entries stay, change, go and come.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{
    Change, EditError, EditFault, ListChange,
    editor::{Editor, Place, Role, refuse_anchors},
    lines, verify,
};
use crate::yaml::{Fresh, Mapping, Node, Position, Sequence, Value};

/// An entry of a collection as the text shows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Where its key, or its dash, or its value begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    pub(super) goes: bool,
}

/// The entries of a collection, and what is added: each before the entry of an index.
pub(super) struct Plan {
    pub(super) position: Position,
    pub(super) entries: Vec<Entry>,
    pub(super) added: Vec<(usize, Addition)>,
}

/// What is added to a collection.
pub(super) enum Addition {
    Pair(Cow<'static, str>, Fresh),
    Item(Fresh),
    /// An item as its neighbour is written.
    Written(String),
}

type Pair = (Cow<'static, str>, Option<Change>);

impl Editor<'_> {
    pub(super) fn mapping(
        &mut self,
        place: Place,
        node: &Node,
        mapping: &Mapping,
        changes: &[Pair],
    ) -> Result<(), EditError> {
        let index = index(mapping)?;
        let mut goes = vec![false; mapping.pairs.len()];
        let mut changed = Vec::new();
        let mut added = Vec::new();
        for (key, change) in changes {
            match (index.get(key.as_ref()), change) {
                (None, None) => {}
                (None, Some(change)) => {
                    added.extend(change.fresh().map(|value| (key.clone(), value)));
                }
                (Some(at), None) => goes
                    .iter_mut()
                    .skip(*at)
                    .take(1)
                    .for_each(|goes| *goes = true),
                (Some(at), Some(change)) => changed.push((*at, change)),
            }
        }
        if goes.iter().all(|goes| *goes) {
            return self.replace(place, node, &Fresh::Map(added));
        }
        let role = self.role_of_values(node, mapping)?;
        let mut entries = Vec::with_capacity(goes.len());
        for ((key, value), goes) in mapping.pairs.iter().zip(goes) {
            if goes {
                refuse_anchors(key)?;
                refuse_anchors(value)?;
            }
            let end = lines::end_of(self.text, value).max(key.position.span.end);
            entries.push(Entry {
                start: key.start(),
                end,
                goes,
            });
        }
        for (at, change) in changed {
            if let Some((key, value)) = mapping.pairs.get(at) {
                let from = self.after_colon(key, value);
                self.change(Place { from, role }, value, change)?;
            }
        }
        let pair = |(key, value)| (usize::MAX, Addition::Pair(key, value));
        let plan = Plan {
            position: node.position,
            entries,
            added: added.into_iter().map(pair).collect(),
        };
        self.carry_out(plan, mapping.is_flow)
    }

    pub(super) fn sequence(
        &mut self,
        place: Place,
        node: &Node,
        sequence: &Sequence,
        changes: &ListChange,
    ) -> Result<(), EditError> {
        let mut added: Vec<(usize, Fresh)> = changes.added.clone();
        added.sort_by_key(|(before, _)| *before);
        let changed = changes.by_index();
        let goes = |at| changed.get(&at) == Some(&None);
        if (0..sequence.items.len()).all(goes) {
            let items = added.into_iter().map(|(_, value)| value).collect();
            return self.replace(place, node, &Fresh::List(items));
        }
        let mut entries = Vec::with_capacity(sequence.items.len());
        let mut from = if place.role == Role::Root {
            node.position.span.start
        } else {
            place.from
        };
        for (at, item) in sequence.items.iter().enumerate() {
            let start = if sequence.is_flow {
                item.start()
            } else {
                lines::skip_blank(self.text, from)
            };
            let end = lines::end_of(self.text, item).max(start + 1);
            entries.push(Entry {
                start,
                end,
                goes: goes(at),
            });
            from = end;
        }
        for (at, (item, entry)) in sequence.items.iter().zip(&entries).enumerate() {
            match changed.get(&at).copied() {
                Some(None) => refuse_anchors(item)?,
                Some(Some(change)) => {
                    let place = self.place_of_item(sequence.is_flow, entry.start, item)?;
                    self.change(place, item, change)?;
                }
                None => {}
            }
        }
        let first = entries.first().map_or(0, |entry| entry.start);
        let neighbour = sequence.items.last().filter(|_| !self.is_json);
        let item = |(before, value): (usize, Fresh)| {
            let addition = neighbour.map_or_else(
                || Addition::Item(value.clone()),
                |like| {
                    let indent = lines::before(self.text, first).len() + 2;
                    let indent = (!sequence.is_flow).then_some(indent);
                    Addition::Written(self.alike(&value, like, indent))
                },
            );
            (before, addition)
        };
        let plan = Plan {
            position: node.position,
            added: added.into_iter().map(item).collect(),
            entries,
        };
        self.carry_out(plan, sequence.is_flow)
    }

    fn carry_out(&mut self, plan: Plan, is_flow: bool) -> Result<(), EditError> {
        let is_unchanged = plan.added.is_empty() && plan.entries.iter().all(|entry| !entry.goes);
        match (is_unchanged, is_flow) {
            (true, _) => Ok(()),
            (false, true) => self.flow_entries(&plan),
            (false, false) => self.block_entries(&plan),
        }
    }

    fn role_of_values(&self, node: &Node, mapping: &Mapping) -> Result<Role, EditError> {
        if mapping.is_flow {
            return Ok(Role::Flow);
        }
        if self.slice(node.position.span.start, node.position.span.start + 1) == "?" {
            return Err(EditError::new(node.position, EditFault::ExplicitKey));
        }
        let Some((key, _)) = mapping.pairs.first() else {
            return Ok(Role::Flow);
        };
        self.column(key.start(), key.position).map(Role::Value)
    }

    fn place_of_item(&self, is_flow: bool, dash: usize, item: &Node) -> Result<Place, EditError> {
        if is_flow {
            return Ok(Place {
                from: dash,
                role: Role::Flow,
            });
        }
        let column = self.column(dash, item.position)?;
        Ok(Place {
            from: dash + 1,
            role: Role::Item(column),
        })
    }

    /// The byte after the colon; the end of the key where there is none, as in `{key}`.
    fn after_colon(&self, key: &Node, value: &Node) -> usize {
        let end = key.position.span.end;
        let colon = lines::skip_blank(self.text, end);
        let is_colon = self.slice(colon, colon + 1) == ":";
        if is_colon && (value.start() <= end || colon < value.start()) {
            colon + 1
        } else {
            end
        }
    }
}

/// The keys of a mapping by their text, each with the index of its pair.
fn index(mapping: &Mapping) -> Result<HashMap<&str, usize>, EditError> {
    let mut index: HashMap<&str, usize> = HashMap::new();
    for (at, (key, _)) in mapping.pairs.iter().enumerate() {
        let Some(scalar) = key.as_scalar() else {
            return Err(EditError::new(key.position, EditFault::ExplicitKey));
        };
        let refuse = |fault| Err(EditError::new(key.position, fault));
        if verify::is_merge(key) {
            return refuse(EditFault::MergeKey);
        }
        if matches!(key.value, Value::Alias(_)) {
            return refuse(EditFault::Alias);
        }
        if let Some(first) = index.insert(&scalar.text, at) {
            let first = mapping
                .pairs
                .get(first)
                .map_or(0, |(key, _)| key.position.line);
            return refuse(EditFault::DuplicateKey { first });
        }
    }
    Ok(index)
}

/// What makes a mapping mean `entries`.
pub(super) fn mapping_difference(
    mapping: &Mapping,
    entries: &[(Cow<'static, str>, Fresh)],
) -> Vec<Pair> {
    let is_wanted = |name: &str| entries.iter().any(|(key, _)| key == name);
    let old = mapping.pairs.iter().filter_map(|(key, _)| key.as_scalar());
    let gone = old
        .filter(|scalar| !is_wanted(&scalar.text))
        .map(|scalar| (Cow::Owned(scalar.text.to_string()), None));
    let set = entries
        .iter()
        .map(|(key, value)| (key.clone(), Some(Change::Set(value.clone()))));
    gone.chain(set).collect()
}

/// What makes a list mean `items`: equal ends stay.
pub(super) fn list_difference(sequence: &Sequence, items: &[Fresh]) -> ListChange {
    let old = &sequence.items;
    let shorter = old.len().min(items.len());
    let equal = |(node, fresh): &(&Node, &Fresh)| verify::means(node, fresh);
    let head = old.iter().zip(items).take_while(equal).count();
    let tail = old
        .iter()
        .rev()
        .zip(items.iter().rev())
        .take_while(equal)
        .count();
    let tail = tail.min(shorter - head);
    let old_end = old.len() - tail;
    let mut change = ListChange {
        items: Vec::with_capacity(old_end - head),
        added: Vec::new(),
    };
    for at in head..old_end {
        change = match items.get(at).filter(|_| at < items.len() - tail) {
            Some(value) => change.change(at, Change::Set(value.clone())),
            None => change.remove(at),
        };
    }
    let more = items
        .iter()
        .take(items.len() - tail)
        .skip(old_end.max(head));
    more.fold(change, |change, value| {
        change.insert(old_end, value.clone())
    })
}
