//! The kind of YAML that most files are, read line by line: block collections, and scalars and flow
//! collections that end on the line that they begin on.
//!
//! [`read`] gives the tree that the parser gives, or none, and never an error. Whatever it does not
//! know is the parser's: anchors, tags, block scalars, texts of several lines, escapes, empty values,
//! characters beyond ASCII, several documents, and all that is at fault. It is here because the
//! parser takes thousands of instructions for a node, and this a few hundred.

mod flow;
mod scalar;

use std::sync::Arc;

use super::{
    Limits, Text,
    node::{Node, Position, Scalar, Span, Value},
    tree::{Collection, Properties, Tree},
};
use crate::split;
use scalar::Token;

/// The only document of `text`, if it is of this kind and within `limits`.
pub(super) fn read(text: &str, limits: &Limits) -> Option<Node> {
    if text.len() > limits.bytes || !is_printable_ascii(text) {
        return None;
    }
    let mut reader = Reader::new(text, limits);
    let mut start = 0;
    for (index, line) in split::at(text, b'\n').enumerate() {
        let end = start + line.len();
        reader.line = Line {
            number: index + 1,
            start,
            end,
        };
        reader.read_line()?;
        start = end + 1;
    }
    reader.finish()
}

/// Reads a document line by line.
struct Reader<'a> {
    text: &'a str,
    /// The same, for all scalars.
    source: Arc<str>,
    limits: &'a Limits,
    tree: Tree<'a>,
    /// The block collections that are open, the innermost last.
    levels: Vec<Level>,
    /// Whether a node has to come: the document, the value of a key, an item of a list.
    awaits: bool,
    line: Line,
    /// What the parser would make of it so far, the marks of stream and document included.
    events: usize,
}

/// A block collection that is open.
struct Level {
    kind: Collection,
    /// That of its keys or dashes, from 0.
    column: usize,
}

