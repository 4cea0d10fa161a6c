//! What the controller counts, as OpenMetrics text. Every label value comes from a closed set.

use std::time::SystemTime;

use k8s_openapi::jiff::Timestamp;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::apply::{ApplyError, Done};
use crate::guard::Code;
use crate::merge::Change;
use crate::plan::report::Summary;
use crate::plan::{Plan, Refusal};
use crate::watch::ending::Ending;
use crate::watch::lease::Standing;
use crate::watch::sources::Sources;

type Counters = Family<[(&'static str, &'static str); 1], Counter>;

/// Every metric of the controller.
pub(super) struct Metrics {
    registry: Registry,
    syncs: Counters,
    changes: Counters,
    drift_repaired: Counter,
    refusals: Counters,
    conflicts: Gauge,
    entries_owned: Gauge,
    sources_at_fault: Gauge,
    last_success: Gauge,
    leader: Gauge,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("aws_auth_sync"),
            syncs: Counters::default(),
            changes: Counters::default(),
            drift_repaired: Counter::default(),
            refusals: Counters::default(),
            conflicts: Gauge::default(),
            entries_owned: Gauge::default(),
            sources_at_fault: Gauge::default(),
            last_success: Gauge::default(),
            leader: Gauge::default(),
        };
        metrics.begin_at_zero();
        metrics.register();
        metrics
    }

    /// A rate needs the zero before the first event.
    fn begin_at_zero(&self) {
        let zero = |family: &Counters, name, values: &[&'static str]| {
            for value in values {
                drop(family.get_or_create(&[(name, *value)]));
            }
        };
        zero(&self.syncs, "result", &RESULTS);
        zero(&self.changes, "action", &ACTIONS);
        zero(&self.refusals, "code", &Code::ALL.map(Code::word));
    }

    fn register(&mut self) {
        let to = &mut self.registry;
        to.register("syncs", "Syncs by what they came to", self.syncs.clone());
        to.register(
            "last_success_timestamp_seconds",
            "When aws-auth was last seen to be as good sources want it; 0 before",
            self.last_success.clone(),
        );
        to.register(
            "changes",
            "Entries of aws-auth that were written, by what became of them",
            self.changes.clone(),
        );
        to.register(
            "drift_repaired",
            "Entries that somebody else had changed or removed, and that were mended",
            self.drift_repaired.clone(),
        );
        to.register(
            "refusals",
            "Refusals of a sync by a guard, by its code",
            self.refusals.clone(),
        );
        to.register(
            "conflicts",
            "Entries that others have written, as the last sync found them in the way",
            self.conflicts.clone(),
        );
        to.register(
            "entries_owned",
            "Entries of aws-auth that are the owner's",
            self.entries_owned.clone(),
        );
        to.register(
            "sources_at_fault",
            "1 while the sources cannot be used, and older ones act or none",
            self.sources_at_fault.clone(),
        );
        to.register(
            "leader",
            "1 while this replica holds the lease",
            self.leader.clone(),
        );
    }

    pub(super) fn read(&self, sources: &Sources) {
        let is_at_fault = sources.fault().is_some();
        self.sources_at_fault.set(is_at_fault.into());
        if sources.wanted().is_none() {
            count(&self.syncs, "result", "no_sources");
        }
    }

    pub(super) fn applied(&self, applied: &Result<Done, ApplyError>, now: SystemTime) {
        let ending = Ending::of(applied);
        count(&self.syncs, "result", result(ending));
        match applied {
            Ok(done) => {
                self.conflicts.set(0);
                self.done(done);
                if self.sources_at_fault.get() == 0 && ending.is_good() {
                    let now = Timestamp::try_from(now).map_or(0, Timestamp::as_second);
                    self.last_success.set(now);
                }
            }
            Err(ApplyError::Refused(Refusal::Guarded(guards))) => {
                for guard in guards {
                    count(&self.refusals, "code", guard.code.word());
                }
            }
            Err(ApplyError::Refused(Refusal::Conflicts(conflicts))) => {
                self.conflicts.set(saturated(conflicts.len()));
            }
            Err(_) => {}
        }
    }

    fn done(&self, done: &Done) {
        match done {
            Done::Tried { .. } => {}
            Done::Nothing { plan } => self.owns(plan),
            Done::Written { plan, .. } => {
                self.owns(plan);
                let Summary {
                    add,
                    change,
                    remove,
                    adopt,
                    ..
                } = Summary::of(plan);
                for (action, entries) in ACTIONS.into_iter().zip([add, change, remove, adopt]) {
                    let counter = self.changes.get_or_create(&[("action", action)]);
                    counter.inc_by(entries as u64);
                }
                let drift = |change: &&Change| change.reason.is_drift();
                let drift = plan.merge.changes.iter().filter(drift).count();
                self.drift_repaired.inc_by(drift as u64);
            }
        }
    }

    fn owns(&self, plan: &Plan) {
        let entries = plan.merge.record.entries().count();
        self.entries_owned.set(saturated(entries));
    }

    pub(super) fn encode(&self, standing: Standing) -> String {
        self.leader.set((standing == Standing::Leads).into());
        let mut text = String::new();
        text::encode(&mut text, &self.registry).expect("writing to a String cannot fail");
        text
    }
}

const fn result(ending: Ending) -> &'static str {
    match ending {
        Ending::Unchanged => "unchanged",
        Ending::Written | Ending::Repaired => "written",
        Ending::Tried => "tried",
        Ending::Refused => "refused",
        Ending::Conflict => "conflict",
        Ending::Impossible | Ending::Failed => "failed",
    }
}

fn count(family: &Counters, name: &'static str, value: &'static str) {
    family.get_or_create(&[(name, value)]).inc();
}

fn saturated(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What [`result`] says, and that there are no sources to go by.
const RESULTS: [&str; 7] = [
    "unchanged",
    "written",
    "tried",
    "refused",
    "conflict",
    "failed",
    "no_sources",
];
/// In the order of a [`Summary`].
const ACTIONS: [&str; 4] = ["add", "update", "remove", "adopt"];
