//! Names and help texts.

use prometheus_client::registry::Registry;

use super::{
    AuthorizeResult, CacheOutcome, ConnectionEnd, Metrics, ReloadResult, ReviewResult, result,
};

impl Metrics {
    /// A rate needs the zero before the first event.
    pub(super) fn begin_at_zero(&self) {
        for outcome in ReviewResult::ALL {
            drop(self.latency.get_or_create(&result(outcome)));
        }
        for outcome in AuthorizeResult::ALL {
            drop(
                self.authorize_latency
                    .get_or_create(&[("result", outcome.word().into())]),
            );
        }
        for outcome in CacheOutcome::ALL {
            drop(
                self.cache
                    .get_or_create(&[("outcome", outcome.word().into())]),
            );
        }
        for end in ConnectionEnd::ALL {
            drop(
                self.connections_ended
                    .get_or_create(&[("end", end.word().into())]),
            );
        }
        for result in ReloadResult::ALL {
            drop(
                self.certificate_reloads
                    .get_or_create(&[("result", result.word().into())]),
            );
        }
    }

    pub(super) fn register_the_peers(&self, to: &mut Registry) {
        let m = self;
        to.register(
            "authenticate_latency_seconds",
            "Time to answer a review",
            m.latency.clone(),
        );
        to.register("sts_responses", "Answers of STS", m.sts_responses.clone());
        to.register(
            "sts_connection_failures",
            "Calls to STS that ended without an answer",
            m.sts_connection_failures.clone(),
        );
        to.register(
            "sts_throttling",
            "Calls that STS throttled",
            m.sts_throttling.clone(),
        );
        to.register(
            "ec2_describe_instances_calls",
            "Calls of EC2's DescribeInstances",
            m.ec2_calls.clone(),
        );
        to.register(
            "configmap_watch_failures",
            "Failures of the watch on aws-auth",
            m.configmap_watch_failures.clone(),
        );
        to.register(
            "dynamic_e2e_latency_seconds",
            "Time from the writing of a changed DynamicFile, by its own account, to its acting",
            m.dynamic_delay.clone(),
        );
        to.register(
            "dynamicfile_failures",
            "Readings of the DynamicFile that failed",
            m.dynamic_file_failures.clone(),
        );
        to.register(
            "dynamic_file_enabled",
            "1 where DynamicFile is a source",
            m.dynamic_file_enabled.clone(),
        );
        to.register(
            "dynamic_file_only",
            "1 where DynamicFile is the only source",
            m.dynamic_file_only.clone(),
        );
    }

    pub(super) fn register_ours(&self, to: &mut Registry) {
        let m = self;
        to.register(
            "decisions",
            "Reviews by the word of their outcome",
            m.decisions.clone(),
        );
        to.register(
            "authorize_latency_seconds",
            "Time to answer an access review",
            m.authorize_latency.clone(),
        );
        self.register_sts(to);
        to.register(
            "caller_cache",
            "Lookups in the cache of callers",
            m.cache.clone(),
        );
        to.register(
            "mapping_entries",
            "Mapping entries that act",
            m.mapping_entries.clone(),
        );
        to.register(
            "mapping_entries_dropped",
            "Mapping entries that were dropped as faulty",
            m.mapping_dropped.clone(),
        );
        to.register(
            "mapping_loads",
            "Readings of a mapping source",
            m.mapping_loads.clone(),
        );
        to.register(
            "mapping_degraded",
            "1 while a mapping source is unreadable and older mappings act",
            m.mapping_degraded.clone(),
        );
        self.register_operation(to);
    }

    fn register_sts(&self, to: &mut Registry) {
        let m = self;
        to.register(
            "sts_contradictions",
            "Answers of STS that contradict themselves or the request",
            m.sts_contradictions.clone(),
        );
        to.register(
            "sts_circuit_open",
            "1 while calls to an STS host are suspended",
            m.sts_circuit_open.clone(),
        );
        to.register(
            "ec2_failures",
            "Calls of EC2's DescribeInstances that ended without an answer",
            m.ec2_failures.clone(),
        );
        to.register(
            "cluster_id_matches",
            "Tokens that STS vouched for by the cluster id they are signed for, where several are",
            m.cluster_ids.clone(),
        );
        to.register(
            "sts_clock_skew_seconds",
            "This machine's clock less that of an STS host, by the last answer",
            m.sts_clock_skew.clone(),
        );
        to.register(
            "sts_in_flight",
            "Calls to STS under way",
            m.sts_in_flight.clone(),
        );
    }

    fn register_operation(&self, to: &mut Registry) {
        let m = self;
        to.register(
            "http_responses",
            "Responses by status code",
            m.http_responses.clone(),
        );
        to.register(
            "connections",
            "Open connections of clients",
            m.connections.clone(),
        );
        to.register(
            "connections_ended",
            "Connections of clients by how they ended",
            m.connections_ended.clone(),
        );
        to.register(
            "certificate_reloads",
            "Readings of changed certificate files",
            m.certificate_reloads.clone(),
        );
        to.register(
            "certificate_days_left",
            "Days until a certificate ends: serving, authority (what signs it), client_ca",
            m.certificate_days_left.clone(),
        );
        to.register("panics", "Requests that ended in a panic", m.panics.clone());
        to.register(
            "audit_lines_lost",
            "Audit lines lost because stderr did not take them in time",
            m.audit_lost.clone(),
        );
    }
}
