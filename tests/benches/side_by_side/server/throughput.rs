//! Requests a second and CPU a request.

use super::contestant::{Bodies, Load, Turns, cpu, p99, speed};
use super::field::Field;
use super::mint::{Kind, review};
use super::stub::Mode;
use crate::load::{Connections, Expected};
use crate::table::{Bar, Figure, at_most};

/// What is wanted of a row: beside the floor, and beside the peer.
struct Row<'a> {
    name: &'a str,
    load: Load<'a>,
    /// Of ours and the floor, and of the peer.
    requests: (usize, usize),
    beside_floor: Bars,
    beside_peer: Bars,
}

/// What CPU may be at most, requests a second at least, and the slowest hundredth at most, as
/// ratios; `None` where nothing is wanted.
#[derive(Clone, Copy, Default)]
struct Bars {
    cpu: Option<f64>,
    speed: Option<f64>,
    p99: Option<f64>,
}

/// Callers who are known.
pub(super) fn cached(field: &Field, rounds: usize) -> Vec<Figure> {
    let floor = bars(1.8, 0.7);
    let forty = Bars {
        p99: Some(1.0 / 15.0),
        ..bars(1.0 / 40.0, 40.0)
    };
    let rows = [
        (
            "1 connection",
            Connections::KeptAlive(1),
            Bars::default(),
            bars(1.0 / 6.0, 4.0),
        ),
        ("16 connections", Connections::KeptAlive(16), floor, forty),
        ("64 connections", Connections::KeptAlive(64), floor, forty),
        (
            "HTTP/2, 16 streams",
            Connections::Streams(16),
            bars(1.6, 0.7),
            bars(1.0 / 25.0, 12.0),
        ),
        (
            "a connection each",
            Connections::OnePerRequest(16),
            cpu_alone(1.3),
            cpu_alone(0.25),
        ),
    ];
    let figures = rows.map(|(name, connections, beside_floor, beside_peer)| {
        let requests = match connections {
            Connections::KeptAlive(1) => (20_000, 3_000),
            Connections::OnePerRequest(_) => (2_000, 1_000),
            Connections::KeptAlive(_) | Connections::Streams(_) => (60_000, 6_000),
        };
        let known = field.mint.reviews(Kind::OneKey, 1).remove(0);
        let row = Row {
            name: &format!("cached callers, {name}"),
            load: load(connections, Bodies::Same(known), Expected::LetIn),
            requests,
            beside_floor,
            beside_peer,
        };
        row.figures(field, &field.floor, rounds)
    });
    figures.into_iter().flatten().collect()
}

/// Tokens that nobody has seen yet, STS at once and after 20 ms.
pub(super) fn distinct(field: &Field, rounds: usize) -> Vec<Figure> {
    let fresh = |connections| {
        let bodies = Bodies::Fresh(&field.mint, Kind::OneKey);
        load(Connections::KeptAlive(connections), bodies, Expected::LetIn)
    };
    let row = Row {
        name: "distinct tokens, 16 connections",
        load: fresh(16),
        requests: (10_000, 2_000),
        beside_floor: cpu_alone(1.5),
        beside_peer: bars(1.0 / 15.0, 6.0),
    };
    let mut figures = row.figures(field, &field.miss_floor, rounds);
    figures.extend(sts_per_token(field, &fresh(16)));
    field
        .sts
        .set(Mode::AnswerAfter(std::time::Duration::from_millis(20)));
    let row = Row {
        name: "distinct tokens, STS at 20 ms, 64 connections",
        load: fresh(64),
        requests: (4_000, 2_000),
        beside_floor: Bars::default(),
        beside_peer: Bars {
            p99: Some(0.5),
            ..bars(0.1, 1.2)
        },
    };
    figures.extend(row.figures(field, &field.miss_floor, rounds));
    field.sts.set(Mode::Answer);
    figures
}

/// Calls and connections of one server alone.
fn sts_per_token(field: &Field, load: &Load<'_>) -> Vec<Figure> {
    const TOKENS: usize = 2_000;
    let before = field.sts.seen();
    field.ours.round(load, TOKENS);
    let seen = field.sts.seen_since(before);
    let per_token = |count: usize| count as f64 / TOKENS as f64;
    let peer = field.peer.as_ref().map_or(String::new(), |peer| {
        let before = field.sts.seen();
        peer.round(load, TOKENS);
        let seen = field.sts.seen_since(before);
        format!("aws-iam-authenticator {:.2}", per_token(seen.connections))
    });
    let what = "distinct tokens, 16 connections";
    vec![
        at_most(
            1.0,
            format!("{what}: STS calls a token"),
            per_token(seen.requests),
            String::new(),
        ),
        at_most(
            0.02,
            format!("{what}: STS connections a token"),
            per_token(seen.connections),
            peer,
        ),
    ]
}

