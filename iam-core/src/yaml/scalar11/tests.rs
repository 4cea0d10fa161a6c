use proptest::prelude::*;

use super::*;
use crate::yaml::{Limits, Value, parse};

fn plain(text: &str) -> Scalar11<'_> {
    resolve_parts(text, Style::Plain, None).unwrap()
}

/// Checked against go.yaml.in/yaml/v2 2.4.4, the reader inside of Kubernetes' YAML library.
#[test]
fn reads_plain_scalars_as_yaml_1_1_does() {
    for text in ["", "~", "null", "Null", "NULL"] {
        assert_eq!(plain(text), Scalar11::Null, "{text}");
    }
    for text in "y Y yes Yes YES on On ON true True TRUE".split(' ') {
        assert_eq!(plain(text), Scalar11::Bool(true), "{text}");
    }
    for text in "n N no No NO off Off OFF false False FALSE".split(' ') {
        assert_eq!(plain(text), Scalar11::Bool(false), "{text}");
    }
    let ints = "0 123 -1 +1 1_000 1__0 1_ 0x1F 0X1f 0_x1F -0x1F 0b101 0B1 -0b101 0o14 0O7 014 0b+1 0b-1 \
                9223372036854775807 -9223372036854775808 18446744073709551615";
    for text in ints.split_whitespace() {
        assert_eq!(plain(text), Scalar11::Int, "{text}");
    }
    let floats = "1e3 1e+3 1E-3 .5 1. -.5 +.5 1.5e10 08 09 0_8 1_0.5 1e-999 99999999999999999999 \
                  +18446744073709551615 -9223372036854775809";
    for text in floats.split_whitespace() {
        assert_eq!(plain(text), Scalar11::Float, "{text}");
    }
    for text in ".inf .Inf .INF +.inf -.inf .nan .NaN .NAN".split(' ') {
        assert_eq!(plain(text), Scalar11::NonFinite, "{text}");
    }
    let dates = [
        "2024-01-01",
        "2024-1-2",
        "0000-02-29",
        "2024-01-01T10:00:00Z",
        "2024-01-01t1:2:3.5+01:00",
        "2024-01-01 10:00:00,25",
    ];
    for text in dates {
        assert_eq!(plain(text), Scalar11::Timestamp(text), "{text}");
    }
}

#[test]
fn leaves_alike_looking_scalars_text() {
    let words = "yEs tRue nULL nO .iNf -.nan inf nan Infinity = << 12:30:45 2024-13-01 2024-02-30 \
                 2023-02-29 24-01-01 1e 0x 0b 0b+ _1 1400e e1 0x1p4 1e999 .5e999 0xFFFFFFFFFFFFFFFFFF \
                 1.2.3 + - . -- é foo:bar foo#bar -foo ?foo 0é 2024-01-01x 2024-01-01T10:00Z";
    for text in words
        .split_whitespace()
        .chain(["2024-01-01T10:00:00 Z", "2024-01-01T10:00:00"])
    {
        assert_eq!(plain(text), Scalar11::Str(Cow::Borrowed(text)), "{text}");
    }
}

#[test]
fn quotes_and_tags_decide_before_the_text_does() {
    let tagged = |tag: &str| format!("tag:yaml.org,2002:{tag}");
    let int = tagged("int");
    let text = |text: &'static str| Ok(Scalar11::Str(Cow::Borrowed(text)));
    let table = [
        ("5", Style::SingleQuoted, None, text("5")),
        ("no", Style::DoubleQuoted, None, text("no")),
        ("5\n", Style::Literal, None, text("5\n")),
        ("", Style::DoubleQuoted, None, text("")),
        ("5", Style::Plain, Some("!"), text("5")),
        ("5", Style::Plain, Some("!foo"), text("5")),
        ("5", Style::SingleQuoted, Some(&*int), Ok(Scalar11::Int)),
        ("x", Style::Plain, Some(&*int), Err(TagMismatch)),
    ];
    for (value, style, tag, expected) in table {
        assert_eq!(
            resolve_parts(value, style, tag),
            expected,
            "{tag:?} {value}"
        );
    }
    let date = "2024-01-01";
    let table = [
        ("5", "str", text("5")),
        ("5", "float", Ok(Scalar11::Float)),
        ("18446744073709551615", "float", Err(TagMismatch)),
        ("yes", "bool", Ok(Scalar11::Bool(true))),
        ("1", "bool", Err(TagMismatch)),
        ("x", "null", Err(TagMismatch)),
        ("aGk=", "binary", text("hi")),
        ("aGk", "binary", Err(TagMismatch)),
        ("x", "seq", text("x")),
        (date, "timestamp", Ok(Scalar11::Timestamp(date))),
    ];
    for (value, tag, expected) in table {
        let found = resolve_parts(value, Style::Plain, Some(&tagged(tag)));
        assert_eq!(found, expected, "{tag} {value}");
    }
}

