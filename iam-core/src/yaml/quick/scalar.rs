//! Scalars that end on their line and hold what is written.

use std::ops::Range;

use super::Reader;
use crate::yaml::Style;

/// A scalar as it is written, with its quotes.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) style: Style,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    /// Where its text is.
    pub(super) fn text(self) -> Range<usize> {
        let quote = usize::from(self.style != Style::Plain);
        self.start + quote..self.end - quote
    }
}

impl Reader<'_> {
    /// The scalar at byte `at`, outside of brackets.
    pub(super) fn scalar(&self, at: usize) -> Option<Token> {
        match self.byte(at) {
            quote @ (b'"' | b'\'') => self.quoted(at, quote),
            b'-' if !self.is_dash(at) => self.plain(at),
            first if begins_plain(first) => self.plain(at),
            _ => None,
        }
    }

    /// A scalar in quotes; what holds an escape is the parser's.
    pub(super) fn quoted(&self, at: usize, quote: u8) -> Option<Token> {
        let start = at + 1;
        let rest = self.text.get(start..self.line.end)?;
        let text = rest.get(..rest.find(char::from(quote))?)?;
        let end = start + text.len() + 1;
        let style = if quote == b'"' {
            Style::DoubleQuoted
        } else {
            Style::SingleQuoted
        };
        let is_escaped = match style {
            Style::DoubleQuoted => text.contains('\\'),
            _ => self.byte(end) == quote,
        };
        let start = at;
        (!is_escaped).then_some(Token { style, start, end })
    }

    /// A scalar without quotes: to the colon of a key, a comment or the end of the line.
    fn plain(&self, start: usize) -> Option<Token> {
        let rest = self.text.get(start..self.line.end)?;
        let ends = |(at, byte): &(usize, &u8)| match byte {
            b':' => matches!(self.byte(start + at + 1), b' ' | b'\n'),
            b'#' => self.byte(start + at - 1) == b' ',
            _ => false,
        };
        let end = rest.as_bytes().iter().enumerate().find(ends);
        let text = rest.get(..end.map_or(rest.len(), |(at, _)| at))?;
        let text = text.trim_end_matches(' ');
        Some(Token {
            style: Style::Plain,
            start,
            end: start + text.len(),
        })
    }

    /// Whether a scalar is followed by the colon of a key.
    pub(super) fn is_key(&self, token: Token) -> bool {
        self.byte(token.end) == b':'
            && matches!(self.byte(token.end + 1), b' ' | b'\n')
            && token.end - token.start < MAX_KEY
    }
}

/// What a plain scalar begins with, where it is no indicator.
fn begins_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/_.~+=$(<^;\\".contains(&byte)
}

/// The parser takes keys of up to 1,024 characters.
const MAX_KEY: usize = 1000;
