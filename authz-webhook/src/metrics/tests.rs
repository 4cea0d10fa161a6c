//! What `/metrics` shows.

use super::*;

#[test]
fn keeps_the_peers_names_and_label_values() {
    let metrics = Metrics::new();
    metrics.granted(Duration::from_millis(3));
    metrics.refused(ReviewResult::UnknownUser, "not_mapped", Duration::ZERO);
    metrics.sts_response("sts.eu-west-1.amazonaws.com", 200);
    metrics.sts_response("sts.amazonaws.com", 403);
    metrics.sts_connection_failed("sts-fips.us-east-1.amazonaws.com");
    metrics.dynamic_file_among(2);
    metrics.dynamic_file_failed();
    let text = metrics.encode();
    let missing: Vec<_> = [
        "aws_iam_authenticator_authenticate_latency_seconds_count{result=\"success\"} 1",
        "aws_iam_authenticator_authenticate_latency_seconds_count{result=\"uknown_user\"} 1",
        "aws_iam_authenticator_sts_responses_total{ResponseCode=\"200\",StsRegion=\"eu-west-1\"} 1",
        "aws_iam_authenticator_sts_responses_total{ResponseCode=\"403\",StsRegion=\"global\"} 1",
        "aws_iam_authenticator_sts_connection_failures_total{StsRegion=\"us-east-1\"} 1",
        "aws_iam_authenticator_configmap_watch_failures_total 0",
        "aws_iam_authenticator_dynamicfile_failures_total 1",
        "aws_iam_authenticator_dynamic_file_enabled 1",
        "aws_iam_authenticator_dynamic_file_only 0",
        "authz_webhook_decisions_total{reason=\"granted\"} 1",
        "authz_webhook_decisions_total{reason=\"not_mapped\"} 1",
    ]
    .into_iter()
    .filter(|line| !text.lines().any(|found| found == *line))
    .collect();
    assert_eq!(missing, Vec::<&str>::new(), "{text}");
}

#[test]
fn closed_sets_begin_at_zero_and_every_metric_has_a_help_text() {
    let text = Metrics::new().encode();
    let helps = text.lines().filter_map(|line| line.strip_prefix("# HELP "));
    let names: Vec<_> = helps
        .filter_map(|help| help.split_once(' '))
        .map(|(n, _)| n)
        .collect();
    let expected = [
        "aws_iam_authenticator_authenticate_latency_seconds",
        "aws_iam_authenticator_ec2_describe_instances_calls",
        "aws_iam_authenticator_configmap_watch_failures",
        "aws_iam_authenticator_dynamicfile_failures",
        "aws_iam_authenticator_dynamic_file_enabled",
        "aws_iam_authenticator_dynamic_file_only",
        "authz_webhook_decisions",
        "authz_webhook_authorize_latency_seconds",
        "authz_webhook_ec2_failures",
        "authz_webhook_sts_in_flight",
        "authz_webhook_caller_cache",
        "authz_webhook_http_responses",
        "authz_webhook_connections",
        "authz_webhook_connections_ended",
        "authz_webhook_certificate_reloads",
        "authz_webhook_panics",
        "authz_webhook_audit_lines_lost",
    ];
    assert_eq!(names, expected);
    let zeroes = text
        .lines()
        .filter(|line| line.starts_with("authz_webhook_connections_ended"));
    assert_eq!(zeroes.count(), ConnectionEnd::ALL.len());
}

#[test]
fn counts_sts_calls_under_way_until_they_are_dropped() {
    let metrics = Metrics::new();
    let first = metrics.sts_call();
    let second = metrics.sts_call();
    drop(first);
    assert_eq!(metrics.sts_in_flight.get(), 1);
    drop(second);
    assert_eq!(metrics.sts_in_flight.get(), 0);
}
