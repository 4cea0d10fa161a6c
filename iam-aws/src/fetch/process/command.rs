//! How the command line of a `credential_process` is read and started.
//!
//! The AWS CLI splits it into words and starts the first one, without a shell; the other SDKs hand
//! it to `sh -c`. For the lines that AWS documents, words and quotes, the two agree. Where they
//! part, the CLI's reading is taken as long as it can be meant: `https://host/?a=1&b=2` is one word
//! to the CLI and a background job to a shell. A line that only a shell can make sense of (a pipe,
//! a redirection, `$HOME`, `~/bin`, `NAME=value command`) goes to a shell.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

/// How a command line is started.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Line {
    /// The first word is the program, the others are its arguments.
    Words {
        /// The program.
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// By a shell.
    Shell,
}

/// A command line in which a quotation does not end, or which is empty.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Unreadable;

impl Line {
    /// Reads a line as a POSIX shell would split it.
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        let words = Words::new(text).collect::<Result<Vec<Word>, Unreadable>>()?;
        let first = words.first().ok_or(Unreadable)?;
        if first.is_of_a_shell() || words.iter().any(Word::needs_a_shell) {
            return Ok(Self::Shell);
        }
        let mut texts = words.into_iter().map(|word| word.text);
        Ok(Self::Words {
            program: texts.next().ok_or(Unreadable)?,
            arguments: texts.collect(),
        })
    }
}

/// A word, unquoted, and what a shell would see in it.
#[derive(Default)]
struct Word {
    text: String,
    /// The same with every quoted character, but for an expansion, as a space.
    bare: String,
}

impl Word {
    /// Whether the word is an operator, or holds something that a shell replaces.
    fn needs_a_shell(&self) -> bool {
        let bare = self.bare.as_str();
        OPERATORS.contains(&bare)
            || bare.ends_with(';')
            || bare == "~"
            || bare.starts_with("~/")
            || bare
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .starts_with(['<', '>'])
            || bare.contains(['|', '`'])
            || expands(bare)
    }

    /// Whether this, as the first word, is nothing that can be started.
    fn is_of_a_shell(&self) -> bool {
        let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let assigned = self.bare.split_once('=');
        self.bare.contains(['|', '&', ';', '<', '>', '(', ')'])
            || assigned.is_some_and(|(name, _)| name.chars().all(is_of_a_name))
    }

    fn push(&mut self, character: char, seen: char) {
        self.text.push(character);
        self.bare.push(seen);
    }
}

/// Whether there is a `$` before what makes it an expansion.
fn expands(bare: &str) -> bool {
    bare.split('$').skip(1).any(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '{' | '('))
    })
}

/// The words of a line, one after the other.
struct Words<'a> {
    characters: std::str::Chars<'a>,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            characters: text.chars(),
        }
    }

    fn word(&mut self, first: char) -> Result<Word, Unreadable> {
        let mut word = Word::default();
        let mut next = Some(first);
        while let Some(character) = next {
            match character {
                c if c.is_ascii_whitespace() => break,
                '\'' => self.single(&mut word)?,
                '"' => self.double(&mut word)?,
                '\\' => word.push(self.characters.next().ok_or(Unreadable)?, QUOTED),
                c => word.push(c, c),
            }
            next = self.characters.next();
        }
        Ok(word)
    }

    fn single(&mut self, word: &mut Word) -> Result<(), Unreadable> {
        loop {
            match self.characters.next().ok_or(Unreadable)? {
                '\'' => return Ok(()),
                c => word.push(c, QUOTED),
            }
        }
    }

    /// Between double quotes a backslash stands for itself but before a quote or another one.
    fn double(&mut self, word: &mut Word) -> Result<(), Unreadable> {
        loop {
            match self.characters.next().ok_or(Unreadable)? {
                '"' => return Ok(()),
                '\\' => match self.characters.next().ok_or(Unreadable)? {
                    c @ ('"' | '\\') => word.push(c, QUOTED),
                    c => {
                        word.push('\\', QUOTED);
                        word.push(c, QUOTED);
                    }
                },
                c if c == '$' || c == '`' || expandable(word) => word.push(c, c),
                c => word.push(c, QUOTED),
            }
        }
    }
}

/// Whether the character after this is part of an expansion's name.
fn expandable(word: &Word) -> bool {
    word.bare.ends_with('$')
}

impl Iterator for Words<'_> {
    type Item = Result<Word, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self
            .characters
            .find(|character| !character.is_ascii_whitespace())?;
        Some(self.word(first))
    }
}

/// What stands for a quoted character: no word holds one unquoted.
const QUOTED: char = ' ';

/// Words that mean something to a shell and to nobody else.
const OPERATORS: &[&str] = &["&", "&&", "&>", "(", ")", "{", "}", "!"];

#[cfg(test)]
mod tests {
    use super::*;

    fn words(texts: &[&str]) -> Result<Line, Unreadable> {
        let (program, arguments) = texts.split_first().unwrap();
        Ok(Line::Words {
            program: (*program).to_owned(),
            arguments: arguments.iter().map(|&text| text.to_owned()).collect(),
        })
    }

    #[test]
    fn splits_a_line_as_the_aws_cli_does() {
        for (line, expected) in [
            ("helper", words(&["helper"])),
            ("  /opt/h --a\tb \n", words(&["/opt/h", "--a", "b"])),
            (
                "\"/opt/my helper\" 'a  b' c\\ d",
                words(&["/opt/my helper", "a  b", "c d"]),
            ),
            ("h --a=\"b c\"'d'e", words(&["h", "--a=b cde"])),
            (
                r#"h "" '' "a\"b\\c\d" '\'"#,
                words(&["h", "", "", r#"a"b\c\d"#, "\\"]),
            ),
            // What a shell would act on, and the CLI passes as it is.
            (
                "h --url https://host/?a=1&b=2 #1 *.json a;b",
                words(&["h", "--url", "https://host/?a=1&b=2", "#1", "*.json", "a;b"]),
            ),
            (
                "h '$HOME' '|' \"&&\" \\| \\$A cost$ $5 a~/b",
                words(&["h", "$HOME", "|", "&&", "|", "$A", "cost$", "$5", "a~/b"]),
            ),
            ("/opt/a=b/h", words(&["/opt/a=b/h"])),
            ("", Err(Unreadable)),
            (" \t", Err(Unreadable)),
            ("h 'a", Err(Unreadable)),
            ("h \"a", Err(Unreadable)),
            ("h \"a\\", Err(Unreadable)),
            ("h \\", Err(Unreadable)),
        ] {
            assert_eq!(Line::parse(line), expected, "{line}");
        }
    }

    #[test]
    fn leaves_to_a_shell_what_only_a_shell_makes_sense_of() {
        for line in [
            "cat /a | jq .b",
            "cat /a|jq",
            "h 2>/dev/null",
            "h > /dev/null",
            "h < /a",
            "a && b",
            "cd /a; ./b",
            "(a)",
            "{ a; }",
            "~/bin/h",
            "h ~/a",
            "$HOME/bin/h",
            "h \"$HOME/a b\"",
            "h ${A}",
            "h $(b)",
            "h \"`b`\"",
            "AWS_PROFILE=a h",
        ] {
            assert_eq!(Line::parse(line), Ok(Line::Shell), "{line}");
        }
    }
}
