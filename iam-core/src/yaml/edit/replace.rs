//! One value in place of another.

use super::{
    EditError,
    editor::{Editor, Place, Role, refuse_anchors},
    lines, scalar,
};
use crate::yaml::{Fresh, Node, Value};

impl<'a> Editor<'a> {
    /// Writes `fresh` where `node` stands.
    pub(super) fn replace(
        &mut self,
        place: Place,
        node: &Node,
        fresh: &Fresh,
    ) -> Result<(), EditError> {
        refuse_anchors(node)?;
        match place.role {
            Role::Flow => {
                let margin = self.margin(node);
                let text = fresh.flow(&self.flow(margin));
                let text = scalar::in_style_of(node, fresh, self.is_json).unwrap_or(text);
                self.replace_inline(place, node, &text);
            }
            Role::Root | Role::Value(_) | Role::Item(_) if fresh.is_tall() => {
                self.replace_by_lines(place, node, fresh)?;
            }
            Role::Root | Role::Value(_) | Role::Item(_) => {
                self.replace_by_inline(place, node, fresh);
            }
        }
        Ok(())
    }

    /// A value on one line, in block context.
    fn replace_by_inline(&mut self, place: Place, node: &Node, fresh: &Fresh) {
        let indent = match place.role {
            Role::Value(column) => column + self.layout.step,
            Role::Item(column) => column + 2,
            Role::Root | Role::Flow => 0,
        };
        let text = scalar::in_style_of(node, fresh, false)
            .unwrap_or_else(|| fresh.block(indent, self.layout));
        if !is_block(node) {
            return self.replace_inline(place, node, &text);
        }
        let end = lines::end_of(self.text, node);
        let line_end = lines::line_end(self.text, place.from);
        if place.role == Role::Root || node.start() < line_end {
            let start = if place.role == Role::Root {
                node.start()
            } else {
                place.from
            };
            let space = if place.role == Role::Root { "" } else { " " };
            self.splice(start, end, format!("{space}{text}"));
        } else {
            self.splice(place.from, place.from, format!(" {text}"));
            self.splice(line_end, end, "");
        }
    }

    /// In place of a scalar, of a flow collection or of nothing.
    fn replace_inline(&mut self, place: Place, node: &Node, text: &str) {
        let span = node.position.span;
        if span.start == span.end {
            let colon = if self.slice(place.from.saturating_sub(1), place.from) == ":" {
                ""
            } else {
                ":"
            };
            let colon = if place.role == Role::Flow { colon } else { "" };
            self.splice(place.from, place.from, format!("{colon} {text}"));
        } else {
            self.splice(
                span.start,
                lines::end_of(self.text, node).max(span.end),
                text,
            );
        }
    }

    /// A block collection.
    fn replace_by_lines(
        &mut self,
        place: Place,
        node: &Node,
        fresh: &Fresh,
    ) -> Result<(), EditError> {
        let span = node.position.span;
        let end = lines::end_of(self.text, node);
        match place.role {
            Role::Item(column) if span.start == span.end => {
                let text = fresh.block(column + 2, self.layout);
                self.splice(place.from, place.from, format!(" {text}"));
            }
            Role::Item(_) | Role::Root | Role::Flow => {
                let column = self.column(node.start(), node.position)?;
                self.splice(node.start(), end, fresh.block(column, self.layout));
            }
            Role::Value(column) => {
                let indent = column + fresh.step_under_key(self.layout);
                let line_break = self.layout.line_break;
                let lines = fresh.block(indent, self.layout);
                let lines = format!("{line_break}{}{lines}", " ".repeat(indent));
                self.put_below_key(place, node, lines);
            }
        }
        Ok(())
    }

    fn put_below_key(&mut self, place: Place, node: &Node, lines: String) {
        let span = node.position.span;
        let line_end = lines::line_end(self.text, place.from);
        let end = lines::end_of(self.text, node);
        if span.start == span.end {
            self.splice(line_end, line_end, lines);
        } else if node.start() < line_end {
            // What follows the value on its last line, a comment, stays behind the key.
            self.splice(place.from, end.max(span.end), "");
            let end = lines::line_end(self.text, end);
            self.splice(end, end, lines);
        } else {
            self.splice(line_end, end, lines);
        }
    }

    /// What begins the line of a flow value whose entries have lines of their own.
    fn margin(&self, node: &Node) -> Option<&'a str> {
        let is_tall = self.is_json && self.text.trim_end().contains('\n');
        let before = lines::before(self.text, node.start());
        let blank = before.len() - before.trim_start().len();
        before.get(..blank).filter(|_| is_tall)
    }
}

fn is_block(node: &Node) -> bool {
    match &node.value {
        Value::Sequence(sequence) => !sequence.is_flow,
        Value::Mapping(mapping) => !mapping.is_flow,
        Value::Scalar(_) | Value::Alias(_) => false,
    }
}
