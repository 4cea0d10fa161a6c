//! What probes and Prometheus see of the controller.

mod health;
pub(super) mod listen;
mod metrics;

use std::cell::RefCell;
use std::time::SystemTime;

use iam_cli::readyz::Checks;
use tokio::sync::watch::Receiver;

use super::lease::Standing;
use super::sources::Sources;
use crate::apply::{ApplyError, Done};
use health::Health;
use metrics::Metrics;

/// Gathers what every sync came to.
pub(super) struct Monitor {
    health: RefCell<Health>,
    metrics: Metrics,
    standing: Receiver<Standing>,
}

impl Monitor {
    /// Before the first sync of a replica that stands as `standing` says.
    pub(super) fn new(standing: Receiver<Standing>) -> Self {
        Self {
            health: RefCell::default(),
            metrics: Metrics::new(),
            standing,
        }
    }

    /// The sources were read, good or not.
    pub(super) fn read(&self, sources: &Sources) {
        self.health.borrow_mut().read(sources);
        self.metrics.read(sources);
    }

    /// aws-auth was brought to what they want, or not.
    pub(super) fn applied(&self, applied: &Result<Done, ApplyError>, now: SystemTime) {
        self.health.borrow_mut().applied(applied);
        self.metrics.applied(applied, now);
    }

    /// Whether a first sync is done, or another replica's affair.
    fn readiness(&self) -> Checks {
        self.health.borrow().checks(*self.standing.borrow())
    }

    /// Everything that is counted, as OpenMetrics text.
    fn metrics(&self) -> String {
        self.metrics.encode(*self.standing.borrow())
    }
}
