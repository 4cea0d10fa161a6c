//! `[…]` and `{…}` on one line.

use super::{Reader, scalar::Token};
use crate::yaml::{
    Style,
    tree::{Collection, Properties},
};

impl Reader<'_> {
    /// The collection at byte `at`; returns the byte after it.
    pub(super) fn flow(&mut self, at: usize) -> Option<usize> {
        let (kind, close) = match self.byte(at) {
            b'[' => (Collection::Sequence, b']'),
            b'{' => (Collection::Mapping, b'}'),
            _ => return None,
        };
        let position = self.position(at, at);
        let is_mapping = matches!(kind, Collection::Mapping);
        self.events += 2;
        let properties = Properties::default();
        self.tree.open(position, properties, (kind, true)).ok()?;
        let mut at = self.skip_spaces(at + 1);
        if self.byte(at) == close {
            return Some(self.close_flow(at));
        }
        loop {
            if is_mapping {
                at = self.flow_key(at)?;
            }
            at = if self.is_bracket(at) {
                self.flow(at)?
            } else {
                self.flow_scalar(at)?.end
            };
            at = self.skip_spaces(at);
            match self.byte(at) {
                b',' => at = self.skip_spaces(at + 1),
                byte if byte == close => return Some(self.close_flow(at)),
                _ => return None,
            }
        }
    }

    /// Ends a collection with the bracket at byte `at`; returns the byte after it.
    fn close_flow(&mut self, at: usize) -> usize {
        self.tree.close(at + 1);
        at + 1
    }

    /// A key; returns where its value begins.
    fn flow_key(&mut self, at: usize) -> Option<usize> {
        let token = self.flow_scalar(at)?;
        // Behind quotes the value may follow at once, as in JSON.
        let is_quoted = token.style != Style::Plain;
        let is_key = self.is_key(token) || (is_quoted && self.byte(token.end) == b':');
        is_key.then(|| self.skip_spaces(token.end + 1))
    }

    fn flow_scalar(&mut self, at: usize) -> Option<Token> {
        let token = match self.byte(at) {
            quote @ (b'"' | b'\'') => self.quoted(at, quote)?,
            first if first.is_ascii_alphanumeric() || b"/_".contains(&first) => {
                self.flow_plain(at)?
            }
            _ => return None,
        };
        self.leaf(token)?;
        Some(token)
    }

    /// A scalar without quotes and spaces.
    fn flow_plain(&self, start: usize) -> Option<Token> {
        let rest = self.text.get(start..self.line.end)?;
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./@+=".contains(&byte);
        let is_part = |(at, byte): &(usize, u8)| {
            is_inner(*byte) || (*byte == b':' && is_inner(self.byte(start + at + 1)))
        };
        let length = rest.bytes().enumerate().take_while(is_part).count();
        Some(Token {
            style: Style::Plain,
            start,
            end: start + length,
        })
    }
}
