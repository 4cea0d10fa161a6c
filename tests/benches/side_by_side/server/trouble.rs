//! Strangers, and an STS that says nothing: what stays, and who waits how long.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use hyper::body::Bytes;

use super::contestant::{Bodies, Contestant, Load};
use super::field::Field;
use super::mint::{Kind, review};
use super::stub::Mode;
use crate::load::{self, Answer, Connections, Expected};
use crate::table::{Figure, at_most};

/// 200,000 tokens of garbage, and 20,000 for STS hosts that do not exist.
pub(super) fn strangers(field: &Field) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (name, kind, count) in [
        ("200,000 tokens of garbage", Kind::Garbage, 200_000),
        ("20,000 foreign STS hosts", Kind::ForeignHosts, 20_000),
    ] {
        let strange = Load {
            connections: Connections::KeptAlive(16),
            bodies: Bodies::Fresh(&field.mint, kind),
            expected: Expected::Refused,
        };
        // The words of refusals become series, once.
        field.ours.round(&strange, 1_000);
        let (series, resident, seen) = (series(field), field.ours.resident(), field.sts.seen());
        for _ in 0..10 {
            field.ours.round(&strange, count / 10);
        }
        let more = self::series(field).saturating_sub(series) as f64;
        let grown = field.ours.resident() - resident;
        let asked = field.sts.seen_since(seen);
        let asked = (asked.connections + asked.requests) as f64;
        figures.extend([
            at_most(
                1.0,
                format!("{name}: growth of RSS, MiB"),
                grown,
                String::new(),
            ),
            at_most(0.0, format!("{name}: new series"), more, String::new()),
            at_most(
                0.0,
                format!("{name}: connections and calls to STS"),
                asked,
                String::new(),
            ),
        ]);
    }
    figures
}

fn series(field: &Field) -> usize {
    let metrics = field.webhook.admin("/metrics").text();
    metrics
        .lines()
        .filter(|line| !line.starts_with('#'))
        .count()
}

/// A body of 64 MiB.
pub(super) fn large_body(field: &Field) -> Vec<Figure> {
    let before = field.ours.peak();
    let review = review(&"A".repeat(64 << 20));
    let status = field
        .webhook
        .post(&String::from_utf8_lossy(&review))
        .map_or(413, |answer| answer.status.as_u16());
    let grown = field.ours.peak() - before;
    vec![
        at_most(
            413.0,
            "a body of 64 MiB: status",
            f64::from(status),
            String::new(),
        ),
        at_most(
            2.0,
            "a body of 64 MiB: growth of peak RSS, MiB",
            grown,
            String::new(),
        ),
    ]
}

/// Clients who send half of a body, and no more.
pub(super) fn half_bodies(field: &Field) -> Figure {
    const CLIENTS: usize = 200;
    let ended = load::half_bodies(&field.ours.target, CLIENTS).as_secs_f64();
    let what = format!("{CLIENTS} half bodies: the last is given up after, s");
    at_most(35.0, what, ended, String::new())
}

/// 500 who bring the same token, at once.
pub(super) fn one_token_of_many(field: &Field) -> Vec<Figure> {
    field.sts.set(Mode::AnswerAfter(Duration::from_millis(100)));
    let token = field.mint.reviews(Kind::OneKey, 1).remove(0);
    let bodies = vec![token; 500];
    let calls = |server: &Contestant, bodies: &[Bytes]| {
        let before = field.sts.seen();
        load::all_at_once(&server.target, bodies);
        field.sts.seen_since(before).requests as f64
    };
    let ours = calls(&field.ours, &bodies);
    let note = field.peer.as_ref().map_or(String::new(), |peer| {
        format!("aws-iam-authenticator {}", calls(peer, &bodies))
    });
    field.sts.set(Mode::Answer);
    vec![at_most(
        2.0,
        "500 equal tokens at once: STS calls",
        ours,
        note,
    )]
}

