//! Loading many mappings, and looking callers up among them: the webhook's own micro-benchmark.

use crate::micro;
use crate::table::{Bar, Figure};

/// Milliseconds that 10,000 mappings may take, from their text to their acting.
const LOAD: f64 = 50.0;
/// Nanoseconds that a look-up may take, among few mappings and among many.
const LOOKUP: f64 = 1_000.0;
/// A look-up among 10,000 against one among 10: a table is a table, but caches are finite.
const GROWTH: f64 = 4.0;

pub(crate) fn figures() -> Vec<Figure> {
    let printed = micro::of_webhook("mappings");
    let load = |name: &str| {
        let milliseconds = printed.nanoseconds(&format!("{name}:")) / 1e6;
        let what = format!("loading 10,000 mappings, {name}: ms");
        Figure::new(
            &what,
            milliseconds,
            Some(Bar::AtMost(LOAD)),
            "from text to acting",
        )
    };
    let (few, many) = (
        printed.nanoseconds("look-up among few:"),
        printed.nanoseconds("look-up among many:"),
    );
    let loads = ["aws-auth", "DynamicFile by ARN", "DynamicFile by id"].map(load);
    let lookups = [
        Figure::new(
            "look-up among 10,000 mappings: ns",
            many,
            Some(Bar::AtMost(LOOKUP)),
            "",
        ),
        Figure::new(
            "look-up among 10,000 mappings / among 10",
            many / few,
            Some(Bar::AtMost(GROWTH)),
            format!("ns: {few:.0} and {many:.0}"),
        ),
    ];
    loads.into_iter().chain(lookups).collect()
}
