//! What is read, and everything that could be read in two ways.

use super::*;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

fn read(text: &str) -> Result<Element<'_>, XmlError> {
    Element::parse(text, "R", Namespace::Is(NAMESPACE))
}

fn in_root(inside: &str) -> String {
    format!("<R xmlns=\"{NAMESPACE}\">{inside}</R>")
}

/// The text of the element `A` in the root.
fn value(inside: &str) -> Result<String, XmlError> {
    let text = in_root(inside);
    read(&text)?.text_of("A").map(str::to_owned)
}

#[test]
fn reads_elements_and_text() {
    let spread = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R\n xmlns='{NAMESPACE}'\n>\n <A>x</A >\n</R>\n"
    );
    assert_eq!(read(&spread).unwrap().text_of("A"), Ok("x"));
    let table = [
        ("<A>x</A><B/>", "x"),
        ("<A>a&amp;b&lt;c&gt;&quot;&apos;</A>", "a&b<c>\"'"),
        ("<A>&#65;&#x42;</A>", "AB"),
        ("<A></A>", ""),
        ("<A/>", ""),
        ("<A> x </A>", " x "),
    ];
    for (inside, expected) in table {
        assert_eq!(value(inside), Ok(expected.to_owned()), "{inside}");
    }
    let text = in_root("<L><item>1</item><item>2</item></L>");
    let root = read(&text).unwrap();
    let items = root.child("L").unwrap().items("item").unwrap();
    let texts: Vec<_> = items.iter().map(|item| item.text.as_ref()).collect();
    assert_eq!(texts, ["1", "2"]);
}

#[test]
fn refuses_what_could_be_read_in_two_ways() {
    use XmlError::{Ambiguous, Malformed, Missing, Unusable};
    let well_formed = Malformed("not well-formed");
    let forbidden = Malformed("a document type, an instruction, a comment or a CDATA section");
    let table = [
        ("", Missing("A")),
        ("<B>x</B>", Missing("A")),
        ("<B><A>x</A></B>", Missing("A")),
        ("<A>x</A><A>y</A>", Ambiguous("A")),
        ("<A>x</A><a>y</a>", Ambiguous("A")),
        ("<a>x</a>", Ambiguous("A")),
        ("<A><B/></A>", Unusable("A")),
        ("<A>x<!-- y -->z</A>", forbidden),
        ("<A><![CDATA[x]]></A>", forbidden),
        ("<?target x?><A>x</A>", forbidden),
        ("<A>x</A>y", Malformed("text between elements")),
        ("<A>x<B/>y</A>", Malformed("text between elements")),
        ("<A b='c'>x</A>", Malformed("a prefix or an attribute")),
        ("<p:A>x</p:A>", Malformed("a prefix or an attribute")),
        (
            "<A xmlns:p='u'>x</A>",
            Malformed("a prefix or an attribute"),
        ),
        ("<A xmlns='urn:other'>x</A>", Malformed("another namespace")),
        (
            "<A xmlns='https://sts.amazonaws.com/doc/2011-06-15/'>x</A>",
            Malformed("another namespace"),
        ),
        ("<A>x</B>", Malformed("an end of another element")),
        ("<A>&b;</A>", Malformed("an unknown reference")),
        ("<A>&#0;</A>", Malformed("an unknown reference")),
        ("<A>&#x1F;</A>", Malformed("an unknown reference")),
        ("<A>&#+65;</A>", Malformed("an unknown reference")),
        ("<A>&#xD800;</A>", Malformed("an unknown reference")),
        ("<A>&#;</A>", Malformed("an unknown reference")),
        ("<A>&AMP;</A>", Malformed("an unknown reference")),
        ("<A>&amp</A>", Malformed("an unfinished reference")),
        ("<A>\u{1}</A>", well_formed),
        ("<A>x</A", well_formed),
    ];
    for (inside, expected) in table {
        assert_eq!(value(inside), Err(expected), "{inside}");
    }
}

#[test]
fn the_root_is_one_of_the_right_name_and_namespace() {
    let good = in_root("<A>x</A>");
    let other = format!("<r xmlns='{NAMESPACE}'/>");
    let bomb = format!(
        "<!DOCTYPE R [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;'>]>{}",
        in_root("<A>&b;</A>")
    );
    let table = [
        (String::new(), "not XML: no whole element"),
        ("x".to_owned(), "not XML: not well-formed"),
        (format!("{good}{good}"), "not XML: not well-formed"),
        (format!("{good}x"), "not XML: not well-formed"),
        ("<R><A>x</A></R>".to_owned(), "not XML: no namespace"),
        ("<R/>".to_owned(), "not XML: no namespace"),
        (
            good.replace("2011-06-15", "2011-06-16"),
            "not XML: another namespace",
        ),
        (
            good.replace("xmlns=", "xmlns='x' xmlns="),
            "not XML: another namespace",
        ),
        (
            good.replace("https:", "http:"),
            "not XML: another namespace",
        ),
        (other, "R twice, or in another case"),
        (format!("<S xmlns='{NAMESPACE}'/>"), "no R"),
        (
            bomb,
            "not XML: a document type, an instruction, a comment or a CDATA section",
        ),
        (
            format!("<?xml version='1.0' encoding='UTF-7'?>{good}"),
            "not XML: an encoding other than UTF-8",
        ),
    ];
    for (text, expected) in table {
        let error = read(&text).map_err(|error| error.to_string());
        assert_eq!(error, Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn depth_and_number_of_elements_are_bounded() {
    let deep = |depth: usize| in_root(&("<A>".repeat(depth) + &"</A>".repeat(depth)));
    assert!(read(&deep(DEPTH - 1)).is_ok());
    let too_many = Malformed("too many elements, or too deep");
    assert_eq!(read(&deep(DEPTH)), Err(too_many));
    assert_eq!(read(&in_root(&"<A>".repeat(100_000))), Err(too_many));
    let many = in_root(&"<A/>".repeat(ELEMENTS));
    assert_eq!(read(&many), Err(too_many));
}

use XmlError::Malformed;
