//! Changes of a value that are certain.

use iam_core::yaml::{Position, scalar11::quoted, splice::Splice};

use super::Fix;
use crate::subject::LONG;

/// What mends a remark of the consumer's reading, where the place shows it.
pub(crate) fn of_diagnostic(text: &str, code: &str, at: Position) -> Option<Fix> {
    match code {
        "S06" => quote(text, at),
        "T03" => quote_rest_of_line(text, at),
        _ => None,
    }
}

/// Quotes a value that begins with `{{` and ends with its line.
fn quote_rest_of_line(text: &str, at: Position) -> Option<Fix> {
    if at.column > LONG {
        return None;
    }
    let line_start = text
        .get(..at.span.start)?
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let line = text.get(line_start..)?.split(['\n', '\r']).next()?;
    let start = line_start
        + line.find("{{").filter(|start| {
            let before = line.get(..*start).unwrap_or_default();
            before.ends_with(": ") || before.ends_with("- ")
        })?;
    let end = line_start + line.trim_end().len();
    let value = text.get(start..end)?;
    let is_whole = !value.contains(['"', '#', '\\', ',']);
    is_whole.then(|| Fix {
        title: "quote it".to_owned(),
        splices: vec![Splice {
            range: start..end,
            text: format!("\"{value}\""),
        }],
    })
}

/// Writes `new` in place of the value `old`, in the quotes that it has; `None` where the value does
/// not stand there as it is, as in a folded block.
pub(crate) fn value(text: &str, at: Position, old: &str, new: &str) -> Option<Fix> {
    let raw = text.get(at.span.range())?;
    let written = if raw == old {
        quoted(new).to_string()
    } else if raw == format!("\"{old}\"") && !new.contains(['"', '\\']) {
        format!("\"{new}\"")
    } else if raw == format!("'{old}'") && !new.contains('\'') {
        format!("'{new}'")
    } else {
        return None;
    };
    Some(Fix {
        title: format!("write {new}"),
        splices: vec![Splice {
            range: at.span.range(),
            text: written,
        }],
    })
}

/// Puts a plain value into double quotes as it is written.
pub(crate) fn quote(text: &str, at: Position) -> Option<Fix> {
    let raw = text.get(at.span.range())?;
    let is_plain = !raw.is_empty()
        && !raw.contains(['"', '\'', '\\', '\n', '{', '[', '|', '>', '!', '&', '*']);
    is_plain.then(|| Fix {
        title: "quote it".to_owned(),
        splices: vec![Splice {
            range: at.span.range(),
            text: format!("\"{raw}\""),
        }],
    })
}

/// Removes the line that an item of a block list stands on alone.
pub(crate) fn remove_line(text: &str, at: Position) -> Option<Fix> {
    if at.column > LONG {
        return None;
    }
    let start = text
        .get(..at.span.start)?
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let end = at.span.end + text.get(at.span.end..)?.find('\n')? + 1;
    let before = text.get(start..at.span.start)?.trim();
    let behind = text.get(at.span.end..end)?.trim();
    (before == "-" && behind.is_empty()).then(|| Fix {
        title: "remove the line".to_owned(),
        splices: vec![Splice {
            range: start..end,
            text: String::new(),
        }],
    })
}
