//! The JSON of `server.dynamicfilepath`: what another reader of JSON refuses is refused, entries
//! that act are among those that stand there, and an id is never enough against its entry's ARN.

#![no_main]

use authz_webhook::config::{BackendMode, MatchBy};
use authz_webhook::mappings::{DynamicDocument, Loading, Snapshot, Sought, compile_dynamic};
use iam_core::principal::Principal;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let document = match DynamicDocument::parse(text) {
        Ok(document) => document,
        Err(error) => {
            assert!(error.to_string().len() < 1000);
            return;
        }
    };
    let callers = callers(text);
    for match_by in [MatchBy::Arn, MatchBy::UserId] {
        let (held, compiled) = compile_dynamic("dynamic.json", &document, match_by);
        for found in compiled.diagnostics() {
            assert!(found.to_string().len() < 2000, "{found}");
        }
        let snapshot = Snapshot::empty(&[BackendMode::DynamicFile]).with(0, held, Loading::Done);
        assert_eq!(snapshot.shadowed(), []);
        for (arn, id) in &callers {
            let Ok(principal) = arn.parse::<Principal>() else {
                continue;
            };
            let found = snapshot.lookup(&Sought::new(&principal, id));
            let Some(hit) = found.expect("the one source has loaded") else {
                continue;
            };
            let line = hit.place.entry.expect("an entry of the file").1;
            assert!(line <= text.lines().count());
            if hit.names.is_none() {
                assert!(
                    !matches!(principal, Principal::Root { .. }),
                    "root goes by its ARN"
                );
            }
        }
        // Nobody without an id is found by one.
        let nobody: Principal = "arn:aws:iam::000000000000:user/nobody"
            .parse()
            .expect("an ARN");
        if match_by == MatchBy::UserId && !text.contains("000000000000") {
            let found = snapshot.lookup(&Sought::new(&nobody, ""));
            assert!(found.expect("the one source has loaded").is_none());
        }
    }
});

/// Whoever a reader of plain JSON finds named.
fn callers(text: &str) -> Vec<(String, String)> {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else {
        return Vec::new();
    };
    let lists = ["mapRoles", "mapUsers"].map(|key| value[key].as_array().cloned());
    let entries = lists.into_iter().flatten().flatten();
    let text_of = |entry: &serde_json::Value, key: &str| entry[key].as_str().map(str::to_owned);
    entries
        .filter_map(|entry| {
            let arn = text_of(&entry, "rolearn").or_else(|| text_of(&entry, "userarn"))?;
            Some((arn, text_of(&entry, "userid").unwrap_or_default()))
        })
        .collect()
}
