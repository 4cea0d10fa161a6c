//! One test in a cluster that it shares with others.

use std::{
    ops::Deref,
    thread,
    time::{Duration, Instant},
};

use super::Cluster;
use crate::support::programs::progress;

/// One test's use of a cluster: what it wrote is searched for secrets at the end, or shown when
/// the test fails.
pub struct Story<'a>(&'a Cluster);

impl<'a> Story<'a> {
    pub(super) const fn of(cluster: &'a Cluster) -> Self {
        Self(cluster)
    }
}

impl Deref for Story<'_> {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        self.0
    }
}

impl Drop for Story<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let apiserver = self.control_plane.log_tail();
            progress(&format!("kube-apiserver's log ends:\n{apiserver}"));
            progress(&format!("the webhook's log:\n{}", self.webhook_log()));
            return;
        }
        let secrets = self.sandbox.secrets();
        secrets.assert_absent_from("kube-apiserver's log", &self.control_plane.log());
        secrets.assert_absent_from("the audit log", &self.audit_log());
        secrets.assert_absent_from("the webhook's log", &self.webhook_log());
    }
}

/// Whether `condition` comes true before the deadline.
pub fn eventually(deadline: Duration, condition: impl Fn() -> bool) -> bool {
    let end = Instant::now() + deadline;
    loop {
        if condition() {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
}
