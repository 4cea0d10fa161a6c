//! authz-webhook beside aws-iam-authenticator and two floors, in turn, under the same load: one
//! that answers at once, and one that asks STS first, over pooled connections. All have a
//! certificate of the same kind, and one STS.

mod contestant;
mod end;
mod field;
mod memory;
mod mint;
mod stub;
mod throughput;
mod trouble;

use crate::table::Figure;
use field::Field;

/// Rows that are measured together, on servers that have served nobody before.
type Rows = fn(Field, usize) -> Vec<Figure>;

/// The names of [`ROWS`].
pub(crate) const NAMES: [&str; 10] = [
    "cached",
    "distinct",
    "refused",
    "strangers",
    "equal-tokens",
    "idle",
    "half-bodies",
    "silent-sts",
    "leaving",
    "end",
];

const ROWS: [Rows; 10] = [
    |field, rounds| {
        let mut figures = memory::at_start(&field);
        figures.extend(throughput::cached(&field, rounds));
        figures.extend(memory::after_load(&field));
        figures
    },
    |field, rounds| {
        let mut figures = throughput::distinct(&field, rounds);
        figures.push(memory::with_many_callers(&field));
        figures
    },
    |field, rounds| {
        let mut figures = throughput::refused_by_sts(&field, rounds);
        figures.extend(throughput::refused_at_sight(&field, rounds));
        figures
    },
    |field, _| {
        let mut figures = trouble::strangers(&field);
        figures.extend(trouble::large_body(&field));
        figures
    },
    |field, _| trouble::one_token_of_many(&field),
    |field, _| vec![memory::of_idle_connections(&field)],
    |field, _| vec![trouble::half_bodies(&field)],
    |field, _| trouble::silent_sts(&field),
    |field, _| trouble::leaving(&field),
    |field, _| end::under_load(field),
];

/// The figures of the named rows, of all where none is named.
pub(crate) fn figures(named: &[String], rounds: usize) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (name, measure) in NAMES.iter().zip(ROWS) {
        if named.is_empty() || named.iter().any(|wanted| wanted == name) {
            eprintln!("server: {name}");
            figures.extend(measure(Field::start(), rounds));
        }
    }
    figures
}
