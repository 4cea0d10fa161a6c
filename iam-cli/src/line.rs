//! One line of text for a terminal: what it would obey is escaped, so that a value from outside can
//! neither break the line nor drive the terminal.

use std::fmt::{self, Display, Write};

use iam_core::excerpt::Shown;

/// Writes to `inner` as [`Shown`] shows it.
pub(crate) struct OneLine<W>(pub(crate) W);

impl<W: Write> Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write!(self.0, "{}", Shown(text))
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
    fn nothing_that_is_shown_is_obeyed() {
        let table = [
            ("plain", "plain"),
            ("two\nlines", "two\\nlines"),
            ("\u{1b}[31mred\u{202e}", "\\u{1b}[31mred\\u{202e}"),
            ("tab\tand é ☃", "tab\\tand é ☃"),
            ("", ""),
        ];
        for (text, line) in table {
            assert_eq!(one_line(text), line);
        }
    }
}
