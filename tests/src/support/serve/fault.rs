//! What can be wrong with a service: its door, and the plan of its faults.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// What happens to connections.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Door {
    /// They are served.
    Open,
    /// They are refused. The port stays taken.
    Refusing,
    /// They are accepted, and nothing is ever said on them.
    Silent,
    /// They are served with a certificate for another host.
    WrongCertificate,
}

/// The fault in force.
pub(crate) struct Faults<F> {
    plan: Mutex<Option<Plan<F>>>,
    /// Counts the clearings, so that held requests hear of the next one.
    cleared: watch::Sender<u64>,
}

struct Plan<F> {
    fault: F,
    /// How many requests go unharmed before.
    spared: usize,
    times: Option<usize>,
}

impl<F> Default for Faults<F> {
    fn default() -> Self {
        Self {
            plan: Mutex::default(),
            cleared: watch::Sender::new(0),
        }
    }
}

impl<F: Clone> Faults<F> {
    pub(crate) fn set(&self, fault: F, times: Option<usize>) {
        *self.lock() = Some(Plan {
            fault,
            spared: 0,
            times,
        });
    }

    pub(crate) fn set_after(&self, spared: usize, fault: F) {
        *self.lock() = Some(Plan {
            fault,
            spared,
            times: None,
        });
    }

    pub(crate) fn clear(&self) {
        *self.lock() = None;
        self.cleared.send_modify(|count| *count += 1);
    }

    /// The fault for one request, and what tells of the next clearing.
    pub(crate) fn next(&self) -> (Option<F>, watch::Receiver<u64>) {
        let mut plan = self.lock();
        let clearing = self.cleared.subscribe();
        let fault = plan.as_mut().and_then(Plan::next);
        (fault, clearing)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Plan<F>>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Clone> Plan<F> {
    fn next(&mut self) -> Option<F> {
        if self.spared > 0 {
            self.spared -= 1;
            return None;
        }
        if let Some(times) = &mut self.times {
            *times = times.checked_sub(1)?;
        }
        Some(self.fault.clone())
    }
}
