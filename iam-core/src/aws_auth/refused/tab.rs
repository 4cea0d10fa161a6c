//! Tabs where the consumer's parser wants spaces.

use crate::aws_auth::json::Fault;
use crate::yaml::{Node, Position, Span, Style, Value};

/// A tab in the indentation of a line that is not inside of a quoted text, of one in `|` or `>`, or
/// of brackets.
pub(super) fn find(text: &str, root: &Node) -> Option<Fault> {
    if !text.contains('\t') {
        return None;
    }
    let mut insides = Vec::new();
    collect_insides(root, &mut insides);
    let mut insides = insides.into_iter().peekable();
    let position = tabs(text).find(|position| {
        let line_start = position.span.start - (position.column - 1);
        while insides.next_if(|span| span.end <= line_start).is_some() {}
        insides.peek().is_none_or(|span| span.start >= line_start)
    })?;
    let reason = "a tab in the indentation";
    Some(Fault {
        position,
        reason,
        hint: Some("indent with spaces, not with tabs"),
    })
}

/// The first tab in the indentation of a line, from `line` on.
pub(in crate::aws_auth) fn first_tab(text: &str, line: usize) -> Option<Position> {
    tabs(text).find(|position| position.line >= line)
}

/// Whether a tab follows the spaces and indicators that a line begins with.
pub(in crate::aws_auth) fn has_tab_in_indentation(line: &str) -> bool {
    line.get(indentation(line)..)
        .is_some_and(|rest| rest.starts_with('\t'))
}

/// The tabs in the indentation of lines, one of each line.
fn tabs(text: &str) -> impl Iterator<Item = Position> {
    let mut next = 0;
    text.split('\n')
        .enumerate()
        .filter_map(move |(index, line)| {
            let start = next + indentation(line);
            next += line.len() + 1;
            let span = Span {
                start,
                end: start + 1,
            };
            has_tab_in_indentation(line).then(|| Position {
                line: index + 1,
                column: indentation(line) + 1,
                span,
            })
        })
}

/// Spaces, and indicators (`-`, `?`) with the spaces behind them.
fn indentation(line: &str) -> usize {
    let mut rest = line;
    loop {
        // A byte order mark stands for nothing.
        rest = rest.trim_start_matches([' ', '\u{feff}']);
        match rest.strip_prefix(['-', '?']) {
            Some(after) if after.starts_with([' ', '\t']) => rest = after,
            Some(_) | None => return line.len() - rest.len(),
        }
    }
}

/// Scalars that are not plain and flow collections, in the order of the text.
fn collect_insides(node: &Node, insides: &mut Vec<Span>) {
    match &node.value {
        Value::Scalar(scalar) if scalar.style != Style::Plain => insides.push(node.position.span),
        Value::Sequence(sequence) if sequence.is_flow => insides.push(node.position.span),
        Value::Mapping(mapping) if mapping.is_flow => insides.push(node.position.span),
        Value::Sequence(list) => list
            .items
            .iter()
            .for_each(|item| collect_insides(item, insides)),
        Value::Mapping(mapping) => {
            for (key, value) in &mapping.pairs {
                collect_insides(key, insides);
                collect_insides(value, insides);
            }
        }
        Value::Scalar(_) | Value::Alias(_) => {}
    }
}
