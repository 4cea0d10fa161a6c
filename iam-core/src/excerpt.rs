//! Foreign text made fit for a message.

use std::fmt::{self, Write as _};

/// Text from outside as it may stand in an error or a log line: control and non-ASCII characters
/// escaped, cut after 64 characters.
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a>(pub &'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(MAX_CHARACTERS) {
            write!(f, "{}", character.escape_default())?;
        }
        if characters.next().is_some() {
            f.write_str("…")
        } else {
            Ok(())
        }
    }
}

/// Text from outside, whole: what a terminal would obey, or what would break a line or turn the
/// direction of writing, is escaped.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(pub &'a str);

/// What another program says, as it may be passed on to a terminal: lines, tabs and progress that
/// goes back to the beginning of its line stay, and all else as in [`Shown`].
#[derive(Clone, Copy, Debug)]
pub struct PassedOn<'a>(pub &'a str);

/// The `tracing` target of what a `credential_process` says: parts of lines, told as they come.
pub const CREDENTIAL_PROCESS: &str = "credential_process";

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(f, self.0, &[])
    }
}

impl fmt::Display for PassedOn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(f, self.0, &['\n', '\r', '\t'])
    }
}

fn escape(f: &mut fmt::Formatter<'_>, text: &str, but: &[char]) -> fmt::Result {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return f.write_str(text);
    }
    text.chars().try_for_each(|character| {
        if is_obeyed(character) && !but.contains(&character) {
            write!(f, "{}", character.escape_default())
        } else {
            f.write_char(character)
        }
    })
}

/// Whether a terminal does something else with the character than to show it: control characters,
/// breaks of lines, marks of direction and others that nobody sees.
///
/// <https://www.unicode.org/reports/tr9/>, <https://www.unicode.org/reports/tr36/>
#[must_use]
pub fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The same JSON, in which what a terminal would obey stands as an escape: its own line breaks and
/// what is in no string stay.
///
/// A writer of JSON escapes the first 32 characters itself.
#[must_use]
pub fn json_shown(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if character >= ' ' && is_obeyed(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Where the first byte stands that is a space, a control character or not ASCII: outside 0x21–0x7E.
pub(crate) fn first_unprintable(text: &[u8]) -> Option<usize> {
    // Without a branch per byte the usual case, nothing found, runs many bytes at once.
    if text
        .iter()
        .fold(true, |all, byte| all & byte.is_ascii_graphic())
    {
        return None;
    }
    text.iter().position(|byte| !byte.is_ascii_graphic())
}

const MAX_CHARACTERS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_would_obey_and_cuts_what_is_long() {
        for (text, shown) in [
            ("plain", "plain"),
            ("", ""),
            ("a\nb\u{1b}[2J", "a\\nb\\u{1b}[2J"),
            ("kel\u{212a}in", "kel\\u{212a}in"),
        ] {
            assert_eq!(Excerpt(text).to_string(), shown);
        }
        assert_eq!(Excerpt(&"x".repeat(64)).to_string(), "x".repeat(64));
        assert_eq!(Excerpt(&"x".repeat(65)).to_string(), "x".repeat(64) + "…");
    }

    #[test]
    fn shows_the_whole_text_and_lets_none_of_it_be_obeyed() {
        for (text, shown) in [
            ("two words, é ☃ 😀", "two words, é ☃ 😀"),
            ("", ""),
            ("a\u{1b}[2J\r\n\t\0", "a\\u{1b}[2J\\r\\n\\t\\u{0}"),
            ("c1 \u{9b}31m", "c1 \\u{9b}31m"),
            ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
            ("adm\u{ad}in\u{200b}", "adm\\u{ad}in\\u{200b}"),
        ] {
            assert_eq!(Shown(text).to_string(), shown);
        }
        let long = "x".repeat(1000);
        assert_eq!(Shown(&long).to_string(), long);
    }
}
