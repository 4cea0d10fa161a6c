//! What servers hold in memory.

use super::contestant::Contestant;
use super::field::Field;
use super::mint::Kind;
use crate::load;
use crate::table::{Figure, at_most};

/// Before any load.
pub(super) fn at_start(field: &Field) -> Vec<Figure> {
    beside(field, "RSS at the start", 12.0, Contestant::resident)
}

/// After the load of callers who are known.
pub(super) fn after_load(field: &Field) -> Vec<Figure> {
    let mut figures = beside(field, "RSS after load", 20.0, Contestant::resident);
    figures.extend(beside(field, "peak RSS", 22.0, Contestant::peak));
    figures
}

/// With all the callers of the distinct tokens remembered, whose number is bounded.
pub(super) fn with_many_callers(field: &Field) -> Figure {
    let known = "RSS with as many callers known as may be, MiB".to_owned();
    at_most(20.0, known, field.ours.resident(), String::new())
}

/// That have asked once and may ask again.
pub(super) fn of_idle_connections(field: &Field) -> Figure {
    let body = field.mint.reviews(Kind::OneKey, 1).remove(0);
    drop(load::idle(&field.ours.target, &body, 100));
    let before = field.ours.resident();
    let idle = load::idle(&field.ours.target, &body, IDLE);
    let each = (field.ours.resident() - before) * 1024.0 / IDLE as f64;
    drop(idle);
    Figure::new("RSS of an idle connection, KiB", each, None, String::new())
}

/// As many as one address may have.
const IDLE: usize = 1_000;

fn beside(field: &Field, what: &str, bar: f64, of: fn(&Contestant) -> f64) -> Vec<Figure> {
    let ours = of(&field.ours);
    let mut figures = vec![at_most(bar, format!("{what}, MiB"), ours, String::new())];
    figures.extend(field.peer.as_ref().map(|peer| {
        let theirs = of(peer);
        let what = format!("{what} / aws-iam-authenticator");
        at_most(0.5, what, ours / theirs, format!("MiB: {theirs:.1}"))
    }));
    figures
}
