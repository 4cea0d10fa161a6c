//! Foreign text made fit for a message.

use std::fmt;

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
}
