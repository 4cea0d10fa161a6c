//! Reports for scripts: one JSON document, on one line.

use std::fmt::Write as _;

use serde::Serialize;

/// What every document carries.
pub const API_VERSION: &str = "token-exec/v1";

/// The document and a line break.
///
/// `\u` escapes stand for what a terminal could obey: values may be a stranger's.
#[must_use]
pub fn json_line(document: &impl Serialize) -> String {
    let json = serde_json::to_string(document).unwrap_or_default();
    let mut line = String::with_capacity(json.len() + 1);
    for character in json.chars() {
        if matches!(character, ' '..='~') {
            line.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(line, "\\u{unit:04x}");
            }
        }
    }
    line.push('\n');
    line
}