/// What STS rejects, or is too busy for.
pub(super) fn refused_by_sts(field: &Field, rounds: usize) -> Vec<Figure> {
    let mut figures = Vec::new();
    // Each of ours waits until asking again has not helped, either: few are enough.
    for (name, mode, ours) in [
        ("a token that STS rejects", Mode::Reject, 20_000),
        ("STS throttles", Mode::Throttle, 800),
    ] {
        field.sts.set(mode);
        let token = Bodies::Same(field.mint.reviews(Kind::OneKey, 1).remove(0));
        let row = Row {
            name,
            load: load(Connections::KeptAlive(16), token, Expected::Refused),
            requests: (ours, 3_000),
            beside_floor: Bars::default(),
            beside_peer: cpu_alone(1.0 / 12.0),
        };
        figures.extend(row.figures(field, &field.floor, rounds));
    }
    field.sts.set(Mode::Answer);
    figures
}

/// What needs no question to STS.
pub(super) fn refused_at_sight(field: &Field, rounds: usize) -> Vec<Figure> {
    let garbage = Bodies::Fresh(&field.mint, Kind::Garbage);
    let another = Bodies::Same(review("k8s-aws-v0.AAAA"));
    let long = Bodies::Same(review(&format!("k8s-aws-v1.{}", "A".repeat(12 * 1024))));
    let (many, third) = ((60_000, 20_000), bars(1.0 / 3.0, 2.5));
    let mut figures = Vec::new();
    for (name, bodies, requests, beside_peer, of_floor) in [
        ("garbage", garbage, many, third, 1.6),
        ("another kind of token", another, many, third, 1.6),
        (
            "a token of 12 KiB",
            long,
            (20_000, 8_000),
            cpu_alone(0.2),
            2.0,
        ),
    ] {
        let before = field.sts.seen();
        let row = Row {
            name,
            load: load(Connections::KeptAlive(16), bodies, Expected::Refused),
            requests,
            beside_floor: cpu_alone(of_floor),
            beside_peer,
        };
        figures.extend(row.figures(field, &field.floor, rounds));
        let calls = field.sts.seen_since(before).requests as f64;
        let what = format!("{name}: STS calls");
        figures.push(at_most(0.0, what, calls, String::new()));
    }
    figures
}

impl Row<'_> {
    fn figures(
        &self,
        field: &Field,
        floor: &super::contestant::Contestant,
        rounds: usize,
    ) -> Vec<Figure> {
        let (many, few) = self.requests;
        let mut servers = vec![(&field.ours, many), (floor, many)];
        servers.extend(field.peer.as_ref().map(|peer| (peer, few)));
        let turns = Turns::take(&servers, &self.load, rounds);
        let mut figures = self.beside(&turns, 1, "floor", self.beside_floor);
        if field.peer.is_some() {
            figures.extend(self.beside(&turns, 2, "aws-iam-authenticator", self.beside_peer));
        }
        figures
    }

    fn beside(&self, turns: &Turns, at: usize, whom: &str, bars: Bars) -> Vec<Figure> {
        let note = |unit: &str, of| {
            let (ours, theirs) = (turns.median(0, of), turns.median(at, of));
            format!("{unit}: ours {ours:.1}, {whom} {theirs:.1}")
        };
        let figure = |what: &str, of, bar, unit| {
            let name = format!("{}: {what} / {whom}", self.name);
            Figure::new(&name, turns.ratio((0, at), of), Some(bar), note(unit, of))
        };
        let mut figures = Vec::new();
        figures.extend(
            bars.cpu
                .map(|bar| figure("cpu", cpu, Bar::AtMost(bar), "µs a request")),
        );
        figures.extend(
            bars.speed
                .map(|bar| figure("requests/s", speed, Bar::AtLeast(bar), "a second")),
        );
        figures.extend(
            bars.p99
                .map(|bar| figure("p99", p99, Bar::AtMost(bar), "ms")),
        );
        figures
    }
}

fn load(connections: Connections, bodies: Bodies<'_>, expected: Expected) -> Load<'_> {
    Load {
        connections,
        bodies,
        expected,
    }
}

fn bars(cpu: f64, speed: f64) -> Bars {
    Bars {
        cpu: Some(cpu),
        speed: Some(speed),
        p99: None,
    }
}

fn cpu_alone(cpu: f64) -> Bars {
    Bars {
        cpu: Some(cpu),
        ..Bars::default()
    }
}
