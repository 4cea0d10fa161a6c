//! How long many mappings take to load, and to be looked up in.
//!
//! Prints a line per figure: its name, and the median of many readings in nanoseconds.
//! `cargo bench -p e2e --bench side_by_side -- mappings` reads them.

#![expect(clippy::print_stdout, reason = "a benchmark's output is the point")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use authz_webhook::config::{BackendMode, MatchBy};
use authz_webhook::mappings::{
    Document, DynamicDocument, Held, Loading, Snapshot, Sought, compile_dynamic,
};
use iam_core::aws_auth::{self, Data};
use iam_core::principal::Principal;

const MANY: usize = 10_000;
const FEW: usize = 10;
const READINGS: usize = 21;
const LOOKUPS: usize = 100_000;

fn main() {
    let (yaml, json) = (yaml(MANY), json(MANY));
    // As `file_source` loads: the texts are read, compiled, and take the place of others.
    told("aws-auth", median(|| load_aws_auth(black_box(&yaml))));
    let by_arn = || load_dynamic(black_box(&json), MatchBy::Arn);
    told("DynamicFile by ARN", median(by_arn));
    let by_id = || load_dynamic(black_box(&json), MatchBy::UserId);
    told("DynamicFile by id", median(by_id));
    let among = |entries| lookup(&load_dynamic(&self::json(entries), MatchBy::Arn), entries);
    told("look-up among few", among(FEW));
    told("look-up among many", among(MANY));
}

fn told(what: &str, nanoseconds: u128) {
    println!("{what}: {nanoseconds}");
}

fn load_aws_auth(text: &str) -> Snapshot {
    let read = aws_auth::Document::parse(&Data {
        map_roles: Some(text),
        ..Data::default()
    });
    let document = Document::compile("aws-auth", &read);
    snapshot(BackendMode::EksConfigMap, Held::AwsAuth(vec![document]))
}

fn load_dynamic(text: &str, match_by: MatchBy) -> Snapshot {
    let read = DynamicDocument::parse(text).expect("a document");
    let (held, _) = compile_dynamic("dynamic.json", &read, match_by);
    snapshot(BackendMode::DynamicFile, held)
}

fn snapshot(mode: BackendMode, held: Held) -> Snapshot {
    Snapshot::empty(&[mode]).with(0, held, Loading::Done)
}

/// The median time of a load; what is made is dropped outside of it, as the webhook drops what was
/// replaced when the last review is done with it.
fn median(load: impl Fn() -> Snapshot) -> u128 {
    let mut readings: Vec<u128> = (0..READINGS)
        .map(|_| {
            let begun = Instant::now();
            let _snapshot = black_box(load());
            begun.elapsed().as_nanos()
        })
        .collect();
    readings.sort_unstable();
    readings.get(READINGS / 2).copied().unwrap_or_default()
}

/// The time of a look-up, over callers all of whom are mapped.
fn lookup(snapshot: &Snapshot, entries: usize) -> u128 {
    let callers: Vec<Principal> = (0..entries)
        .map(|number| {
            let arn = format!("arn:aws:sts::111122223333:assumed-role/team-{number}/session");
            arn.parse().expect("a principal")
        })
        .collect();
    let begun = Instant::now();
    for caller in callers.iter().cycle().take(LOOKUPS) {
        let sought = Sought::new(black_box(caller), "AROAEXAMPLE");
        let hit = snapshot.lookup(&sought).expect("it has loaded");
        assert!(hit.is_some(), "everybody is mapped");
    }
    begun.elapsed().as_nanos() / u128::try_from(LOOKUPS).unwrap_or(1)
}

/// Just below the mebibyte that a ConfigMap may hold.
fn yaml(entries: usize) -> String {
    (0..entries).fold(String::new(), |mut text, number| {
        let role = format!("arn:aws:iam::111122223333:role/team-{number}");
        let _ = write!(
            text,
            "- rolearn: {role}\n  username: u-{number}\n  groups: [g-{number}]\n"
        );
        text
    })
}

/// As other programs write it.
fn json(entries: usize) -> String {
    let roles: Vec<_> = (0..entries)
        .map(|number| {
            serde_json::json!({
                "rolearn": format!("arn:aws:iam::111122223333:role/team-{number}"),
                "username": format!("team-{number}:{{{{SessionName}}}}"),
                "groups": [format!("team-{number}"), "readers"],
                "userid": format!("AROAEXAMPLE{number:010}"),
            })
        })
        .collect();
    serde_json::json!({ "Version": "1", "mapRoles": roles }).to_string()
}
