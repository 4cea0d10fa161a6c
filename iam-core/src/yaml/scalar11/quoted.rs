//! Text as a YAML scalar that every reader takes for that text.

use std::{borrow::Cow, fmt::Write as _};

/// Writes `text` so that YAML 1.1 and 1.2 readers alike read it back as this string, in block and
/// in flow context, as a key and as a value.
///
/// Plain only where there is no doubt: it begins with a letter, `_` or `/`, holds nothing but
/// letters, digits and `_ - . / @ + = :`, and is no word such as `yes`, `null` or `inf`. All else
/// is double-quoted; what is neither ASCII nor a letter or digit is escaped.
pub fn quoted(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(double_quoted(text))
    }
}

fn is_plain(text: &str) -> bool {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "_-./@+=:".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/'))
        && text.chars().all(is_safe)
        && !text.ends_with(':')
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// What some reader takes for a boolean, null or number.
const WORDS: [&str; 14] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nil", "nan", "inf",
    "infinity",
];

fn double_quoted(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 2);
    result.push('"');
    for character in text.chars() {
        match character {
            '"' => result.push_str("\\\""),
            '\\' => result.push_str("\\\\"),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            ' '..='~' => result.push(character),
            _ if !character.is_ascii() && character.is_alphanumeric() => result.push(character),
            _ => escape(character, &mut result),
        }
    }
    result.push('"');
    result
}

fn escape(character: char, result: &mut String) {
    let code = u32::from(character);
    let written = match code {
        0..=0xff => write!(result, "\\x{code:02x}"),
        0x100..=0xffff => write!(result, "\\u{code:04x}"),
        _ => write!(result, "\\U{code:08x}"),
    };
    written.expect("writing to a string cannot fail");
}
