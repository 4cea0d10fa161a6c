//! Names out of files, as they are shown to people: nobody obeys them.

use std::fmt::{self, Display, Formatter};

use iam_core::excerpt::Shown;

/// A name as one word of a command that a person may copy into a shell.
pub(crate) struct Word<'a>(pub(crate) &'a str);

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
        for (name, word) in [
            ("arn:aws:eks:r:1:cluster/a", "arn:aws:eks:r:1:cluster/a"),
            ("é a", "'é a'"),
            ("a\u{1b}[2J\n", "'a\\u{1b}[2J\\n'"),
            ("a\u{202e}b", "'a\\u{202e}b'"),
            ("x;rm -rf ~", "'x;rm -rf ~'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(Word(name).to_string(), word);
        }
    }
}