/// STS takes questions and says nothing, while 500 new callers wait and one is known.
pub(super) fn silent_sts(field: &Field) -> Vec<Figure> {
    let known = field.mint.reviews(Kind::OneKey, 1);
    load::all_at_once(&field.ours.target, &known);
    let mut figures = hang(field, &field.ours, &known);
    let begun = Instant::now();
    field.sts.set(Mode::Answer);
    let again = |body: &[Bytes]| load::all_at_once(&field.ours.target, body);
    while again(&field.mint.reviews(Kind::ManyKeys, 1))
        .iter()
        .any(|answer| answer.status != 200)
    {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "it never asks again"
        );
    }
    let back = begun.elapsed().as_secs_f64();
    figures.push(at_most(
        2.0,
        "STS back: first new caller, s",
        back,
        String::new(),
    ));
    figures
}

/// STS says nothing, and callers who go away after two seconds come again, three times.
pub(super) fn leaving(field: &Field) -> Vec<Figure> {
    field.sts.set(Mode::Hang);
    let server = &field.ours;
    let (open, resident) = (server.descriptors(), server.resident());
    let (mut most_open, mut most_resident) = (open, resident);
    for _ in 0..3 {
        let waiting = field.mint.reviews(Kind::ManyKeys, WAITING);
        load::ask_and_leave(&server.target, &waiting, Duration::from_secs(2));
        most_open = most_open.max(server.descriptors());
        most_resident = most_resident.max(server.resident());
    }
    field.sts.set(Mode::Answer);
    let (open, grown) = (most_open - open, most_resident - resident);
    let row = |what: &str| format!("STS silent, {WAITING} leave after 2 s: {what}");
    vec![
        at_most(532.0, row("descriptors they leave"), open, String::new()),
        at_most(24.0, row("growth of RSS, MiB"), grown, String::new()),
    ]
}

fn hang(field: &Field, server: &Contestant, known: &[Bytes]) -> Vec<Figure> {
    field.sts.set(Mode::Hang);
    let (before, seen) = (server.resident(), field.sts.seen());
    let waiting = field.mint.reviews(Kind::ManyKeys, WAITING);
    let (answers, most, p99) = thread::scope(|scope| {
        let (done, ended) = mpsc::channel::<()>();
        let sampling = scope.spawn(move || {
            let mut most = before;
            while ended.recv_timeout(SAMPLE) == Err(mpsc::RecvTimeoutError::Timeout) {
                most = most.max(server.resident());
            }
            most
        });
        let asking = scope.spawn(|| load::all_at_once(&server.target, &waiting));
        while field.sts.seen_since(seen).requests == 0 {
            thread::yield_now();
        }
        let load = Load {
            connections: Connections::KeptAlive(1),
            bodies: Bodies::Same(known.first().expect("somebody is known").clone()),
            expected: Expected::LetIn,
        };
        let p99 = server.round(&load, 1_000).p99_ms;
        let answers: Vec<Answer> = asking.join().expect("every request is answered");
        drop(done);
        (answers, sampling.join().expect("the sampling ends"), p99)
    });
    let asked = field.sts.seen_since(seen).connections as f64;
    let denied = answers.iter().filter(|answer| answer.status != 503).count() as f64;
    let slowest = answers
        .iter()
        .map(|answer| answer.after)
        .max()
        .unwrap_or_default();
    let row = |what: &str| format!("STS silent, {WAITING} wait: {what}");
    let none = String::new;
    vec![
        at_most(16.0, row("growth of RSS, MiB"), most - before, none()),
        at_most(512.0, row("STS connections"), asked, none()),
        at_most(0.0, row("answers that are not 503"), denied, none()),
        at_most(
            5.5,
            row("the last answer, s"),
            slowest.as_secs_f64(),
            none(),
        ),
        at_most(10.0, row("a known caller, p99 in ms"), p99, none()),
    ]
}

const WAITING: usize = 500;

const SAMPLE: Duration = Duration::from_millis(20);