/// Each row was read back as this text by Go's YAML library and by PyYAML 6, in block and in flow
/// context, as a value and as a key.
#[test]
fn writes_text_that_every_reader_takes_for_this_text() {
    let table = [
        ("admin", "admin"),
        ("system:masters", "system:masters"),
        (
            "arn:aws:iam::111122223333:role/x",
            "arn:aws:iam::111122223333:role/x",
        ),
        ("alice@example.com", "alice@example.com"),
        ("_x", "_x"),
        ("/usr/bin/token-exec", "/usr/bin/token-exec"),
        ("", "\"\""),
        ("012345678901", "\"012345678901\""),
        ("111122223333", "\"111122223333\""),
        ("no", "\"no\""),
        ("On", "\"On\""),
        ("y", "\"y\""),
        ("N", "\"N\""),
        ("NULL", "\"NULL\""),
        ("nan", "\"nan\""),
        ("1e3", "\"1e3\""),
        ("2024-01-01", "\"2024-01-01\""),
        ("12:30:45", "\"12:30:45\""),
        ("-x", "\"-x\""),
        ("a:", "\"a:\""),
        ("a b", "\"a b\""),
        ("a,b", "\"a,b\""),
        ("a #b", "\"a #b\""),
        ("{{SessionName}}", "\"{{SessionName}}\""),
        ("=", "\"=\""),
        ("<<", "\"<<\""),
        ("a\"b\\c", "\"a\\\"b\\\\c\""),
        ("a\n\t\r\0\u{7f}", "\"a\\n\\t\\r\\x00\\x7f\""),
        ("é漢", "\"é漢\""),
        (
            "\u{85}\u{2028}\u{feff}\u{1f600}",
            "\"\\x85\\u2028\\ufeff\\U0001f600\"",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(quoted(text), expected, "{text:?}");
    }
}

fn read_back(yaml: &str) -> Vec<String> {
    let root = parse(yaml, &Limits::default()).unwrap().remove(0);
    let text = |node: &Node| {
        let scalar = node.as_scalar().unwrap();
        match resolve(node, scalar).unwrap() {
            Scalar11::Str(text) => text.into_owned(),
            other => panic!("{other:?}"),
        }
    };
    match &root.value {
        Value::Scalar(_) => vec![text(&root)],
        Value::Sequence(sequence) => sequence.items.iter().map(text).collect(),
        Value::Mapping(mapping) => mapping
            .pairs
            .iter()
            .flat_map(|(key, value)| [text(key), text(value)])
            .collect(),
        Value::Alias(_) => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_quoted_is_read_back_as_the_same_text(
        text in prop_oneof![any::<String>(), "[-yYnNoOfF0-9.xe_:~ {}'\"#]{0,6}", "[a-z:@./+=_-]{0,12}"],
    ) {
        let written = quoted(&text);
        for yaml in [
            written.to_string(),
            format!("- {written}\n"),
            format!("[{written}, {written}]"),
            format!("{written}: {written}\n"),
            format!("{{{written}: {written}}}"),
        ] {
            prop_assert!(read_back(&yaml).iter().all(|found| *found == text), "{}", yaml);
        }
    }

    #[test]
    fn digits_alone_are_never_plain(text in "[0-9]{1,20}") {
        prop_assert_eq!(quoted(&text).into_owned(), format!("\"{text}\""));
    }

    #[test]
    fn any_scalar_has_a_meaning(text in any::<String>()) {
        let _ = plain(&text);
    }
}
