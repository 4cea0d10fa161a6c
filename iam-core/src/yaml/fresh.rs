//! Values that are new to a text, and how they are written in it.

use std::borrow::Cow;

use super::scalar11::quoted;
use crate::excerpt::json_shown;

/// A value to write.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fresh {
    /// A string, quoted where a reader of YAML 1.1 or 1.2 would take it for something else.
    Text(String),
    /// A string of several lines: a literal block (`|`) where that can hold it, else [`Text`](Self::Text).
    Lines(String),
    /// `true` or `false`.
    Flag(bool),
    /// Keys and values, in order.
    Map(Vec<(Cow<'static, str>, Fresh)>),
    /// Items, in order.
    List(Vec<Fresh>),
}

/// How block collections are laid out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Layout {
    /// The line break.
    pub(super) line_break: &'static str,
    /// Columns from one level to the next.
    pub(super) step: usize,
    /// Columns from a key to the dashes of its list: 0 as kubectl writes them, or `step`.
    pub(super) list_step: usize,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            line_break: "\n",
            step: 2,
            list_step: 0,
        }
    }
}

/// How flow collections (`{…}`, `[…]`) are written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Flow<'a> {
    /// As JSON: every string in double quotes.
    pub(super) is_json: bool,
    /// One entry a line: what begins the line of the collection itself.
    pub(super) margin: Option<&'a str>,
    pub(super) layout: Layout,
}

impl Fresh {
    /// A string.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// A mapping.
    pub fn map<K: Into<Cow<'static, str>>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(entries.into_iter().map(|(k, v)| (k.into(), v)).collect())
    }

    /// The value as a YAML document in block style.
    #[must_use]
    pub fn document(&self) -> String {
        let mut text = self.block(0, Layout::default());
        text.push('\n');
        text
    }

    /// Whether block style gives it lines of its own below a key.
    pub(super) const fn is_tall(&self) -> bool {
        match self {
            Self::Text(_) | Self::Lines(_) | Self::Flag(_) => false,
            Self::Map(entries) => !entries.is_empty(),
            Self::List(items) => !items.is_empty(),
        }
    }

    /// The value in block style from column `indent` on; its last line is not ended.
    pub(super) fn block(&self, indent: usize, layout: Layout) -> String {
        let mut text = String::new();
        self.write_block(&mut text, indent, layout);
        text
    }

    /// `key: value`, the key at column `indent`.
    pub(super) fn block_entry(&self, key: &str, indent: usize, layout: Layout) -> String {
        let mut text = String::new();
        self.write_entry(&mut text, key, indent, layout);
        text
    }

    /// `- value`, the dash at column `indent`.
    pub(super) fn block_item(&self, indent: usize, layout: Layout) -> String {
        let mut text = String::new();
        self.write_item(&mut text, indent, layout);
        text
    }

    fn write_block(&self, text: &mut String, indent: usize, layout: Layout) {
        match self {
            Self::Map(entries) if !entries.is_empty() => {
                for (number, (key, value)) in entries.iter().enumerate() {
                    if number > 0 {
                        break_line(text, indent, layout);
                    }
                    value.write_entry(text, key, indent, layout);
                }
            }
            Self::List(items) if !items.is_empty() => {
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        break_line(text, indent, layout);
                    }
                    item.write_item(text, indent, layout);
                }
            }
            Self::Lines(lines) => match literal(lines, indent, layout) {
                Some(literal) => text.push_str(&literal),
                None => text.push_str(&quoted(lines)),
            },
            Self::Text(value) => text.push_str(&quoted(value)),
            Self::Flag(_) | Self::Map(_) | Self::List(_) => {
                text.push_str(&self.flow(&Flow::plain(layout)));
            }
        }
    }

    fn write_entry(&self, text: &mut String, key: &str, indent: usize, layout: Layout) {
        let inner = indent + self.step_under_key(layout);
        text.push_str(&quoted(key));
        text.push(':');
        if self.is_tall() {
            break_line(text, inner, layout);
        } else {
            text.push(' ');
        }
        self.write_block(text, inner, layout);
    }

    fn write_item(&self, text: &mut String, indent: usize, layout: Layout) {
        text.push_str("- ");
        self.write_block(text, indent + 2, layout);
    }

    /// Columns from a key to the value below it.
    pub(super) const fn step_under_key(&self, layout: Layout) -> usize {
        match self {
            Self::List(_) => layout.list_step,
            Self::Text(_) | Self::Lines(_) | Self::Flag(_) | Self::Map(_) => layout.step,
        }
    }

    /// The value in flow style.
    pub(super) fn flow(&self, flow: &Flow<'_>) -> String {
        match self {
            Self::Text(text) | Self::Lines(text) => flow.string(text),
            Self::Flag(flag) => flag.to_string(),
            Self::Map(entries) => {
                let inner = flow.margin.map(|margin| flow.deeper(margin));
                let flow_inner = flow.at(inner.as_deref());
                let entry = |(key, value): &(Cow<'static, str>, Self)| {
                    format!("{}: {}", flow.string(key), value.flow(&flow_inner))
                };
                flow.bracketed(['{', '}'], entries.iter().map(entry).collect())
            }
            Self::List(items) => {
                let inner = flow.margin.map(|margin| flow.deeper(margin));
                let flow_inner = flow.at(inner.as_deref());
                let items = items.iter().map(|item| item.flow(&flow_inner)).collect();
                flow.bracketed(['[', ']'], items)
            }
        }
    }
}

