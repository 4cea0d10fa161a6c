//! Documents of access entries: places are inside of the text, and every entry that acts has the
//! names that EKS allows.

#![no_main]

use std::collections::HashSet;

use iam_core::access_entry::{Document, EntryType};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(document) = Document::parse(text) else {
        return;
    };
    for found in &document.diagnostics {
        assert!(text.get(found.position.span.range()).is_some());
        assert!(found.to_string().len() < 1000);
    }
    let mut keys = HashSet::new();
    for entry in &document.entries {
        assert!(text.get(entry.position().span.range()).is_some());
        assert!(keys.insert(entry.key()), "one entry for each principal");
        let username = entry.username().to_string();
        let is_node = entry.entry_type() != EntryType::Standard;
        assert_eq!(username.starts_with("system:node:"), is_node, "{username}");
        let is_system = |group: &String| group.starts_with("system:");
        let groups: Vec<_> = entry.groups().iter().map(ToString::to_string).collect();
        assert!(is_node || !groups.iter().any(is_system));
        let policies: HashSet<_> = entry.policies().iter().map(|bound| bound.arn()).collect();
        assert_eq!(policies.len(), entry.policies().len());
    }
});
