//! From a change to splices: the way down the tree.

use std::collections::HashMap;

use super::{Change, Document, EditError, EditFault, layout, lines, verify};
use crate::yaml::{
    Limits, Node, Position, Value,
    fresh::{Flow, Fresh, Layout},
    scalar11::{self, Scalar11},
    splice::Splice,
};

/// Collects the splices of one change.
pub(super) struct Editor<'a> {
    pub(super) text: &'a str,
    pub(super) limits: Limits,
    pub(super) layout: Layout,
    pub(super) is_json: bool,
    splices: Vec<Splice>,
    /// Which splice inserts at a byte.
    insertions: HashMap<usize, usize>,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The byte after what introduces the value: `:`, `-`, `,`, a bracket.
    pub(super) from: usize,
    pub(super) role: Role,
}

/// What a value is to what holds it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// The whole document.
    Root,
    /// The value of a key at that column, in block style.
    Value(usize),
    /// An item whose dash is at that column.
    Item(usize),
    /// An entry of a flow collection.
    Flow,
}

impl<'a> Editor<'a> {
    pub(super) fn new(document: &Document<'a>) -> Self {
        let text = document.text;
        let root = document.root();
        // What is embedded was made by a template or a program, and `[]` says nothing of its style.
        let is_bare = document.is_embedded && root.is_some_and(is_empty);
        Self {
            text,
            limits: document.limits,
            layout: layout::of(text, root),
            is_json: !is_bare && is_json(text),
            splices: Vec::new(),
            insertions: HashMap::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<Splice> {
        self.splices
    }

    pub(super) fn root(&mut self, root: Option<&Node>, change: &Change) -> Result<(), EditError> {
        match root {
            Some(node) if !is_nothing(node) => {
                let from = node.start();
                let role = if self.is_json { Role::Flow } else { Role::Root };
                self.change(Place { from, role }, node, change)
            }
            Some(_) | None => {
                self.begin_document(root, change);
                Ok(())
            }
        }
    }

    /// Makes `change` at a node.
    pub(super) fn change(
        &mut self,
        place: Place,
        node: &Node,
        change: &Change,
    ) -> Result<(), EditError> {
        if verify::holds(node, change, &self.limits) {
            return Ok(());
        }
        guard(node)?;
        match (change, &node.value) {
            (Change::Map(map), Value::Mapping(mapping)) => {
                self.mapping(place, node, mapping, &map.entries)
            }
            (Change::List(list), Value::Sequence(sequence)) => {
                self.sequence(place, node, sequence, list)
            }
            (Change::Set(Fresh::Map(entries)), Value::Mapping(mapping)) if !entries.is_empty() => {
                let changes = super::collection::mapping_difference(mapping, entries);
                self.mapping(place, node, mapping, &changes)
            }
            (Change::Set(Fresh::List(items)), Value::Sequence(sequence)) if !items.is_empty() => {
                let changes = super::collection::list_difference(sequence, items);
                self.sequence(place, node, sequence, &changes)
            }
            (Change::Set(fresh), _) => self.replace(place, node, fresh),
            (Change::Embedded(inner), Value::Scalar(scalar)) if is_text(node) => {
                self.embedded(place, node, scalar, inner)
            }
            (Change::Map(_) | Change::List(_) | Change::Embedded(_), _) if is_nothing(node) => {
                match change.fresh() {
                    Some(fresh) => self.replace(place, node, &fresh),
                    None => Ok(()),
                }
            }
            (Change::Map(_), _) => Err(kind(node, "a mapping")),
            (Change::List(_), _) => Err(kind(node, "a list")),
            (Change::Embedded(_), _) => Err(kind(node, "text")),
        }
    }

    /// Replaces `start..end`. What is inserted where something was already comes behind it: the
    /// way goes down before it goes on, so that is what belongs to the inner collection.
    pub(super) fn splice(&mut self, start: usize, end: usize, text: impl Into<String>) {
        let (range, text) = (start..end, text.into());
        if range.is_empty() {
            let next = self.splices.len();
            let earlier = *self.insertions.entry(start).or_insert(next);
            if let Some(splice) = self.splices.get_mut(earlier) {
                splice.text.push_str(&text);
                return;
            }
        }
        self.splices.push(Splice { range, text });
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) const fn flow<'b>(&self, margin: Option<&'b str>) -> Flow<'b> {
        Flow {
            is_json: self.is_json,
            margin,
            layout: self.layout,
        }
    }

