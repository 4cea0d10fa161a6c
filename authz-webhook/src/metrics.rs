//! What the webhook counts, offered on `/metrics` as OpenMetrics text.
//!
//! Counters of `aws-iam-authenticator` keep their names, label names and label values where they
//! mean the same (`aws_iam_authenticator_*`, `uknown_user` included: dashboards select by it);
//! the others begin with `authz_webhook_`. Every label value comes from a closed set: the enums
//! below, words of the program, status codes, the listed STS hosts and the configured cluster ids. Nothing a caller sends
//! becomes a label.

mod labels;
mod registration;

use std::borrow::Cow;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use labels::{AuthorizeResult, CacheOutcome, ConnectionEnd, ReloadResult, ReviewResult};

type Labels<const N: usize> = [(&'static str, Cow<'static, str>); N];
type Counters<const N: usize> = Family<Labels<N>, Counter>;
type Gauges = Family<Labels<1>, Gauge>;
type Fractions = Family<Labels<1>, Gauge<f64, AtomicU64>>;
type Latencies = Family<Labels<1>, Histogram, fn() -> Histogram>;

/// A call to STS that is under way; dropping it ends the count.
#[derive(Debug)]
pub struct StsCall(Gauge);

/// Every metric of the process.
///
/// What an answer from the cache touches (`success_latency`, `granted`, `cache_hits`, `http_ok`)
/// is kept apart from its family: no label is compared for it.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    success_latency: Histogram,
    granted: Counter,
    latency: Latencies,
    authorize_latency: Latencies,
    decisions: Counters<1>,
    sts_responses: Counters<2>,
    sts_connection_failures: Counters<1>,
    sts_throttling: Counters<1>,
    sts_contradictions: Counters<1>,
    sts_circuit_open: Gauges,
    cluster_ids: Counters<1>,
    sts_clock_skew: Fractions,
    ec2_calls: Counter,
    ec2_failures: Counter,
    certificate_days_left: Fractions,
    sts_in_flight: Gauge,
    cache: Counters<1>,
    cache_hits: Counter,
    mapping_entries: Gauges,
    mapping_loads: Counters<2>,
    mapping_degraded: Gauges,
    mapping_dropped: Gauges,
    configmap_watch_failures: Counter,
    dynamic_delay: Latencies,
    dynamic_file_failures: Counter,
    dynamic_file_enabled: Gauge,
    dynamic_file_only: Gauge,
    http_responses: Counters<1>,
    http_ok: Counter,
    connections: Gauge,
    connections_ended: Counters<1>,
    certificate_reloads: Counters<1>,
    panics: Counter,
    audit_lost: Counter,
}

