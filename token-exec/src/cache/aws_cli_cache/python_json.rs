//! JSON as Python's `json.dumps` writes it, byte for byte, because digests are made of it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// What stands between the parts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Separators {
    /// `, ` and `: `, Python's own.
    Spaced,
    /// `,` and `:`
    Dense,
}

/// `value`, whose fields are in the order of their names, as `json.dumps(…, sort_keys=True)`.
pub(super) fn python_json(value: &impl Serialize, separators: Separators) -> Vec<u8> {
    let mut text = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut text, separators))
        .expect("a struct of texts and numbers can be written");
    text
}

impl Formatter for Separators {
    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        match (first, self) {
            (true, _) => Ok(()),
            (false, Self::Spaced) => writer.write_all(b", "),
            (false, Self::Dense) => writer.write_all(b","),
        }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        match self {
            Self::Spaced => writer.write_all(b": "),
            Self::Dense => writer.write_all(b":"),
        }
    }

    /// `ensure_ascii`: what is not printable ASCII is written as the code units of UTF-16.
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for character in fragment.chars() {
            if matches!(character, ' '..='~') {
                write!(writer, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}
