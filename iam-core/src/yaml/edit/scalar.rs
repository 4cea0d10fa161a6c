//! Scalars written as those were that they replace.

use std::borrow::Cow;

use crate::yaml::{Fresh, Node, Style, scalar11::quoted};

/// `fresh` in the quotes of `node`, where both are texts outside of JSON.
pub(super) fn in_style_of(node: &Node, fresh: &Fresh, is_json: bool) -> Option<String> {
    let (Fresh::Text(text), Some(scalar), false) = (fresh, node.as_scalar(), is_json) else {
        return None;
    };
    Some(quoted_as(text, scalar.style))
}

/// `text` in the quotes of a style, where these can hold it; else in double quotes.
pub(super) fn quoted_as(text: &str, style: Style) -> String {
    match (style, quoted(text)) {
        (Style::SingleQuoted, _) if fits_single_quotes(text) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        (Style::DoubleQuoted, Cow::Borrowed(plain)) => format!("\"{plain}\""),
        (
            Style::Plain
            | Style::SingleQuoted
            | Style::DoubleQuoted
            | Style::Literal
            | Style::Folded,
            quoted,
        ) => quoted.into_owned(),
    }
}

/// What is printable and on one line.
fn fits_single_quotes(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' '..='~'))
}
