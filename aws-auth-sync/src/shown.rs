//! Foreign text on a terminal.

use iam_core::excerpt::Excerpt;

/// Text from a file, fit for a terminal.
pub(crate) fn shown(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    if text.chars().all(|character| matches!(character, '!'..='~')) {
        return text.to_owned();
    }
    format!("\"{}\"", Excerpt(text))
}
