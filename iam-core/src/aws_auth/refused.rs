//! What the consumer's YAML 1.1 parser refuses, though a YAML 1.2 parser reads it.
//!
//! Each of these empties a whole section at the consumer, so that reading on would hide a
//! lock-out. Known and left alone, because nobody writes it: `:` before a comma in plain
//! flow scalars; keys without text.

mod node;
mod tab;

use super::json::Fault;
use crate::yaml::{FirstDocument, Position, Span};

pub(super) use tab::{first_tab, has_tab_in_indentation};

use node::Context;

/// The first such place of the document.
pub(super) fn find(text: &str, document: &FirstDocument) -> Option<Fault> {
    directive(text)
        .or_else(|| unseen(text))
        .or_else(|| early_end(text))
        .or_else(|| {
            let node = document.node.as_ref()?;
            node::find(text, node, Context::Block)
                .or_else(|| tab::find(text.get(..document.end).unwrap_or(text), node))
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

/// What nobody sees: most texts are ASCII, and have none.
fn unseen(text: &str) -> Option<Fault> {
    if text.is_ascii() {
        return None;
    }
    separator(text).or_else(|| inner_mark(text))
}

/// The line separators of Unicode, which YAML 1.1 breaks lines at: what is on the same line for a
/// person is not for the consumer. What it makes of them depends on where they stand (it folds
/// them, loses an entry, or the section), so none of it is believed.
fn separator(text: &str) -> Option<Fault> {
    let separators = ['\u{85}', '\u{2028}', '\u{2029}'];
    let start = text.find(separators)?;
    Some(Fault {
        position: position(text, start),
        reason: "a line separator of Unicode, which the consumer breaks the line at",
        hint: Some("remove the character, or write it as an escape in double quotes"),
    })
}

/// A byte order mark that is not the text's first character: nobody sees it, and the consumer counts
/// it into the indentation.
fn inner_mark(text: &str) -> Option<Fault> {
    let mut marks = text.match_indices('\u{feff}').map(|(start, _)| start);
    let start = marks.find(|start| *start > 0)?;
    Some(Fault {
        position: position(text, start),
        reason: "a byte order mark inside of the text",
        hint: Some("remove the character, which cannot be seen"),
    })
}

/// `...` before any content: the first document, the one that counts, is empty.
fn early_end(text: &str) -> Option<Fault> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start_matches('\u{feff}');
        if let Some(after) = rest.strip_prefix("...")
            && after.chars().next().is_none_or(char::is_whitespace)
        {
            return Some(Fault {
                position: position(text, start),
                reason: "the document ends before it begins",
                hint: Some("remove the line"),
            });
        }
        let rest = rest.trim_start();
        if !(rest.is_empty() || rest.starts_with('#')) {
            return None;
        }
        start += line.len();
    }
    None
}

/// The place of a character.
fn position(text: &str, start: usize) -> Position {
    let before = text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let character = text.get(start..).and_then(|rest| rest.chars().next());
    Position {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        span: Span {
            start,
            end: start + character.map_or(0, char::len_utf8),
        },
    }
}
