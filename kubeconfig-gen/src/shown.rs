//! Names out of files, as they are shown to people: nobody obeys them.

use std::fmt::{self, Display, Formatter, Write as _};

/// A name that drives no terminal: what would, or turns the direction of writing, is escaped.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

/// A name as one word of a command that a person may copy into a shell.
pub(crate) struct Word<'a>(pub(crate) &'a str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            character if character.is_control() => write!(f, "{}", character.escape_default()),
            // Marks of direction, <https://www.unicode.org/reports/tr9/>, and breaks of lines.
            '\u{61c}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => write!(f, "{}", character.escape_unicode()),
            character => f.write_char(character),
        })
    }
}

impl Display for Word<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
        if !self.0.is_empty() && self.0.chars().all(is_plain) {
            return f.write_str(self.0);
        }
        write!(f, "'{}'", Shown(&self.0.replace('\'', r"'\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_or_a_shell_obeys_is_taken_from_it() {
        for (name, shown, word) in [
            (
                "arn:aws:eks:r:1:cluster/a",
                "arn:aws:eks:r:1:cluster/a",
                "arn:aws:eks:r:1:cluster/a",
            ),
            ("é a", "é a", "'é a'"),
            ("a\u{1b}[2J\n", "a\\u{1b}[2J\\n", "'a\\u{1b}[2J\\n'"),
            ("a\u{202e}b", "a\\u{202e}b", "'a\\u{202e}b'"),
            ("x;rm -rf ~", "x;rm -rf ~", "'x;rm -rf ~'"),
            ("it's", "it's", r"'it'\''s'"),
            ("", "", "''"),
        ] {
            assert_eq!(Shown(name).to_string(), shown);
            assert_eq!(Word(name).to_string(), word);
        }
    }
}
