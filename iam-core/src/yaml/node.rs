//! The tree of a YAML document.

use std::{ops::Range, sync::Arc};

use super::Text;

/// A range of bytes of the text, on character boundaries.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The span as a range, to index text with `get`.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A place in the text: for people a line and a column, for edits a span.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The bytes meant.
    pub span: Span,
}

impl Position {
    /// The beginning of a text.
    pub const START: Self = Self {
        line: 1,
        column: 1,
        span: Span { start: 0, end: 0 },
    };
}

/// One node of a document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Node {
    /// Where the value is, without its tag and anchor.
    ///
    /// A block scalar begins at its `|` or `>` and ends with its last line that is not blank; a
    /// block collection ends with its last value; an empty value is an empty span.
    pub position: Position,
    /// Few nodes have any.
    pub(super) marks: Option<Box<Marks>>,
    /// What it holds.
    pub value: Value,
}

/// What stands before a value: tag and anchor.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Marks {
    /// Where the first of them begins.
    pub(super) start: usize,
    pub(super) tag: Option<Box<str>>,
    pub(super) anchor: Option<Box<str>>,
}

impl Node {
    /// Where the value begins with its tag and anchor; without them the start of `position`.
    #[must_use]
    pub fn start(&self) -> usize {
        let marks = self.marks.as_ref();
        marks.map_or(self.position.span.start, |marks| marks.start)
    }

    /// The tag, resolved (`tag:yaml.org,2002:str`, `!name`); `!` is the non-specific tag.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.marks.as_ref()?.tag.as_deref()
    }

    /// The name of the node's anchor.
    #[must_use]
    pub fn anchor(&self) -> Option<&str> {
        self.marks.as_ref()?.anchor.as_deref()
    }

    /// The node itself, or the one that an alias stands for.
    pub fn target(&self) -> &Self {
        match &self.value {
            Value::Alias(target) => target,
            Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_) => self,
        }
    }

    /// The scalar that the node is or stands for.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.target().value {
            Value::Scalar(scalar) => Some(scalar),
            Value::Sequence(_) | Value::Mapping(_) | Value::Alias(_) => None,
        }
    }

    /// The sequence that the node is or stands for.
    pub fn as_sequence(&self) -> Option<&Sequence> {
        match &self.target().value {
            Value::Sequence(sequence) => Some(sequence),
            Value::Scalar(_) | Value::Mapping(_) | Value::Alias(_) => None,
        }
    }

    /// The mapping that the node is or stands for.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.target().value {
            Value::Mapping(mapping) => Some(mapping),
            Value::Scalar(_) | Value::Sequence(_) | Value::Alias(_) => None,
        }
    }
}

/// What a node holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// Text; its meaning is the reader's business ([`scalar11`](super::scalar11)).
    Scalar(Scalar),
    /// A list.
    Sequence(Sequence),
    /// Pairs of key and value.
    Mapping(Mapping),
    /// The node of an anchor, without cycles; never itself an alias.
    Alias(Arc<Node>),
}

/// A scalar: its text after escapes and folding.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Scalar {
    /// The text.
    pub text: Text,
    /// How it is written.
    pub style: Style,
}

/// A list of nodes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sequence {
    /// The items in order.
    pub items: Vec<Node>,
    /// Written as `[…]`.
    pub is_flow: bool,
}

/// Pairs in the order of the text; keys may be equal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mapping {
    /// Key and value.
    pub pairs: Vec<(Node, Node)>,
    /// Written as `{…}`.
    pub is_flow: bool,
}

impl Mapping {
    /// The value of the last pair whose key is the scalar `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let is_key = |node: &Node| node.as_scalar().is_some_and(|scalar| scalar.text == key);
        self.pairs
            .iter()
            .rev()
            .find(|(name, _)| is_key(name))
            .map(|(_, value)| value)
    }
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`.
    SingleQuoted,
    /// `"…"`.
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}
