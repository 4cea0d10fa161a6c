//! YAML that is read the quick way: the parser gives the same tree, every place of it included.

#![no_main]

use iam_core::yaml::{self, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let limits = Limits {
        depth: 8,
        nodes: 200,
        events: 300,
        ..Limits::default()
    };
    if let (Some(quick), parsed) = yaml::both_ways(text, &limits) {
        assert_eq!(Ok(vec![quick]), parsed);
    }
});
