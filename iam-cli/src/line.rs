//! One line of text for a terminal: control characters are escaped, so that a value from outside
//! can neither break the line nor drive the terminal.

use std::fmt::{self, Display, Write};

/// Writes to `inner` with control characters as Rust escapes (`\n`, `\u{1b}`).
pub(crate) struct OneLine<W>(pub(crate) W);

impl<W: Write> Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive(char::is_control) {
            let mut rest = part.chars();
            match rest.next_back() {
                Some(last) if last.is_control() => {
                    self.0.write_str(rest.as_str())?;
                    write!(self.0, "{}", last.escape_default())?;
                }
                _ => self.0.write_str(part)?,
            }
        }
        Ok(())
    }
}

/// `text` as one line.
pub(crate) fn one_line(text: impl Display) -> String {
    let mut line = OneLine(String::new());
    // Writing to a String cannot fail; a Display that does leaves what it wrote.
    let _ = write!(line, "{text}");
    line.0
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn escapes_control_characters_and_nothing_else() {
        let table = [
            ("plain", "plain"),
            ("two\nlines", "two\\nlines"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("tab\tand é ☃", "tab\\tand é ☃"),
            ("c1 \u{9b} too", "c1 \\u{9b} too"),
            ("", ""),
        ];
        for (text, line) in table {
            assert_eq!(one_line(text), line);
        }
    }
}
