//! Scalars: what `quoted` writes is read back as the same text, everywhere a scalar may stand.

#![no_main]

use iam_core::yaml::{
    self, Limits, Node, Style, Value,
    scalar11::{self, Scalar11},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = scalar11::resolve_parts(text, Style::Plain, None);
    for kind in ["int", "float", "bool", "null", "binary", "timestamp", "str"] {
        let tag = format!("tag:yaml.org,2002:{kind}");
        let _ = scalar11::resolve_parts(text, Style::Plain, Some(&tag));
    }
    let written = scalar11::quoted(text);
    // A key longer than this is no simple key, quoted or not.
    if written.len() > 1000 {
        return;
    }
    for yaml in [
        format!("- {written}\n"),
        format!("[{written}, {written}]"),
        format!("{written}: {written}\n"),
        format!("{{{written}: {written}}}"),
    ] {
        let documents = yaml::parse(&yaml, &Limits::default()).expect("what is quoted is YAML");
        for document in &documents {
            all_are(text, document);
        }
    }
});

fn all_are(text: &str, node: &Node) {
    match &node.value {
        Value::Scalar(scalar) => {
            assert_eq!(
                scalar11::resolve(node, scalar),
                Ok(Scalar11::Str(text.into()))
            );
        }
        Value::Sequence(sequence) => sequence.items.iter().for_each(|item| all_are(text, item)),
        Value::Mapping(mapping) => {
            for (key, value) in &mapping.pairs {
                all_are(text, key);
                all_are(text, value);
            }
        }
        Value::Alias(_) => unreachable!(),
    }
}
