//! `mapAccounts`: a list of texts, read without the detour over JSON, so that digits stay as they
//! are written.

use super::{
    Diagnostic, Entry, Fields, Identity, Section, Severity,
    decode::{Output, not_a_list},
};
use crate::yaml::{
    Node, Sequence, Value,
    scalar11::{self, Scalar11},
};

const SECTION: Section = Section::MapAccounts;

/// Reads the list.
pub(super) fn section(root: &Node, output: &mut Output) {
    let root = root.target();
    match &root.value {
        Value::Sequence(sequence) => items(sequence, output),
        Value::Scalar(scalar) => match scalar11::resolve(root, scalar) {
            Ok(Scalar11::Null) => {}
            Ok(other) => output.unreadable(not_a_list(SECTION, root.position, other.kind())),
            Err(_) => output.unreadable(tag_mismatch(root)),
        },
        Value::Mapping(_) | Value::Alias(_) => {
            output.unreadable(not_a_list(SECTION, root.position, "a mapping"));
        }
    }
}

fn items(sequence: &Sequence, output: &mut Output) {
    let mut dropped = Vec::new();
    for (index, node) in sequence.items.iter().enumerate() {
        let target = node.target();
        let Some(scalar) = target.as_scalar() else {
            let message = "the item is no account number: it is dropped";
            dropped.push(entry(index, node, String::new()));
            output
                .diagnostics
                .push(error(node, message).code("P02").at_index(index));
            continue;
        };
        let id = match scalar11::resolve(target, scalar) {
            Ok(Scalar11::Null) => String::new(),
            Ok(Scalar11::Str(text)) => text.into_owned(),
            Ok(_) => scalar.text.to_string(),
            Err(_) => {
                // The consumer stops here, with a list of the length that it expected.
                output.unreadable(tag_mismatch(node).at_index(index));
                let items = sequence.items.iter().enumerate();
                let unread = items
                    .skip(index)
                    .map(|(index, node)| entry(index, node, String::new()));
                output.entries.extend(unread.chain(dropped));
                return;
            }
        };
        output.entries.push(entry(index, node, id));
    }
}

fn entry(index: usize, node: &Node, id: String) -> Entry {
    Entry {
        section: SECTION,
        index,
        position: node.position,
        identity: Identity::Account { id },
        username: String::new(),
        groups: Vec::new(),
        fields: Fields::default(),
    }
}

fn tag_mismatch(node: &Node) -> Diagnostic {
    error(
        node,
        "the value does not fit its tag: the consumer reads nothing from here on",
    )
}

fn error(node: &Node, message: &str) -> Diagnostic {
    Diagnostic::new(Severity::Error, SECTION, node.position, message).code("D01")
}
