//! A server under load, and what the kernel counts for it.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;

use super::mint::{Kind, Mint};
use crate::load::{self, Connections, Expected, Target};
use crate::table::median;

/// A running server.
pub(super) struct Contestant {
    pub(super) process: u32,
    pub(super) target: Target,
}

/// What is sent, and how.
pub(super) struct Load<'a> {
    pub(super) connections: Connections,
    pub(super) bodies: Bodies<'a>,
    pub(super) expected: Expected,
}

/// What requests hold.
pub(super) enum Bodies<'a> {
    /// All the same.
    Same(Bytes),
    /// Each another, and others in each round.
    Fresh(&'a Mint, Kind),
}

/// What one round of load showed.
pub(super) struct Round {
    pub(super) per_second: f64,
    pub(super) cpu_us: f64,
    pub(super) p99_ms: f64,
}

impl Contestant {
    /// One round of so many requests.
    pub(super) fn round(&self, load: &Load<'_>, requests: usize) -> Round {
        let bodies: Arc<[Bytes]> = match &load.bodies {
            Bodies::Same(body) => Arc::new([body.clone()]),
            Bodies::Fresh(mint, kind) => mint.reviews(*kind, requests).into(),
        };
        let before = self.cpu();
        let (how, expected) = (load.connections, load.expected);
        let taken = load::send(&self.target, how, &bodies, requests, expected);
        let cpu = self.cpu().saturating_sub(before);
        Round {
            per_second: taken.per_second,
            cpu_us: cpu.as_secs_f64() * 1e6 / requests as f64,
            p99_ms: taken.p99.as_secs_f64() * 1e3,
        }
    }

    /// Resident memory, MiB.
    pub(super) fn resident(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most that was ever resident, MiB.
    pub(super) fn peak(&self) -> f64 {
        self.status("VmHWM:")
    }

    /// Open descriptors.
    pub(super) fn descriptors(&self) -> f64 {
        let open = fs::read_dir(format!("/proc/{}/fd", self.process));
        open.expect("the process lives").count() as f64
    }

    /// The time that its threads have run, by the scheduler's count of nanoseconds.
    fn cpu(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.process));
        let ran = threads.expect("the process lives").filter_map(|thread| {
            let stat = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            stat.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(ran.sum())
    }

    fn status(&self, name: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process));
        let status = status.expect("the process lives");
        let value = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = value.and_then(|value| value.split_whitespace().next()?.parse::<f64>().ok());
        kib.expect("the kernel tells it in KiB") / 1024.0
    }
}

/// The rounds of several servers, taken in turn.
pub(super) struct Turns(Vec<Vec<Round>>);

impl Turns {
    /// One round each to warm up, then as many as told; each server with its number of requests.
    pub(super) fn take(servers: &[(&Contestant, usize)], load: &Load<'_>, rounds: usize) -> Self {
        for (server, requests) in servers {
            server.round(load, (requests / 4).max(200));
        }
        let mut taken: Vec<Vec<Round>> = servers.iter().map(|_| Vec::new()).collect();
        for _ in 0..rounds {
            for ((server, requests), rounds) in servers.iter().zip(&mut taken) {
                rounds.push(server.round(load, *requests));
            }
        }
        Self(taken)
    }

    /// The median over the rounds of one server's figure over another's in the same round.
    pub(super) fn ratio(&self, (over, under): (usize, usize), of: fn(&Round) -> f64) -> f64 {
        let rounds = |at: usize| self.0.get(at).expect("one of the servers").iter();
        let pairs = rounds(over).zip(rounds(under));
        median(pairs.map(|(over, under)| of(over) / of(under)).collect())
    }

    /// The median of one server's figure.
    pub(super) fn median(&self, at: usize, of: fn(&Round) -> f64) -> f64 {
        let rounds = self.0.get(at).expect("one of the servers");
        median(rounds.iter().map(of).collect())
    }
}

pub(super) fn cpu(round: &Round) -> f64 {
    round.cpu_us
}

pub(super) fn speed(round: &Round) -> f64 {
    round.per_second
}

pub(super) fn p99(round: &Round) -> f64 {
    round.p99_ms
}
