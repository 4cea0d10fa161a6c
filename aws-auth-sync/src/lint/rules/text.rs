//! Rules on the text itself (D12, D14, D16).

use iam_core::yaml::{self, Limits, Node, Position, Span, Value, splice::Splice};

use crate::lint::{Fix, Remark};
use crate::subject::{Kind, Subject};

pub(crate) fn text(subject: &Subject, remarks: &mut Vec<Remark>) {
    if subject.parts.is_empty() {
        return;
    }
    foreign_characters(subject, remarks);
    if subject.parts.iter().all(|part| part.kind != Kind::Manifest) {
        return;
    }
    trailing_blanks(subject, remarks);
    comment(subject, remarks);
    for part in &subject.parts {
        for (section, text, span) in &part.sections {
            if let Some(what) = sharing(text) {
                let at = position(subject, span.start, span.start);
                let message = format!("{section} uses {what}");
                remarks.push(Remark::new("D14", at, message));
            }
        }
    }
}

/// Characters outside of ASCII, outside of comments; each line once.
fn foreign_characters(subject: &Subject, remarks: &mut Vec<Remark>) {
    if subject.has_mark {
        let at = position(subject, 0, 0);
        remarks.push(Remark::new(
            "D12",
            at,
            "the file begins with a byte order mark",
        ));
    }
    if let Some(at) = subject.text.find('\r') {
        let lines = Fix {
            title: "end the lines with \\n".to_owned(),
            splices: splices(&subject.text, "\r\n", "\n"),
        };
        let found = Remark::new(
            "D12",
            position(subject, at, at),
            "the lines end with \\r\\n",
        );
        remarks.push(found.fix(Some(lines)));
    }
    if subject.text.is_ascii() {
        return;
    }
    let mut start = 0;
    for line in subject.text.split_inclusive('\n') {
        let is_comment = line.trim_start().starts_with('#');
        let found = line
            .char_indices()
            .find(|(_, character)| !character.is_ascii());
        if let Some((at, character)) = found.filter(|_| !is_comment) {
            let at = position(subject, start + at, start + at + character.len_utf8());
            let code = u32::from(character);
            let message = format!("U+{code:04X} is no character of ASCII");
            remarks.push(
                Remark::new("D12", at, message)
                    .hint("names of IAM and RBAC are compared letter by letter"),
            );
        }
        start += line.len();
    }
}

fn splices(text: &str, found: &str, replacement: &str) -> Vec<Splice> {
    let matches = text.match_indices(found);
    let splice = |(start, _)| Splice {
        range: start..start + found.len(),
        text: replacement.to_owned(),
    };
    matches.map(splice).collect()
}

/// Blanks at the end of lines of a section: Kubernetes quotes the whole text because of them.
fn trailing_blanks(subject: &Subject, remarks: &mut Vec<Remark>) {
    let sections = subject.parts.iter().flat_map(|part| &part.sections);
    let spans: Vec<Span> = sections.map(|(_, _, span)| *span).collect();
    let mut splices = Vec::new();
    let mut start = 0;
    for line in subject.text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let kept = bare.trim_end_matches([' ', '\t']);
        let range = start + kept.len()..start + bare.len();
        start += line.len();
        let is_inside = || {
            let mut spans = spans.iter();
            spans.any(|span| range.start > span.start && range.end <= span.end)
        };
        if !range.is_empty() && is_inside() {
            splices.push(Splice {
                range,
                text: String::new(),
            });
        }
    }
    let Some(first) = splices.first() else { return };
    let at = position(subject, first.range.start, first.range.end);
    let message = format!("{} lines of the sections end with blanks", splices.len());
    let fix = Fix {
        title: "remove the blanks".to_owned(),
        splices,
    };
    remarks.push(Remark::new("D12", at, message).fix(Some(fix)));
}

fn comment(subject: &Subject, remarks: &mut Vec<Remark>) {
    let sections = subject.parts.iter().flat_map(|part| &part.sections);
    let found = sections.filter_map(|(_, _, span)| {
        let text = subject.text.get(span.range())?;
        let mut start = span.start;
        for line in text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            if line.trim_start().starts_with('#') {
                return Some((start + indent, start + line.trim_end().len()));
            }
            start += line.len();
        }
        None
    });
    if let Some((start, end)) = found.min() {
        let at = position(subject, start, end);
        remarks.push(Remark::new("D16", at, "the sections hold comments"));
    }
}

/// Anchors, aliases, merges or tags in a section.
fn sharing(text: &str) -> Option<&'static str> {
    if !text.contains(['&', '*', '!']) {
        return None;
    }
    let limits = Limits {
        bytes: 4 << 20,
        ..Limits::default()
    };
    yaml::parse_first(text, &limits)
        .ok()?
        .node
        .as_ref()
        .and_then(shared)
}

fn shared(node: &Node) -> Option<&'static str> {
    if node.anchor().is_some() {
        return Some("an anchor");
    }
    if node.tag().is_some() {
        return Some("a tag");
    }
    match &node.value {
        Value::Alias(_) => Some("an alias"),
        Value::Scalar(_) => None,
        Value::Sequence(list) => list.items.iter().find_map(shared),
        Value::Mapping(map) => map
            .pairs
            .iter()
            .find_map(|(key, value)| shared(key).or_else(|| shared(value))),
    }
}

fn position(subject: &Subject, start: usize, end: usize) -> Position {
    let (line, column) = subject.line_and_column(start);
    Position {
        line,
        column,
        span: Span { start, end },
    }
}
