//! From places of a text that a scalar of a YAML file holds to places of the file.

use super::{Node, Position, Span, Style};
use crate::split;

/// The places of one scalar's text. Only of a literal block are they known line by line; of any
/// other scalar all that is known is where it stands.
pub(crate) struct PositionMap {
    /// Where the value stands.
    value: Position,
    /// Of a literal block: for each line of the text where it begins there and in the file.
    lines: Vec<(usize, usize)>,
    indent: usize,
}

impl PositionMap {
    pub(crate) fn new(file: &str, value: &Node, text: &str) -> Self {
        let is_literal = value
            .as_scalar()
            .is_some_and(|scalar| scalar.style == Style::Literal);
        let lines = if is_literal {
            Self::literal(file, value.position.line, text)
        } else {
            None
        };
        let (indent, lines) = lines.unwrap_or_default();
        Self {
            value: value.position,
            lines,
            indent,
        }
    }

    /// The block's indentation and its lines, which follow its header line one by one.
    fn literal(file: &str, header: usize, text: &str) -> Option<(usize, Vec<(usize, usize)>)> {
        let in_file = line_starts(file);
        let in_file = in_file.get(header..)?;
        let in_text = line_starts(text);
        let mut filled = in_text.iter().zip(in_file).zip(text.split('\n'));
        let (first, line) = filled.find(|(_, line)| !line.trim().is_empty())?;
        let file_line = file.get(*first.1..)?.split(['\n', '\r']).next()?;
        let indent = file_line.strip_suffix(line)?.len();
        let lines = in_text.into_iter().zip(in_file.iter().copied()).collect();
        Some((indent, lines))
    }

    /// The place in the file.
    pub(crate) fn to_file(&self, position: Position) -> Position {
        if self.lines.is_empty() {
            return self.value;
        }
        let Position { line, column, span } = position;
        let start = self.offset(span.start, line);
        let end = self.offset(span.end, line);
        Position {
            line: self.value.line + line,
            column: column + self.indent,
            span: Span {
                start,
                end: end.max(start),
            },
        }
    }

    /// Columns before each line of the text; `None` where lines are not known.
    pub(crate) fn indent(&self) -> Option<usize> {
        (!self.lines.is_empty()).then_some(self.indent)
    }

    /// Where the line of byte `offset` begins, in the text and in the file.
    pub(crate) fn line(&self, offset: usize) -> (usize, usize) {
        let after = self
            .lines
            .partition_point(|(in_text, _)| *in_text <= offset);
        let line = self.lines.get(after.saturating_sub(1));
        line.copied().unwrap_or_default()
    }

    /// The byte of the file; mostly it is of line `hint` of the text.
    fn offset(&self, offset: usize, hint: usize) -> usize {
        let next = self.lines.get(hint);
        let hinted = hint.checked_sub(1).and_then(|at| self.lines.get(at));
        let hinted = hinted
            .filter(|(begin, _)| *begin <= offset && next.is_none_or(|(begin, _)| offset < *begin));
        let (in_text, in_file) = hinted.copied().unwrap_or_else(|| self.line(offset));
        let offset = in_file + self.indent + (offset - in_text);
        offset.min(self.value.span.end)
    }
}

/// Where lines begin: after `\n`, `\r`, or both together.
fn line_starts(text: &str) -> Vec<usize> {
    if !text.contains('\r') {
        let starts = split::at(text, b'\n').scan(0, |next, line| {
            let start = *next;
            *next += line.len() + 1;
            Some(start)
        });
        return starts.collect();
    }
    let bytes = text.as_bytes();
    let breaks = bytes.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    std::iter::once(0)
        .chain(breaks.map(|(at, _)| at + 1))
        .collect()
}
