//! Scalars written as those were that they replace.

use std::borrow::Cow;

use crate::yaml::{Fresh, Node, Style, scalar11::quoted};

/// `fresh` in the quotes of `node`; `None` where the usual form is right.
pub(super) fn in_style_of(node: &Node, fresh: &Fresh, is_json: bool) -> Option<String> {
    let (Fresh::Text(text), Some(scalar), false) = (fresh, node.as_scalar(), is_json) else {
        return None;
    };
    match (scalar.style, quoted(text)) {
        (Style::SingleQuoted, _) if fits_single_quotes(text) => {
            Some(format!("'{}'", text.replace('\'', "''")))
        }
        (Style::DoubleQuoted, Cow::Borrowed(plain)) => Some(format!("\"{plain}\"")),
        (
            Style::Plain
            | Style::SingleQuoted
            | Style::DoubleQuoted
            | Style::Literal
            | Style::Folded,
            _,
        ) => None,
    }
}

/// What is printable and on one line.
fn fits_single_quotes(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' '..='~'))
}