impl<'a> Flow<'a> {
    const fn plain(layout: Layout) -> Self {
        Self {
            is_json: false,
            margin: None,
            layout,
        }
    }

    fn at<'b>(&self, margin: Option<&'b str>) -> Flow<'b> {
        Flow {
            is_json: self.is_json,
            margin,
            layout: self.layout,
        }
    }

    fn deeper(&self, margin: &str) -> String {
        format!("{margin}{}", " ".repeat(self.layout.step))
    }

    pub(super) fn string(&self, text: &str) -> String {
        if self.is_json {
            // Readers of YAML break lines where those of JSON do not.
            json_shown(&serde_json::Value::from(text).to_string())
        } else {
            quoted(text).into_owned()
        }
    }

    fn bracketed(&self, [open, close]: [char; 2], parts: Vec<String>) -> String {
        match self.margin {
            Some(margin) if !parts.is_empty() => {
                let line_break = self.layout.line_break;
                let inner = self.deeper(margin);
                let parts = parts.join(&format!(",{line_break}{inner}"));
                format!("{open}{line_break}{inner}{parts}{line_break}{margin}{close}")
            }
            Some(_) | None => format!("{open}{}{close}", parts.join(", ")),
        }
    }
}

/// Begins a line at column `indent`.
fn break_line(text: &mut String, indent: usize, layout: Layout) {
    text.push_str(layout.line_break);
    text.extend(std::iter::repeat_n(' ', indent));
}

/// `text` as a literal block whose lines begin at column `indent`; `None` where a reader could
/// see another text.
fn literal(text: &str, indent: usize, layout: Layout) -> Option<String> {
    let (header, lines) = match text.strip_suffix('\n') {
        Some(lines) => ("|", lines),
        None => ("|-", text),
    };
    // Lines at column 0 would be taken for marks or comments.
    let fits = indent > 0 && !lines.ends_with('\n') && is_block_text(lines);
    let margin = format!("{}{}", layout.line_break, " ".repeat(indent));
    let line = |line: &str| match line {
        "" => layout.line_break.to_owned(),
        line => format!("{margin}{line}"),
    };
    fits.then(|| {
        lines
            .split('\n')
            .fold(header.to_owned(), |text, next| text + &line(next))
    })
}

/// Whether a literal block without an indentation indicator can hold these lines.
pub(super) fn is_block_text(lines: &str) -> bool {
    let is_plain = |c: char| {
        c == '\n' || !(c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}'))
    };
    // The first line tells the indentation to a reader.
    !lines.starts_with([' ', '\n']) && !lines.is_empty() && lines.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Fresh {
        let inner = Fresh::map([("x", Fresh::text("1")), ("z", Fresh::Flag(true))]);
        let list = Fresh::List(vec![
            inner.clone(),
            Fresh::text("on"),
            Fresh::List(vec![inner.clone()]),
            Fresh::List(vec![]),
        ]);
        Fresh::map([("a", Fresh::text("b c")), ("m", inner), ("l", list)])
    }

    #[test]
    fn writes_blocks_with_lists_unindented() {
        assert_eq!(
            sample().document(),
            "a: \"b c\"\nm:\n  x: \"1\"\n  z: true\nl:\n- x: \"1\"\n  z: true\n- \"on\"\n- - x: \"1\"\n    z: true\n- []\n",
        );
    }

    #[test]
    fn writes_blocks_as_their_layout_says() {
        let layout = Layout {
            line_break: "\r\n",
            step: 4,
            list_step: 2,
        };
        let value = Fresh::map([
            ("m", Fresh::map([("x", Fresh::text("w"))])),
            ("l", Fresh::List(vec![Fresh::text("z")])),
        ]);
        assert_eq!(value.block(1, layout), "m:\r\n     x: w\r\n l:\r\n   - z");
    }

    #[test]
    fn writes_flow_on_one_line_or_one_entry_a_line() {
        let layout = Layout::default();
        let flow = |is_json, margin| Flow {
            is_json,
            margin,
            layout,
        };
        let value = Fresh::map([("k", Fresh::List(vec![Fresh::text("v"), Fresh::Flag(false)]))]);
        assert_eq!(value.flow(&flow(false, None)), "{k: [v, false]}");
        assert_eq!(
            value.flow(&flow(true, Some("  "))),
            "{\n    \"k\": [\n      \"v\",\n      false\n    ]\n  }"
        );
    }

    #[test]
    fn text_in_json_holds_nothing_that_only_yaml_takes_for_a_line_break() {
        let json = Flow {
            is_json: true,
            ..Flow::plain(Layout::default())
        };
        let text = json.string("a\u{85}b\u{2028}c\u{7f}\u{feff}é");
        assert_eq!(text, "\"a\\u0085b\\u2028c\\u007f\\ufeffé\"");
    }

    #[test]
    fn lines_become_a_block_only_where_a_block_can_hold_them() {
        let table = [
            ("- a\n- b\n", "k: |\n  - a\n  - b"),
            ("- a\n\n- b", "k: |-\n  - a\n\n  - b"),
            ("a\n\n", "k: \"a\\n\\n\""),
            (" a\n", "k: \" a\\n\""),
            ("", "k: \"\""),
            ("a\rb\n", "k: \"a\\rb\\n\""),
        ];
        for (text, written) in table {
            let value = Fresh::map([("k", Fresh::Lines(text.to_owned()))]);
            assert_eq!(value.block(0, Layout::default()), written, "{text:?}");
        }
    }
}
