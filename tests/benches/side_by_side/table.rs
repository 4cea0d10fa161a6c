//! One table a person can read, one JSON document a script can.

use std::fmt::Write as _;

use serde::Serialize;

/// A figure, what it is held against, and whether it holds.
#[derive(Serialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) measured: f64,
    pub(crate) bar: Option<Bar>,
    pub(crate) note: String,
}

/// What a figure must not exceed, or must reach.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Bar {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    pub(crate) fn new(
        what: &str,
        measured: f64,
        bar: Option<Bar>,
        note: impl Into<String>,
    ) -> Self {
        Self {
            what: what.to_owned(),
            measured,
            bar,
            note: note.into(),
        }
    }

    pub(crate) fn holds(&self) -> bool {
        match self.bar {
            Some(Bar::AtMost(bar)) => self.measured <= bar,
            Some(Bar::AtLeast(bar)) => self.measured >= bar,
            None => true,
        }
    }
}

/// A figure that must not exceed `bar`.
pub(crate) fn at_most(
    bar: f64,
    what: impl AsRef<str>,
    measured: f64,
    note: impl Into<String>,
) -> Figure {
    Figure::new(what.as_ref(), measured, Some(Bar::AtMost(bar)), note)
}

pub(crate) fn render(figures: &[Figure]) -> String {
    let width = figures
        .iter()
        .map(|figure| figure.what.len())
        .max()
        .unwrap_or_default();
    let mut table = String::new();
    for figure in figures {
        let bar = match figure.bar {
            Some(Bar::AtMost(bar)) => format!("≤ {}", number(bar)),
            Some(Bar::AtLeast(bar)) => format!("≥ {}", number(bar)),
            None => String::new(),
        };
        let verdict = match figure.bar {
            Some(_) if figure.holds() => "ok",
            Some(_) => "MISSED",
            None => "",
        };
        let _ = writeln!(
            table,
            "{:<width$}  {:>11}  {bar:>10}  {verdict:<6}  {}",
            figure.what,
            number(figure.measured),
            figure.note,
        );
    }
    table
}

fn number(value: f64) -> String {
    match value {
        value if value.abs() >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        value => format!("{value:.2}"),
    }
}

/// The middle value.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
