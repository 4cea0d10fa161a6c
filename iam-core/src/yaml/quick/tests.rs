use proptest::prelude::*;

use super::*;
use crate::yaml::events::Documents;

/// What the parser makes of a text that is one document.
fn parsed(text: &str) -> Option<Node> {
    let limits = Limits::default();
    let mut documents = Documents::new(text, &limits).ok()?;
    let node = documents.next_document().ok()?;
    documents.next_document().ok()?.is_none().then_some(node)?
}

fn quick(text: &str) -> Option<Node> {
    read(text, &Limits::default())
}

#[test]
fn reads_what_most_files_are_as_the_parser_does() {
    let table = [
        "a: b\n",
        "a: b",
        "a",
        "- a",
        "\n\n# note\n  a: b # c\n\n  c:   d  \n   \n",
        "a:\n- b\n- c\nd:\n  - e\n  -   f: g\n      h: i\n",
        "a:\n- b: c\n  d:\n  - e\n  - f\n- g\nh: i\n",
        "- - a\n  - b\n-\n  - c\n-\n  d: e\n- f:\n    g\n",
        "a: # note\n  b:\n    'c'\n  # note\n  d: \"e: f\" # g\n'h': ''\n\"i\": \"\"\n",
        "a: b:c\nd: e#f\ng: -h\ni: --j\nk: a - b ? c, [d] {e} & * ! | > ' \" % @ `\n<<: ~\n",
        "a: []\nb: {}\nc: [ d, \"e\", 'f g' , [h], {i: j}, {\"k\":l, 'm': n}]\no: {p: q:r, s: [t]} # u\n",
        "- [a]\n- {b: c}\n-   # d\n  e\n",
        "[{\"rolearn\":\"arn:aws:iam::111122223333:role/a\",\"groups\":[\"x\"]}]\n",
        "a:\n  [b]\nc:\n  {d: e}\n",
        ".: .5\n/x: _\n0x1: 012\n=: +\n$: (\n^: ;\n\\: <\n",
    ];
    for text in table {
        let found = quick(text);
        // What stands behind a dash alone is the parser's.
        assert_eq!(found.is_none(), text.contains("# d"), "{text:?}");
        if found.is_some() {
            assert_eq!(found, parsed(text), "{text:?}");
        }
    }
}

#[test]
fn leaves_all_else_to_the_parser() {
    let table = [
        "",
        "# note\n",
        "a:\n",
        "a:\nb: c\n",
        "-\n- a\n",
        "{a}",
        "[a, ]",
        "[a: b]",
        "[-a]",
        "[a b]",
        "{a : b}",
        "a: [b\n]",
        "a: [b] c\n",
        "a: [b]: c\n",
        "a: b\n  c\n",
        "a\nb\n",
        "a: \"b\n  c\"\n",
        "a: 'b''c'\n",
        "a: \"\\x62\"\n",
        "a: \"b\"#c\n",
        "a: |\n  b\n",
        "a: >\n  b\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !b c\n",
        "? a\n: b\n",
        "a : b\n",
        "a: b: c\n",
        "a: - b\n",
        "a: b\n- c\n",
        "  a: b\nc: d\n",
        "  a: b\n c: d\n",
        "a: b\n---\nc: d\n",
        "---\na: b\n",
        "a: b\n...\n",
        "%YAML 1.1\n---\na\n",
        "a: %b\n",
        "a: @b\n",
        "a:\tb\n",
        "a: b\r\n",
        "a: \u{e9}\n",
        "\u{feff}a: b\n",
        "a: b\u{7f}\n",
        "a: :b\n",
        "a: ?b\n",
    ];
    for text in table {
        assert!(quick(text).is_none(), "{text:?}");
    }
    let long = format!("{}: b\n", "a".repeat(1024));
    assert!(quick(&long).is_none());
}

#[test]
fn reads_as_much_as_the_limits_allow() {
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    let text = "a:\n- b: c\n";
    for (limits, is_read) in [
        (limits(|limits| limits.bytes = 10), true),
        (limits(|limits| limits.bytes = 9), false),
        (limits(|limits| limits.depth = 3), true),
        (limits(|limits| limits.depth = 2), false),
        (limits(|limits| limits.nodes = 6), true),
        (limits(|limits| limits.nodes = 5), false),
        (limits(|limits| limits.events = 13), true),
        (limits(|limits| limits.events = 12), false),
    ] {
        assert_eq!(read(text, &limits).is_some(), is_read, "{limits:?}");
        let documents = Documents::new(text, &limits);
        let mut node = documents.and_then(|mut documents| {
            documents.next_document()?;
            documents.next_document()
        });
        assert_eq!(node.as_mut().is_ok(), is_read, "{limits:?}");
    }
}

