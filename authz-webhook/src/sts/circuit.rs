//! One circuit per STS host: after repeated failures only one question a second goes through,
//! until one is answered.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row after which the circuit opens.
const FAILURES_TO_OPEN: u32 = 5;
/// The time between two probes of an open circuit. It bounds how long a host that is well again
/// is still taken for ill, and does not wait for a probe that hangs.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// What a host may be asked just now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Passage {
    /// The host is thought to be well.
    Closed,
    /// The host is thought to be ill; this question finds out.
    Probe,
    /// The host is thought to be ill.
    Refused,
}

/// The state of one host. Lock-free.
#[derive(Debug)]
pub(super) struct Circuit {
    start: Instant,
    failures: AtomicU32,
    next_probe: AtomicU64,
}

impl Circuit {
    pub(super) fn new(start: Instant) -> Self {
        Self {
            start,
            failures: AtomicU32::new(0),
            next_probe: AtomicU64::new(0),
        }
    }

    /// Whether a question may go out; of those that ask at once one gets the probe.
    pub(super) fn pass(&self, now: Instant) -> Passage {
        if !self.is_open() {
            return Passage::Closed;
        }
        let now = self.milliseconds(now);
        let due = self.next_probe.load(Ordering::Acquire);
        let next = now + in_milliseconds(PROBE_INTERVAL);
        let won = now >= due
            && self
                .next_probe
                .compare_exchange(due, next, Ordering::AcqRel, Ordering::Acquire)
                .is_ok();
        if won {
            Passage::Probe
        } else {
            Passage::Refused
        }
    }

    /// Whether the host is thought to be ill.
    pub(super) fn is_open(&self) -> bool {
        self.failures.load(Ordering::Acquire) >= FAILURES_TO_OPEN
    }

    /// The host answered.
    pub(super) fn succeeded(&self) {
        self.failures.store(0, Ordering::Release);
    }

    /// The host failed. True when this failure opened the circuit.
    pub(super) fn failed(&self, now: Instant) -> bool {
        let before = self.failures.fetch_add(1, Ordering::AcqRel);
        let opens = before + 1 == FAILURES_TO_OPEN;
        if opens {
            let next = self.milliseconds(now) + in_milliseconds(PROBE_INTERVAL);
            self.next_probe.store(next, Ordering::Release);
        }
        if before >= MANY_FAILURES {
            self.failures.store(FAILURES_TO_OPEN, Ordering::Release);
        }
        opens
    }

    fn milliseconds(&self, now: Instant) -> u64 {
        in_milliseconds(now.saturating_duration_since(self.start))
    }
}

/// Keeps the count from ever wrapping.
const MANY_FAILURES: u32 = u32::MAX / 2;

fn in_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_circuit(start: Instant) -> Circuit {
        let circuit = Circuit::new(start);
        let opened: Vec<bool> = (0..FAILURES_TO_OPEN)
            .map(|_| circuit.failed(start))
            .collect();
        assert_eq!(opened, [false, false, false, false, true]);
        circuit
    }

    #[test]
    fn opens_after_repeated_failures_only() {
        let start = Instant::now();
        let circuit = Circuit::new(start);
        for _ in 0..FAILURES_TO_OPEN - 1 {
            circuit.failed(start);
        }
        circuit.succeeded();
        circuit.failed(start);
        assert_eq!(circuit.pass(start), Passage::Closed);
    }

    #[test]
    fn an_open_circuit_lets_one_probe_a_second_through() {
        let start = Instant::now();
        let circuit = open_circuit(start);
        let later = start + PROBE_INTERVAL;
        assert_eq!(circuit.pass(start), Passage::Refused);
        assert_eq!(circuit.pass(later), Passage::Probe);
        assert_eq!(circuit.pass(later), Passage::Refused);
        assert_eq!(circuit.pass(later + PROBE_INTERVAL), Passage::Probe);
    }

    #[test]
    fn one_answer_closes_it() {
        let start = Instant::now();
        let circuit = open_circuit(start);
        assert_eq!(circuit.pass(start + PROBE_INTERVAL), Passage::Probe);
        circuit.succeeded();
        assert_eq!(circuit.pass(start + PROBE_INTERVAL), Passage::Closed);
    }

    #[test]
    fn a_failed_probe_leaves_it_open() {
        let start = Instant::now();
        let circuit = open_circuit(start);
        assert_eq!(circuit.pass(start + PROBE_INTERVAL), Passage::Probe);
        assert!(!circuit.failed(start + PROBE_INTERVAL));
        assert_eq!(circuit.pass(start + PROBE_INTERVAL), Passage::Refused);
    }
}