impl Metrics {
    /// Registers everything at zero.
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let latency: Latencies = Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let decisions = Counters::default();
        let cache = Counters::default();
        let http_responses = Counters::default();
        let metrics = Self {
            success_latency: latency.get_or_create_owned(&result(ReviewResult::Success)),
            granted: decisions.get_or_create_owned(&[("reason", GRANTED.into())]),
            latency,
            authorize_latency: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            decisions,
            sts_responses: Counters::default(),
            sts_connection_failures: Counters::default(),
            sts_throttling: Counters::default(),
            sts_contradictions: Counters::default(),
            sts_circuit_open: Gauges::default(),
            cluster_ids: Counters::default(),
            sts_clock_skew: Fractions::default(),
            ec2_calls: Counter::default(),
            ec2_failures: Counter::default(),
            certificate_days_left: Fractions::default(),
            sts_in_flight: Gauge::default(),
            cache_hits: cache.get_or_create_owned(&[("outcome", "hit".into())]),
            cache,
            mapping_entries: Gauges::default(),
            mapping_loads: Counters::default(),
            mapping_degraded: Gauges::default(),
            mapping_dropped: Gauges::default(),
            configmap_watch_failures: Counter::default(),
            dynamic_delay: Family::new_with_constructor(|| Histogram::new(DELAYS)),
            dynamic_file_failures: Counter::default(),
            dynamic_file_enabled: Gauge::default(),
            dynamic_file_only: Gauge::default(),
            http_ok: http_responses.get_or_create_owned(&[("code", "200".into())]),
            http_responses,
            connections: Gauge::default(),
            connections_ended: Counters::default(),
            certificate_reloads: Counters::default(),
            panics: Counter::default(),
            audit_lost: Counter::default(),
            registry: Registry::default(),
        };
        metrics.begin_at_zero();
        metrics.register_the_peers(registry.sub_registry_with_prefix("aws_iam_authenticator"));
        metrics.register_ours(registry.sub_registry_with_prefix("authz_webhook"));
        Self {
            registry,
            ..metrics
        }
    }

    /// All metrics as OpenMetrics text.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)
            .expect("writing to a String cannot fail");
        text
    }

    /// A caller was let in.
    pub fn granted(&self, latency: Duration) {
        self.success_latency.observe(latency.as_secs_f64());
        self.granted.inc();
    }

    /// A review ended with anything but success; `reason` is a word of [`crate::refusal`].
    pub fn refused(&self, outcome: ReviewResult, reason: &'static str, latency: Duration) {
        self.latency
            .get_or_create(&result(outcome))
            .observe(latency.as_secs_f64());
        count(&self.decisions, [("reason", reason.into())]);
    }

    /// A request was no TokenReview.
    pub fn malformed_request(&self, latency: Duration) {
        self.latency
            .get_or_create(&result(ReviewResult::MalformedRequest))
            .observe(latency.as_secs_f64());
    }

    /// An access review was answered, or was none.
    pub fn authorized(&self, outcome: AuthorizeResult, latency: Duration) {
        self.authorize_latency
            .get_or_create(&[("result", outcome.word().into())])
            .observe(latency.as_secs_f64());
    }

    /// A call to STS begins.
    pub fn sts_call(&self) -> StsCall {
        self.sts_in_flight.inc();
        StsCall(self.sts_in_flight.clone())
    }

    /// STS at the listed `host` answered with this HTTP status.
    pub fn sts_response(&self, host: &str, status: u16) {
        let code = ("ResponseCode", status.to_string().into());
        count(&self.sts_responses, [code, sts_region(host)]);
    }

    /// The listed `host` could not be reached, or the connection broke.
    pub fn sts_connection_failed(&self, host: &str) {
        count(&self.sts_connection_failures, [sts_region(host)]);
    }

    /// STS at the listed `host` asked to be asked less.
    pub fn sts_throttled(&self, host: &str) {
        count(&self.sts_throttling, [sts_region(host)]);
    }

    /// The answer of the listed `host` contradicts itself or the request.
    pub fn sts_contradicted(&self, host: &str) {
        count(&self.sts_contradictions, [sts_region(host)]);
    }

    /// Whether calls to the listed `host` are suspended.
    pub fn sts_circuit(&self, host: &str, open: bool) {
        let host = Cow::Owned(host.to_owned());
        self.sts_circuit_open
            .get_or_create(&[("host", host)])
            .set(open.into());
    }

    /// STS vouched for a token that is signed for this cluster, one of several that are configured.
    pub fn cluster_id_matched(&self, id: &str) {
        count(&self.cluster_ids, [("cluster_id", id.to_owned().into())]);
    }

    /// Our clock is so many seconds ahead of that of the listed `host`.
    pub fn sts_clock_skew(&self, host: &str, seconds: f64) {
        self.sts_clock_skew
            .get_or_create(&[("host", host.to_owned().into())])
            .set(seconds);
    }

    /// EC2 is asked about instances.
    pub fn ec2_asked(&self) {
        self.ec2_calls.inc();
    }

    /// EC2 could not be asked, or did not say.
    pub fn ec2_failed(&self) {
        self.ec2_failures.inc();
    }

    /// A certificate is in date for so many days; below zero it is over. `which` is a word of the
    /// program.
    pub fn certificate_days_left(&self, which: &'static str, days: f64) {
        self.certificate_days_left
            .get_or_create(&[("certificate", which.into())])
            .set(days);
    }

    /// The cache of verified callers was asked.
    pub fn caller_cache(&self, outcome: CacheOutcome) {
        if outcome == CacheOutcome::Hit {
            self.cache_hits.inc();
        } else {
            count(&self.cache, [("outcome", outcome.word().into())]);
        }
    }

    /// A mapping source was read: how many entries act, and how many were dropped as faulty.
    pub fn mappings_loaded(&self, source: &'static str, entries: usize, dropped: usize) {
        let label = [("source", source.into())];
        self.mapping_entries
            .get_or_create(&label)
            .set(saturated(entries));
        self.mapping_dropped
            .get_or_create(&label)
            .set(saturated(dropped));
        self.mapping_degraded.get_or_create(&label).set(0);
        count(
            &self.mapping_loads,
            [("source", source.into()), ("result", "loaded".into())],
        );
    }

    /// A mapping source could not be read; what it held before still acts.
    pub fn mappings_kept(&self, source: &'static str) {
        self.mapping_degraded
            .get_or_create(&[("source", source.into())])
            .set(1);
        count(
            &self.mapping_loads,
            [("source", source.into()), ("result", "kept".into())],
        );
    }

    /// The watch of the ConfigMap failed and is begun again.
    pub fn configmap_watch_failed(&self) {
        self.configmap_watch_failures.inc();
    }

    /// `DynamicFile` is among so many sources.
    pub fn dynamic_file_among(&self, sources: usize) {
        self.dynamic_file_enabled.set(1);
        self.dynamic_file_only.set((sources == 1).into());
    }

    /// The `DynamicFile` could not be read.
    pub fn dynamic_file_failed(&self) {
        self.dynamic_file_failures.inc();
    }

    /// A changed `DynamicFile` acts so long after it was written, by its own account.
    pub fn dynamic_file_delayed(&self, delay: Duration) {
        self.dynamic_delay
            .get_or_create(&[("type", "dynamic_file".into())])
            .observe(delay.as_secs_f64());
    }

    /// An HTTP response of the webhook's listener.
    pub fn http_response(&self, status: u16) {
        if status == 200 {
            self.http_ok.inc();
            return;
        }
        count(&self.http_responses, [("code", status.to_string().into())]);
    }

    /// A client's connection was accepted.
    pub fn connection_opened(&self) {
        self.connections.inc();
    }

    /// An accepted connection ended.
    pub fn connection_ended(&self, end: ConnectionEnd) {
        self.connections.dec();
        self.connection_not_taken(end);
    }

    /// A connection ended before it counted as open.
    pub fn connection_not_taken(&self, end: ConnectionEnd) {
        count(&self.connections_ended, [("end", end.word().into())]);
    }

    /// Certificate files changed and were read again.
    pub fn certificate_reloaded(&self, result: ReloadResult) {
        count(
            &self.certificate_reloads,
            [("result", result.word().into())],
        );
    }

    /// A request panicked and was answered 503.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    /// Audit lines were lost because stderr did not take them in time.
    pub fn audit_lines_lost(&self, lines: u64) {
        self.audit_lost.inc_by(lines);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for StsCall {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn count<const N: usize>(family: &Counters<N>, labels: Labels<N>) {
    family.get_or_create(&labels).inc();
}

fn result(result: ReviewResult) -> Labels<1> {
    [("result", result.word().into())]
}

/// The peer's label of an STS host: its second part, or `global` for the global host.
fn sts_region(host: &str) -> (&'static str, Cow<'static, str>) {
    let region = match host.split('.').nth(1) {
        Some("amazonaws") | None => "global",
        Some(region) => region,
    };
    ("StsRegion", region.to_owned().into())
}

fn saturated(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The word of success among the words of [`crate::refusal`].
pub const GRANTED: &str = "granted";

/// The peer's buckets, and finer ones below: an answer from the cache takes microseconds.
const BUCKETS: [f64; 16] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];

/// The peer's buckets for what other programs write.
const DELAYS: [f64; 8] = [1.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0];

#[cfg(test)]
mod tests;