/// A line: mostly one that fits somewhere.
fn line() -> impl Strategy<Value = String> {
    let word = || "[a-c]|[a-c-]{1,3}|[a-z:#. '\"/-]{1,6}|\"[a-c :#]{0,4}\"|'[a-c :#]{0,4}'";
    let flow = prop_oneof![
        Just(String::from("[]")),
        (word(), word()).prop_map(|(one, two)| format!("[{one}, {two}]")),
        (word(), word()).prop_map(|(one, two)| format!("{{{one}: {two}}}")),
        "[\\[\\]{}:, a\"'-]{1,8}",
    ];
    let value = prop_oneof![3 => word().boxed(), 1 => flow.boxed(), 1 => "|[|>&*!?:-]a?".boxed()];
    let lead = "(- ){0,2}|-  |-";
    let key = prop_oneof![
        3 => word().prop_map(|word| format!("{word}: ")).boxed(),
        1 => word().prop_map(|word| format!("{word}:")).boxed(),
        1 => Just(String::new()).boxed(),
    ];
    let tail = "|| |  # x| #|#";
    let rest =
        (lead, key, value, tail).prop_map(|(lead, key, value, tail)| lead + &key + &value + &tail);
    let rest = prop_oneof![
        12 => rest.boxed(),
        2 => "[a-c]:|-|- [a-c]:".boxed(),
        1 => "#.|  |---|\\.\\.\\.|\\PC{0,4}".boxed(),
    ];
    (0usize..4, rest).prop_map(|(indent, rest)| " ".repeat(indent) + &rest)
}

fn text() -> impl Strategy<Value = String> {
    let lines = prop::collection::vec(line(), 1..7);
    (lines, any::<bool>()).prop_map(|(lines, is_ended)| {
        let text = lines.join("\n");
        if is_ended { text + "\n" } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn gives_the_tree_of_the_parser_or_none(text in text()) {
        if let Some(found) = quick(&text) {
            prop_assert_eq!(Some(found), parsed(&text), "{}", text);
        }
    }
}

/// A value and how it is written.
#[derive(Clone, Debug)]
enum Written {
    Scalar(String),
    List(Layout, Vec<Written>),
    Map(Layout, Vec<(String, Written)>),
}

/// How a block collection is laid out; the numbers choose among ways.
#[derive(Clone, Copy, Debug)]
struct Layout {
    step: usize,
    noise: u8,
}

fn written() -> impl Strategy<Value = Written> {
    let scalar = "[a-z0-9_./-][a-z0-9:/.#_-]{0,9}[a-z]|-[a-z ]{1,6}[a-z]|\"[ -!#-\\[\\]-~]{0,9}\"|'[ -&(-~]{0,9}'\
                  |\\[\\]|\\{\\}|\\[[a-c], \"[d-f]\" ?\\]|\\{ ?[a-c]: '[d-f]', \"g\":h\\}";
    let scalar = scalar.prop_map(Written::Scalar);
    let key = "[a-z][a-z0-9./-]{0,6}|\"[a-z :#]{1,6}\"|'[a-z :#]{1,6}'";
    let layout = || (1usize..5, any::<u8>()).prop_map(|(step, noise)| Layout { step, noise });
    scalar.prop_recursive(5, 40, 4, move |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4);
        let map = prop::collection::vec((key, inner), 1..4);
        let list = (layout(), list).prop_map(|(layout, items)| Written::List(layout, items));
        let map = (layout(), map).prop_map(|(layout, pairs)| Written::Map(layout, pairs));
        prop_oneof![list, map]
    })
}

impl Written {
    /// Writes it from where `to` ends, at column `column`; below a key a list may stand at that of the key.
    fn write(&self, to: &mut String, column: usize) {
        let margin = " ".repeat(column);
        match self {
            Self::Scalar(text) => to.push_str(text),
            Self::List(layout, items) => {
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        to.push_str(&layout.line_break());
                        to.push_str(&margin);
                    }
                    to.push('-');
                    item.write_behind(to, *layout, column, column + layout.step);
                }
            }
            Self::Map(layout, pairs) => {
                for (at, (key, value)) in pairs.iter().enumerate() {
                    if at > 0 {
                        to.push_str(&layout.line_break());
                        to.push_str(&margin);
                    }
                    to.push_str(key);
                    to.push(':');
                    match value {
                        Self::Scalar(text) if layout.noise & 1 == 0 => {
                            to.push_str(&" ".repeat(layout.step));
                            to.push_str(text);
                        }
                        Self::List(..) if layout.noise & 2 == 0 => {
                            value.write_below(to, *layout, column)
                        }
                        Self::Scalar(_) | Self::List(..) | Self::Map(..) => {
                            value.write_below(to, *layout, column + layout.step);
                        }
                    }
                }
            }
        }
    }

    /// Behind a dash: on its line, or on one of its own.
    fn write_behind(&self, to: &mut String, layout: Layout, dash: usize, column: usize) {
        if layout.noise & 4 == 0 {
            to.push_str(&" ".repeat(layout.step));
            self.write(to, dash + 1 + layout.step);
        } else {
            to.push('\n');
            to.push_str(&" ".repeat(column));
            self.write(to, column);
        }
    }

    fn write_below(&self, to: &mut String, layout: Layout, column: usize) {
        to.push_str(&layout.line_break());
        to.push_str(&" ".repeat(column));
        self.write(to, column);
    }
}

impl Layout {
    /// With comments and blank lines between.
    fn line_break(self) -> String {
        let comment = if self.noise & 8 == 0 { "" } else { "  # c: [" };
        let lines = match self.noise >> 4 & 3 {
            0 => "  # - d\n",
            1 => "   \n\n",
            _ => "",
        };
        format!("{comment}\n{lines}")
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn reads_whatever_is_laid_out_as_most_files_are(written in written()) {
        let mut text = String::new();
        written.write(&mut text, 0);
        text.push('\n');
        prop_assert_eq!(quick(&text), parsed(&text), "{}", text);
    }
}
