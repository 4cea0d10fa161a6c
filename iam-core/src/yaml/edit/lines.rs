//! Where lines begin and end, and what stands between nodes.

use crate::yaml::{Node, Style, Value};

/// A line break that YAML 1.1 and 1.2 disagree about.
pub(super) fn odd_break(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let lone = |at: &usize| bytes.get(at + 1) != Some(&b'\n');
    let mut carriage_returns = text.match_indices('\r').map(|(at, _)| at);
    let carriage_return = carriage_returns.find(lone);
    if text.is_ascii() {
        return carriage_return;
    }
    let others = ['\u{85}', '\u{2028}', '\u{2029}'];
    let others = others.into_iter().filter_map(|c| text.find(c));
    others.chain(carriage_return).min()
}

/// Where the line of byte `at` begins; a byte order mark is not part of it.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    match before.rfind('\n') {
        Some(newline) => newline + 1,
        None if before.starts_with(MARK) => MARK.len_utf8(),
        None => 0,
    }
}

/// Where the line of byte `at` ends, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let line = rest
        .find('\n')
        .map_or(rest, |newline| rest.get(..newline).unwrap_or(rest));
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

/// Where the line after that of byte `at` begins: the end of the text if there is none.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.find('\n').map_or(rest.len(), |newline| newline + 1)
}

/// What stands on the line before byte `at`.
pub(super) fn before(text: &str, at: usize) -> &str {
    text.get(line_start(text, at)..at).unwrap_or_default()
}

/// The first byte from `from` on that is neither blank nor in a comment.
pub(super) fn skip_blank(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes().get(from..).unwrap_or_default();
    let mut in_comment = false;
    for (offset, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' => in_comment = false,
            b'#' => in_comment = true,
            b' ' | b'\t' | b'\r' => {}
            _ if in_comment => {}
            _ => return from + offset,
        }
    }
    text.len()
}

/// Whether there is nothing but spaces and line breaks in `text`.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_whitespace())
}

/// Where a node's value ends: for block scalars with the blank lines that belong to them.
pub(super) fn end_of(text: &str, node: &Node) -> usize {
    let end = node.position.span.end;
    match &node.value {
        Value::Scalar(scalar) if matches!(scalar.style, Style::Literal | Style::Folded) => {
            let after = scalar.text.get(scalar.text.trim_end().len()..);
            if matches!(after, Some("" | "\n")) {
                end
            } else {
                end_of_blank_lines(text, end)
            }
        }
        Value::Sequence(sequence) if !sequence.is_flow => {
            sequence.items.last().map_or(end, |last| end_of(text, last))
        }
        Value::Mapping(mapping) if !mapping.is_flow => {
            let last = mapping.pairs.last();
            last.map_or(end, |(_, value)| end_of(text, value))
        }
        Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_) | Value::Alias(_) => end,
    }
}

/// The end of the last blank line after the line of byte `at`.
fn end_of_blank_lines(text: &str, at: usize) -> usize {
    let mut end = line_end(text, at);
    loop {
        let start = next_line(text, end);
        let next = line_end(text, start);
        let is_line = start > end && start < text.len();
        if !is_line || !is_blank(text.get(start..next).unwrap_or_default()) {
            return end;
        }
        end = next;
    }
}

const MARK: char = '\u{feff}';
