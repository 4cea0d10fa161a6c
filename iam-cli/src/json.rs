//! Documents for scripts, which people see as well: values may be a stranger's, and none of them
//! drives a terminal.

use iam_core::excerpt::json_shown;
use serde::Serialize;

/// The document on one line, with a line break.
#[must_use]
pub fn line(document: &impl Serialize) -> String {
    json_shown(&serde_json::to_string(document).unwrap_or_default()) + "\n"
}

/// The document with a line a value, and a line break.
#[must_use]
pub fn pretty(document: &impl Serialize) -> String {
    json_shown(&serde_json::to_string_pretty(document).unwrap_or_default()) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_the_same_when_it_is_read_and_drives_no_terminal() {
        let value = "é ☃ \u{1b}[2J\n\u{7f}\u{9b}31m \u{202e} \u{e0001} 😀";
        let document = serde_json::json!({ "a": value });
        let expected = "é ☃ \\u001b[2J\\n\\u007f\\u009b31m \\u202e \\udb40\\udc01 😀";
        assert_eq!(line(&document), format!("{{\"a\":\"{expected}\"}}\n"));
        assert_eq!(
            pretty(&document),
            format!("{{\n  \"a\": \"{expected}\"\n}}\n")
        );
        assert_eq!(serde_json::from_str(&line(&document)).ok(), Some(document));
    }
}
