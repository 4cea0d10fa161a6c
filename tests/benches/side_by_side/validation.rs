//! What the webhook computes for a token, less the call to STS: its own micro-benchmark.

use std::path::Path;
use std::process::Command;

use crate::table::{Bar, Figure};

/// Nanoseconds a token may take, without and with a session token of 1.2 KB.
const BARS: [(&str, f64); 2] = [
    ("environment keys", 2_500.0),
    ("session token of 1.2 KB", 4_500.0),
];

pub(crate) fn figures() -> Vec<Figure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("in the workspace");
    let output = Command::new(env!("CARGO"))
        .current_dir(root)
        .args([
            "bench",
            "--quiet",
            "--locked",
            "--package",
            "authz-webhook",
            "--bench",
            "validation",
        ])
        .output()
        .expect("cargo runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    BARS.iter()
        .map(|(name, bar)| {
            let nanoseconds = printed
                .lines()
                .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
                .unwrap_or_else(|| panic!("no figure for {name} in:\n{printed}"));
            let what = format!("validation of a token, {name}: ns");
            Figure::new(
                &what,
                nanoseconds,
                Some(Bar::AtMost(*bar)),
                "less STS; median of batches",
            )
        })
        .collect()
}