    /// The column of byte `at`, for lines that are to begin there too.
    pub(super) fn column(&self, at: usize, node: Position) -> Result<usize, EditError> {
        let before = lines::before(self.text, at);
        let refuse = |fault| Err(EditError::new(node, fault));
        if before.contains('\t') {
            return refuse(EditFault::Tab);
        }
        if !before.bytes().all(|byte| matches!(byte, b' ' | b'-')) {
            return refuse(EditFault::Layout);
        }
        Ok(before.len())
    }

    /// Writes a document where there is none.
    fn begin_document(&mut self, root: Option<&Node>, change: &Change) {
        let Some(fresh) = change.fresh() else {
            return;
        };
        let line_break = self.layout.line_break;
        match root.filter(|node| node.position.span.end > node.start()) {
            Some(node) => {
                let before = lines::before(self.text, node.start());
                let indent = if before.trim().is_empty() {
                    before.len()
                } else {
                    0
                };
                let text = fresh.block(indent, self.layout);
                self.splice(node.start(), node.position.span.end, text);
            }
            None => {
                let text = fresh.block(0, self.layout);
                let end = self.text.len();
                let is_open = !lines::before(self.text, end).is_empty();
                let begin = if is_open { line_break } else { "" };
                self.splice(end, end, format!("{begin}{text}{line_break}"));
            }
        }
    }
}

/// Refuses a node that cannot change without more than itself changing.
fn guard(node: &Node) -> Result<(), EditError> {
    let fault = match &node.value {
        Value::Alias(_) => EditFault::Alias,
        _ if node.anchor().is_some() => EditFault::Anchor,
        _ if node.tag().is_some() => EditFault::Tag,
        Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_) => return Ok(()),
    };
    Err(EditError::new(node.position, fault))
}

/// Refuses to take away a node that something else may refer to.
pub(super) fn refuse_anchors(node: &Node) -> Result<(), EditError> {
    if node.anchor().is_some() {
        return Err(EditError::new(node.position, EditFault::Anchor));
    }
    match &node.value {
        Value::Scalar(_) | Value::Alias(_) => Ok(()),
        Value::Sequence(sequence) => sequence.items.iter().try_for_each(refuse_anchors),
        Value::Mapping(mapping) => mapping.pairs.iter().try_for_each(|(key, value)| {
            refuse_anchors(key)?;
            refuse_anchors(value)
        }),
    }
}

/// Whether the node is null.
pub(super) fn is_nothing(node: &Node) -> bool {
    let scalar = node.as_scalar();
    scalar.is_some_and(|scalar| scalar11::resolve(node.target(), scalar) == Ok(Scalar11::Null))
}

/// Whether the node is `[]` or `{}`.
fn is_empty(node: &Node) -> bool {
    let sequence = node
        .as_sequence()
        .is_some_and(|sequence| sequence.items.is_empty());
    sequence
        || node
            .as_mapping()
            .is_some_and(|mapping| mapping.pairs.is_empty())
}

fn is_text(node: &Node) -> bool {
    let scalar = node.as_scalar();
    scalar.is_some_and(|scalar| matches!(scalar11::resolve(node, scalar), Ok(Scalar11::Str(_))))
}

fn kind(node: &Node, wanted: &'static str) -> EditError {
    let found = match &node.target().value {
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
        Value::Scalar(scalar) => {
            scalar11::resolve(node, scalar).map_or("an unreadable value", |value| value.kind())
        }
        Value::Alias(_) => "an alias",
    };
    EditError::new(node.position, EditFault::Kind { found, wanted })
}

/// Whether the whole text is one JSON object or array.
fn is_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    text.trim_start().starts_with(['{', '['])
        && serde_json::from_str::<serde_json::Value>(text).is_ok()
}
