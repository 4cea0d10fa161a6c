//! Where a block scalar (`|`, `>`) begins and ends. The parser's span is its content, up to the
//! next token.

use super::node::{Position, Span};

/// From the header, which is searched from byte `from` on, to the last line that is not blank.
pub(super) fn position(text: &str, from: usize, content: Position) -> Position {
    let header = header(text, from, content.span.start).unwrap_or(content.span.start);
    let raw = text.get(header..content.span.end).unwrap_or_default();
    let lines = raw.trim_end().len();
    let rest = raw.get(lines..).unwrap_or_default();
    let end = header + lines + rest.find(['\n', '\r']).unwrap_or(rest.len());
    let before = text.get(..header).unwrap_or_default();
    let line_start = before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    let between = text.get(header..content.span.start).unwrap_or_default();
    let line = content.line.saturating_sub(line_breaks(between));
    Position {
        line,
        column,
        span: Span { start: header, end },
    }
}

/// Whether the parser ended the last line of `scalar`, which no line break ends in the text.
pub(super) fn adds_line_break(text: &str, scalar: &str, content: Position) -> bool {
    let last_line = text.rsplit(['\n', '\r']).next().unwrap_or_default();
    let is_last = content.span.end == text.len() && !last_line.is_empty();
    let last = scalar
        .strip_suffix('\n')
        .and_then(|scalar| scalar.rsplit('\n').next());
    is_last && last.is_some_and(|last| !last.is_empty() && last_line.ends_with(last))
}

/// The `|` or `>` before `content`, outside of comments.
fn header(text: &str, from: usize, content: usize) -> Option<usize> {
    let mut in_comment = false;
    for (offset, character) in text.get(from..content)?.char_indices() {
        match character {
            '\n' | '\r' => in_comment = false,
            '#' => in_comment = true,
            '|' | '>' if !in_comment => return Some(from + offset),
            _ => {}
        }
    }
    None
}

/// Line breaks as YAML counts them: `\n`, `\r` or both together.
fn line_breaks(text: &str) -> usize {
    text.matches('\n').count() + text.matches('\r').count() - text.matches("\r\n").count()
}
