//! YAML: positions are inside of the text, limits hold, and what is quoted is read back.

#![no_main]

use iam_core::yaml::{self, Limits, Node, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let limits = Limits {
        depth: 16,
        nodes: 2_000,
        ..Limits::default()
    };
    let all = yaml::parse(text, &limits);
    let first = yaml::parse_first(text, &limits);
    match &all {
        Ok(documents) => {
            let mut count = 0;
            for document in documents {
                check(text, document, 0, &mut count);
            }
            assert!(count <= limits.nodes);
            let first = first.expect("a stream that is read has a first document that is read");
            assert_eq!(first.node.is_some(), !documents.is_empty());
            assert_eq!(first.rest.is_some(), documents.len() > 1);
        }
        Err(error) => {
            let position = error.position().map_or(0, |position| position.span.start);
            assert!(position <= text.len());
            assert!(error.to_string().len() < 300);
        }
    }
});

fn check(text: &str, node: &Node, depth: usize, count: &mut usize) {
    *count += 1;
    assert!(depth <= 16);
    let position = node.position;
    assert!(text.get(position.span.range()).is_some());
    assert!(node.start() <= position.span.start && text.is_char_boundary(node.start()));
    assert!(position.line >= 1 && position.column >= 1);
    match &node.value {
        Value::Scalar(_) => {}
        Value::Sequence(sequence) => {
            for item in &sequence.items {
                check(text, item, depth + 1, count);
            }
        }
        Value::Mapping(mapping) => {
            for (key, value) in &mapping.pairs {
                check(text, key, depth + 1, count);
                check(text, value, depth + 1, count);
            }
        }
        // The target is checked where it is defined; here its size counts.
        Value::Alias(target) => size(target, count),
    }
}

fn size(node: &Node, count: &mut usize) {
    *count += 1;
    match &node.target().value {
        Value::Scalar(_) | Value::Alias(_) => {}
        Value::Sequence(sequence) => sequence.items.iter().for_each(|item| size(item, count)),
        Value::Mapping(mapping) => {
            for (key, value) in &mapping.pairs {
                size(key, count);
                size(value, count);
            }
        }
    }
}
