//! Nodes put together, within limits.

use std::{collections::HashMap, sync::Arc, vec::Drain};

use super::{
    Limits, YamlError,
    node::{Mapping, Marks, Node, Position, Sequence, Value},
};

/// Builds the nodes of one document after the other.
pub(super) struct Tree<'a> {
    limits: &'a Limits,
    nodes: usize,
    aliases: usize,
    anchors: HashMap<usize, Anchored>,
    open: Vec<Frame>,
    /// The children so far of all that is open, those of the innermost collection last: each
    /// collection takes its own when it ends, no more room than it needs.
    children: Vec<Node>,
    root: Option<Node>,
}

/// A node that an alias can stand for.
struct Anchored {
    node: Arc<Node>,
    size: Size,
}

/// A collection that is being read.
struct Frame {
    position: Position,
    properties: Properties,
    kind: Collection,
    is_flow: bool,
    /// Where its children begin.
    begin: usize,
    size: Size,
}

/// A kind of collection.
#[derive(Clone, Copy)]
pub(super) enum Collection {
    Sequence,
    Mapping,
}

/// What stands before a node: tag and anchor.
#[derive(Default)]
pub(super) struct Properties {
    pub(super) start: Option<usize>,
    pub(super) tag: Option<Box<str>>,
    pub(super) anchor: Option<Box<str>>,
    /// The parser's number of the anchor; 0 for none.
    pub(super) id: usize,
}

/// Nodes and collections inside one another, aliases expanded.
#[derive(Clone, Copy)]
struct Size {
    nodes: usize,
    height: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        let anchors = HashMap::new();
        Self {
            limits,
            nodes: 0,
            aliases: 0,
            anchors,
            open: Vec::new(),
            children: Vec::new(),
            root: None,
        }
    }

    /// Ends a document: its root. Anchors hold within a document.
    pub(super) fn take_root(&mut self) -> Option<Node> {
        self.anchors.clear();
        self.root.take()
    }

    /// A scalar.
    pub(super) fn leaf(
        &mut self,
        position: Position,
        properties: Properties,
        value: Value,
    ) -> Result<(), YamlError> {
        self.count(1, position)?;
        self.attach(
            position,
            properties,
            value,
            Size {
                nodes: 1,
                height: 0,
            },
        );
        Ok(())
    }

    /// `*name`, where `id` is the parser's number of the anchor.
    pub(super) fn alias(&mut self, id: usize, position: Position) -> Result<(), YamlError> {
        self.aliases += 1;
        if self.aliases > self.limits.aliases {
            return Err(too_many("aliases", self.limits.aliases, position));
        }
        // The anchor of a collection that is still open has no node yet.
        let anchored = self
            .anchors
            .get(&id)
            .ok_or(YamlError::SelfReference { position })?;
        let (size, value) = (anchored.size, Value::Alias(Arc::clone(&anchored.node)));
        if self.open.len() + size.height > self.limits.depth {
            return Err(YamlError::TooDeep {
                position,
                limit: self.limits.depth,
            });
        }
        self.count(size.nodes, position)?;
        self.attach(position, Properties::default(), value, size);
        Ok(())
    }

    /// Begins a collection.
    pub(super) fn open(
        &mut self,
        position: Position,
        properties: Properties,
        (kind, is_flow): (Collection, bool),
    ) -> Result<(), YamlError> {
        self.count(1, position)?;
        if self.open.len() >= self.limits.depth {
            return Err(YamlError::TooDeep {
                position,
                limit: self.limits.depth,
            });
        }
        self.open.push(Frame {
            position,
            properties,
            kind,
            is_flow,
            begin: self.children.len(),
            size: Size {
                nodes: 1,
                height: 1,
            },
        });
        Ok(())
    }

    /// Ends the innermost collection; `end` is the end of its closing token. Returns whether it
    /// has one.
    pub(super) fn close(&mut self, end: usize) -> bool {
        let Some(frame) = self.open.pop() else {
            return false;
        };
        let Frame {
            mut position,
            properties,
            kind,
            is_flow,
            begin,
            size,
        } = frame;
        let children = self.children.drain(begin..);
        let last = children.as_slice().last();
        let last = last.map_or(position.span.end, |last| last.position.span.end);
        position.span.end = if is_flow { end } else { last };
        let value = match kind {
            Collection::Sequence => Value::Sequence(Sequence {
                items: children.collect(),
                is_flow,
            }),
            Collection::Mapping => Value::Mapping(Mapping {
                pairs: pairs(children),
                is_flow,
            }),
        };
        self.attach(position, properties, value, size);
        is_flow
    }

    fn count(&mut self, nodes: usize, position: Position) -> Result<(), YamlError> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > self.limits.nodes {
            return Err(too_many("nodes", self.limits.nodes, position));
        }
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn attach(&mut self, position: Position, properties: Properties, value: Value, size: Size) {
        let id = properties.id;
        let node = properties.node(position, value);
        if id != 0 {
            // The copy counts, so that anchors inside of anchors stay within the limit.
            self.nodes = self.nodes.saturating_add(size.nodes);
            self.anchors.insert(
                id,
                Anchored {
                    node: Arc::new(node.clone()),
                    size,
                },
            );
        }
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.size.nodes = frame.size.nodes.saturating_add(size.nodes);
        frame.size.height = frame.size.height.max(size.height + 1);
        self.children.push(node);
    }
}

/// Keys and values, which come in turn.
fn pairs(mut children: Drain<'_, Node>) -> Vec<(Node, Node)> {
    let mut pairs = Vec::with_capacity(children.len() / 2);
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        pairs.push((key, value));
    }
    pairs
}

impl Properties {
    fn node(self, position: Position, value: Value) -> Node {
        let Self {
            start, tag, anchor, ..
        } = self;
        let has_marks = start.is_some() || tag.is_some() || anchor.is_some();
        let marks = has_marks.then(|| Marks {
            start: start.unwrap_or(position.span.start),
            tag,
            anchor,
        });
        Node {
            position,
            marks: marks.map(Box::new),
            value,
        }
    }
}

pub(super) const fn too_many(what: &'static str, limit: usize, position: Position) -> YamlError {
    YamlError::TooMany {
        position,
        what,
        limit,
    }
}
