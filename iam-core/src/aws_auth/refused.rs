//! What the consumer's YAML 1.1 parser refuses, though a YAML 1.2 parser reads it.
//!
//! Each of these empties a whole section at the consumer, so that reading on would hide a
//! lock-out. Known and left alone, because nobody writes it: `?`, and `:` before a comma, in plain
//! flow scalars; keys without text; line separators of Unicode.

use super::json::Fault;
use crate::yaml::{FirstDocument, Node, Position, Span, Style, Value};

/// The first such place of the document.
pub(super) fn find(text: &str, document: &FirstDocument) -> Option<Fault> {
    directive(text).or_else(|| {
        let node = document.node.as_ref()?;
        let end = document.rest.map_or(text.len(), |rest| rest.span.start);
        let mut found = in_node(text, node);
        if found.is_none() && text.contains('\t') {
            found = tab(text.get(..end).unwrap_or(text), node);
        }
        found
    })
}

/// Directives other than `%TAG` and `%YAML 1.1`.
fn directive(text: &str) -> Option<Fault> {
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        let is_known = line.starts_with("%TAG ") || line.trim_end() == "%YAML 1.1";
        if line.starts_with('%') && !is_known {
            let span = Span {
                start,
                end: start + line.trim_end().len(),
            };
            let position = Position {
                line: index + 1,
                column: 1,
                span,
            };
            return Some(Fault {
                position,
                reason: "this directive is not known",
                hint: Some("remove it"),
            });
        }
        let is_header = line.trim().is_empty() || line.starts_with(['#', '%']);
        if !is_header {
            return None;
        }
        start += line.len() + 1;
    }
    None
}

/// `\/` in double quotes; anchors of other characters than letters, digits, `_` and `-`; keys in
/// braces that do not stand on the line of their colon.
fn in_node(text: &str, node: &Node) -> Option<Fault> {
    let fault = |reason| {
        Some(Fault {
            position: node.position,
            reason,
            hint: None,
        })
    };
    let is_name = |name: &str| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
    };
    if node.anchor.as_deref().is_some_and(|name| !is_name(name)) {
        return fault("an anchor is a name of letters, digits, _ and -");
    }
    match &node.value {
        Value::Scalar(scalar) => {
            let raw = text.get(node.position.span.range()).unwrap_or_default();
            let is_foreign = scalar.style == Style::DoubleQuoted && has_slash_escape(raw);
            if is_foreign {
                fault("the escape \\/ is not known")
            } else {
                None
            }
        }
        Value::Sequence(list) => list.items.iter().find_map(|item| in_node(text, item)),
        Value::Mapping(map) => map.pairs.iter().find_map(|(key, value)| {
            if map.is_flow && is_key_on_several_lines(text, key, value) {
                let reason = "a key in braces stands on one line with its colon";
                return Some(Fault {
                    position: key.position,
                    reason,
                    hint: None,
                });
            }
            in_node(text, key).or_else(|| in_node(text, value))
        }),
        Value::Alias(_) => None,
    }
}

fn is_key_on_several_lines(text: &str, key: &Node, value: &Node) -> bool {
    let span = key.position.span;
    let behind = text
        .get(span.end..value.start)
        .and_then(|between| between.split_once(':'));
    let inside = text.get(span.range()).unwrap_or_default();
    behind.is_some_and(|(before_colon, _)| before_colon.contains('\n') || inside.contains('\n'))
}

fn has_slash_escape(raw: &str) -> bool {
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next() == Some('/') {
            return true;
        }
    }
    false
}

/// A tab in the indentation of a line that is not inside of a scalar or of brackets.
fn tab(text: &str, root: &Node) -> Option<Fault> {
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
pub(super) fn first_tab(text: &str, line: usize) -> Option<Position> {
    tabs(text).find(|position| position.line >= line)
}

/// Whether a tab follows the spaces and indicators that a line begins with.
pub(super) fn has_tab_in_indentation(line: &str) -> bool {
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
        rest = rest.trim_start_matches(' ');
        match rest.strip_prefix(['-', '?']) {
            Some(after) if after.starts_with([' ', '\t']) => rest = after,
            Some(_) | None => return line.len() - rest.len(),
        }
    }
}

/// Scalars and flow collections, in the order of the text.
fn collect_insides(node: &Node, insides: &mut Vec<Span>) {
    match &node.value {
        Value::Scalar(_) => insides.push(node.position.span),
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
        Value::Alias(_) => {}
    }
}