/// A line, without its line break.
#[derive(Default)]
struct Line {
    /// From 1.
    number: usize,
    start: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, limits: &'a Limits) -> Self {
        Self {
            text,
            source: text.into(),
            limits,
            tree: Tree::new(limits),
            levels: Vec::new(),
            awaits: true,
            line: Line::default(),
            events: 4,
        }
    }

    fn read_line(&mut self) -> Option<()> {
        let at = self.skip_spaces(self.line.start);
        if at == self.line.end || self.byte(at) == b'#' {
            return Some(());
        }
        let column = at - self.line.start;
        let is_item = self.is_dash(at);
        if column == 0 && self.is_document_mark() {
            return None;
        }
        if self.awaits {
            self.may_begin(column, is_item).then_some(())?;
        } else {
            self.leave(column, is_item)?;
        }
        self.node(at)
    }

    fn finish(mut self) -> Option<Node> {
        if self.awaits || self.events > self.limits.events {
            return None;
        }
        while self.levels.pop().is_some() {
            self.tree.close(self.text.len());
        }
        self.tree.take_root()
    }

    /// Whether the node that has to come may stand at `column`.
    fn may_begin(&self, column: usize, is_item: bool) -> bool {
        self.levels.last().is_none_or(|level| {
            column > level.column || (is_item && level.is_mapping() && column == level.column)
        })
    }

    /// Ends the collections that a line at `column` is not in; it has to go on with the one that is left.
    fn leave(&mut self, column: usize, is_item: bool) -> Option<()> {
        while let Some(level) = self.levels.last() {
            // The dashes of a list may stand below its key.
            let is_over = level.column > column
                || (level.column == column && !level.is_mapping() && !is_item);
            if !is_over {
                return (level.column == column && level.is_mapping() != is_item).then_some(());
            }
            self.levels.pop();
            self.tree.close(self.line.start);
        }
        None
    }

    /// Reads what begins at byte `at`, to the end of the line.
    fn node(&mut self, mut at: usize) -> Option<()> {
        while self.is_dash(at) {
            let item = self.skip_spaces(at + 1);
            if self.awaits {
                self.open_sequence(at, item)?;
            }
            self.awaits = true;
            if item == self.line.end {
                return Some(());
            }
            at = item;
        }
        if self.is_bracket(at) {
            return self.value(at);
        }
        let token = self.scalar(at)?;
        if !self.is_key(token) {
            return self.scalar_value(token);
        }
        if self.awaits {
            self.open(Collection::Mapping, at, at)?;
        }
        self.leaf(token)?;
        self.awaits = true;
        let value = self.skip_spaces(token.end + 1);
        if self.is_end(value) {
            return Some(());
        }
        (!self.is_dash(value)).then_some(())?;
        self.value(value)
    }

    /// A value that ends with the line.
    fn value(&mut self, at: usize) -> Option<()> {
        if !self.is_bracket(at) {
            let token = self.scalar(at)?;
            return self.scalar_value(token);
        }
        self.awaits.then_some(())?;
        let end = self.flow(at)?;
        self.end_value(end)
    }

    fn scalar_value(&mut self, token: Token) -> Option<()> {
        self.awaits.then_some(())?;
        self.leaf(token)?;
        self.end_value(token.end)
    }

    fn end_value(&mut self, end: usize) -> Option<()> {
        self.awaits = false;
        self.is_end(self.skip_spaces(end)).then_some(())
    }

    /// Begins a list whose first dash is at byte `at` and first item at byte `item`.
    fn open_sequence(&mut self, at: usize, item: usize) -> Option<()> {
        let column = at - self.line.start;
        let is_below_key = |level: &Level| level.is_mapping() && level.column == column;
        // The parser has such a list begin behind its dash.
        let is_below_key = self.levels.last().is_some_and(is_below_key);
        let start = if is_below_key { item } else { at };
        self.open(Collection::Sequence, at, start)
    }

    /// Begins a block collection at the column of byte `at`; its place is byte `start`.
    fn open(&mut self, kind: Collection, at: usize, start: usize) -> Option<()> {
        let position = self.position(start, start);
        self.events += 2;
        let properties = Properties::default();
        self.tree.open(position, properties, (kind, false)).ok()?;
        let column = at - self.line.start;
        self.levels.push(Level { kind, column });
        Some(())
    }

    fn leaf(&mut self, token: Token) -> Option<()> {
        let Token { style, start, end } = token;
        let text = Text::part(&self.source, token.text());
        let value = Value::Scalar(Scalar { text, style });
        self.events += 1;
        let position = self.position(start, end);
        self.tree.leaf(position, Properties::default(), value).ok()
    }

    const fn position(&self, start: usize, end: usize) -> Position {
        Position {
            line: self.line.number,
            column: start - self.line.start + 1,
            span: Span { start, end },
        }
    }

    /// A byte of the text; behind it a line break.
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(b'\n')
    }

    fn skip_spaces(&self, mut at: usize) -> usize {
        while self.byte(at) == b' ' {
            at += 1;
        }
        at
    }

    /// Whether nothing but a comment follows; spaces are skipped already.
    fn is_end(&self, at: usize) -> bool {
        at == self.line.end || (self.byte(at) == b'#' && self.byte(at - 1) == b' ')
    }

    fn is_dash(&self, at: usize) -> bool {
        self.byte(at) == b'-' && matches!(self.byte(at + 1), b' ' | b'\n')
    }

    fn is_bracket(&self, at: usize) -> bool {
        matches!(self.byte(at), b'[' | b'{')
    }

    fn is_document_mark(&self) -> bool {
        let line = self.text.get(self.line.start..).unwrap_or_default();
        line.starts_with("---") || line.starts_with("...")
    }
}

impl Level {
    const fn is_mapping(&self) -> bool {
        matches!(self.kind, Collection::Mapping)
    }
}

/// Whether a text has no other characters than spaces, line feeds and what can be seen of ASCII.
fn is_printable_ascii(text: &str) -> bool {
    let is_printable = |byte: &u8| matches!(byte, b'\n' | b' '..=b'~');
    // Looked at by blocks, many bytes are compared at once.
    let mut blocks = text.as_bytes().chunks(64);
    blocks.all(|block| {
        block
            .iter()
            .fold(true, |all, byte| all & is_printable(byte))
    })
}

#[cfg(test)]
mod tests;
