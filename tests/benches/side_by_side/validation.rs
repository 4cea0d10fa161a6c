//! What the webhook computes for a token, less the call to STS: its own micro-benchmark.

use crate::micro;
use crate::table::{Bar, Figure};

/// Nanoseconds a token may take, without and with a session token of 1.2 KB.
const BARS: [(&str, f64); 2] = [
    ("environment keys", 2_500.0),
    ("session token of 1.2 KB", 4_500.0),
];

pub(crate) fn figures() -> Vec<Figure> {
    let printed = micro::of_webhook("validation");
    BARS.iter()
        .map(|(name, bar)| {
            let what = format!("validation of a token, {name}: ns");
            let note = "less STS; median of batches";
            Figure::new(
                &what,
                printed.nanoseconds(name),
                Some(Bar::AtMost(*bar)),
                note,
            )
        })
        .collect()
}
