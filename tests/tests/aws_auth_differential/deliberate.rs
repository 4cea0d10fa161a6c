//! Where our reading of YAML is stricter than the consumer's, on purpose: we read nothing of a list
//! of which the consumer reads something. Nobody gains by that, and lint says so at the place.

use iam_core::aws_auth::{Data, Document, Section};

/// Whether the text is one that the model refuses and the consumer may not.
pub(crate) fn is_stricter(text: &str) -> bool {
    let data = Data {
        map_roles: Some(text),
        ..Data::default()
    };
    Document::parse(&data).is_unreadable(Section::MapRoles)
        && [
            has_open_quote,
            has_inner_mark,
            has_lone_dash,
            has_tag_with_comma,
            has_deeper_blank_line,
            has_tab_behind_spaces,
        ]
        .iter()
        .any(|is_such| is_such(text))
}

/// A quoted text that runs over lines which are indented less than it: by YAML's own rules they
/// are not part of it, and a quote that was forgotten is found where it is missing.
fn has_open_quote(text: &str) -> bool {
    let is_odd = |line: &str, quote| line.matches(quote).count() % 2 == 1;
    text.lines()
        .any(|line| is_odd(line, '"') || is_odd(line, '\''))
}

/// A byte order mark that is not the text's first character: invisible, and the consumer counts it
/// into the indentation.
fn has_inner_mark(text: &str) -> bool {
    text.chars()
        .skip(1)
        .any(|character| character == '\u{feff}')
}

/// A lone `-` inside of brackets, which YAML 1.2 forbids and the consumer takes for text.
fn has_lone_dash(text: &str) -> bool {
    let ends = ["-}", "-]", "-,"];
    ends.iter().any(|end| text.contains(end))
}

/// A tag in brackets that runs into a comma: the consumer takes the comma for a part of the tag,
/// and the next item for the tagged one. Whoever wrote it meant two.
fn has_tag_with_comma(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.any(|word| {
        let tag = word.find('!').and_then(|start| word.get(start..));
        tag.is_some_and(|tag| tag.contains([',', ']', '}']))
    })
}

/// A text in `>` or `|` that begins with a line of more blanks than its words are indented by, which
/// YAML 1.2 forbids: to the consumer the text is empty, and its words are whatever they look like.
fn has_deeper_blank_line(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    lines.windows(3).any(|window| {
        let [header, blanks, words] = window else {
            return false;
        };
        let indentation = words.len() - words.trim_start().len();
        header.trim_end_matches(['-', '+']).ends_with(['>', '|'])
            && blanks.trim().is_empty()
            && blanks.len() > indentation
    })
}

/// A tab behind the spaces that a line of a plain text begins with: the consumer minds only the one
/// that stands where the indentation should.
fn has_tab_behind_spaces(text: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| line.starts_with(' ') && line.trim_start_matches(' ').starts_with('\t'))
}

/// Texts and why they are here; the consumer reads an entry of each, and we none.
const STRICTER: &[(&str, &str)] = &[
    (
        "an open quote",
        "- rolearn: a\n  username: '\n- rolearn: b'\n",
    ),
    ("a lone dash", "- {rolearn: a, groups: -}\n"),
    ("a tag and a comma", "- {rolearn: a, groups: [!!str, b]}\n"),
    (
        "a line separator",
        "- rolearn: a\n  username: \"x\u{85}y\"\n",
    ),
    (
        "a deeper line of blanks",
        "- username: >-\n          \n    # c\n  rolearn: a\n",
    ),
    ("a tab behind spaces", "- rolearn: a\n       \tb\n"),
];

#[test]
fn each_deliberate_difference_is_one() {
    use crate::peer::{Question, ask};
    let Ok(program) = e2e::support::authenticator::prepare_consumer() else {
        return e2e::support::skip::skip("deliberate differences", "there is no Go");
    };
    for (why, text) in STRICTER {
        let question = Question {
            seed: 0,
            data: [("mapRoles", (*text).to_owned())].into(),
            callers: Vec::new(),
            sso: false,
        };
        let answers = ask(&program, &[question]);
        let data = Data {
            map_roles: Some(text),
            ..Data::default()
        };
        let ours = Document::parse(&data);
        assert!(ours.is_unreadable(Section::MapRoles), "{why}");
        assert!(
            answers.iter().all(|answer| !answer.roles.is_empty()),
            "{why}: no longer one"
        );
    }
}
