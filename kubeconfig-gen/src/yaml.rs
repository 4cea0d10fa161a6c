//! Block YAML, written so that every reader sees the same strings.

use std::fmt::Write as _;

use iam_core::yaml::scalar11::quoted;

/// A value to write.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Value {
    /// A string, quoted where a reader of YAML 1.1 or 1.2 would take it for something else.
    Text(String),
    /// `true` or `false`.
    Flag(bool),
    /// Keys, which are plain words, and values, in order. Not empty.
    Map(Vec<(&'static str, Value)>),
    /// Items in order. Not empty.
    List(Vec<Value>),
}

impl Value {
    /// A string.
    pub(crate) fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// The value as a YAML document.
    #[must_use]
    pub(crate) fn document(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0, Place::Line);
        text
    }

    /// Writes the value at `indent`; `place` is what stands on the line already.
    fn write(&self, to: &mut String, indent: usize, place: Place) {
        match self {
            Self::Text(text) => scalar(to, place, &quoted(text)),
            Self::Flag(flag) => scalar(to, place, if *flag { "true" } else { "false" }),
            Self::Map(entries) => {
                let mut place = place.begin_map(to);
                for (key, value) in entries {
                    place.begin_line(to, indent);
                    // Writing to a String cannot fail.
                    let _ = write!(to, "{key}:");
                    value.write(to, indent + value.indent_under_key(), Place::Key);
                    place = Place::Line;
                }
            }
            Self::List(items) => {
                place.begin_block(to);
                for item in items {
                    Place::Line.begin_line(to, indent);
                    to.push('-');
                    item.write(to, indent + 2, Place::Dash);
                }
            }
        }
    }

    /// Lists stand under their key unindented, as kubectl writes them.
    const fn indent_under_key(&self) -> usize {
        match self {
            Self::Text(_) | Self::Flag(_) | Self::List(_) => 0,
            Self::Map(_) => 2,
        }
    }
}

/// What stands before a value on its line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// Nothing.
    Line,
    /// `key:`.
    Key,
    /// `-`.
    Dash,
}

impl Place {
    /// Makes room for a map; after a dash its first entry follows on the same line.
    fn begin_map(self, to: &mut String) -> Self {
        match self {
            Self::Line => self,
            Self::Dash => {
                to.push(' ');
                self
            }
            Self::Key => {
                to.push('\n');
                Self::Line
            }
        }
    }

    fn begin_block(self, to: &mut String) {
        match self {
            Self::Line => {}
            Self::Dash | Self::Key => to.push('\n'),
        }
    }

    fn begin_line(self, to: &mut String, indent: usize) {
        match self {
            Self::Line | Self::Key => to.extend(std::iter::repeat_n(' ', indent)),
            Self::Dash => {}
        }
    }
}

fn scalar(to: &mut String, place: Place, text: &str) {
    match place {
        Place::Line => {}
        Place::Dash | Place::Key => to.push(' '),
    }
    to.push_str(text);
    to.push('\n');
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn writes_blocks_with_lists_unindented() {
        let inner = Value::Map(vec![("x", Value::text("1")), ("y", Value::Flag(true))]);
        let value = Value::Map(vec![
            ("a", Value::text("b c")),
            ("m", inner.clone()),
            (
                "l",
                Value::List(vec![
                    inner.clone(),
                    Value::text("on"),
                    Value::List(vec![inner]),
                ]),
            ),
        ]);
        assert_eq!(
            value.document(),
            "a: \"b c\"\nm:\n  x: \"1\"\n  y: true\nl:\n- x: \"1\"\n  y: true\n- \"on\"\n-\n  - x: \"1\"\n    y: true\n",
        );
    }

    proptest! {
        #[test]
        fn every_string_is_read_back(texts in prop::collection::vec("\\PC*|[ -~]{0,12}|[yYnNoOfF01xe.:#~-]{1,6}", 1..4)) {
            let list = Value::List(texts.iter().map(Value::text).collect());
            let text = Value::Map(vec![("k", list)]).document();
            let read: BTreeMap<String, Vec<String>> = serde_saphyr::from_str(&text).unwrap();
            prop_assert_eq!(read, BTreeMap::from([("k".to_owned(), texts)]));
        }
    }
}
