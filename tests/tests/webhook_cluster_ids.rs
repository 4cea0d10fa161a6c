//! Several cluster ids: a renamed cluster goes on taking the tokens of kubeconfigs that still name
//! the old one, and nobody else's.

#![cfg(test)]

use std::time::Duration;

use e2e::support::keys::Keys;
use e2e::support::line::{CLUSTER, Line};
use e2e::support::programs::Program;
use e2e::support::sts::{Fault, STS_REGION};
use serde_json::{Value, json};

const OLD: &str = "demo-blue";
const OLDER: &str = "arn:aws:eks:us-west-2:111122223333:cluster/demo";

fn renamed(name: &str) -> Line {
    Line::with(name, |config| {
        config.server("additionalClusterIDs", json!([OLD, OLDER]))
    })
}

/// What token-exec signs for a cluster.
fn token(line: &Line, keys: &Keys, cluster: &str) -> String {
    line.sandbox
        .command(Program::TokenExec)
        .keys(keys)
        .args(["--cluster-id", cluster, "--region", STS_REGION])
        .args(["--output", "token", "--cache", "off"])
        .bearer()
}

/// The clusters that STS was asked with so far.
fn asked(line: &Line) -> Vec<String> {
    let requests = line.sts.requests();
    let header = |request: &e2e::support::sts::LoggedRequest| {
        request
            .header("x-k8s-aws-id")
            .unwrap_or_default()
            .to_owned()
    };
    requests.iter().map(header).collect()
}

fn last_audit(line: &Line) -> Value {
    line.webhook.audit().pop().unwrap_or_default()
}

#[test]
fn tokens_of_the_old_names_are_taken_and_the_log_says_which() {
    let line = renamed("renamed");
    let alice = line.sts.add_user("alice");
    let rows = [
        (CLUSTER, vec![CLUSTER]),
        (OLD, vec![CLUSTER, OLD]),
        (OLDER, vec![CLUSTER, OLD, OLDER]),
    ];
    for (cluster, expected) in rows {
        let before = asked(&line).len();
        let bearer = token(&line, &alice, cluster);
        for _ in 0..3 {
            let review = line.webhook.authenticate(&bearer);
            assert_eq!(Some("alice"), review.username(), "{cluster}");
        }
        assert_eq!(
            asked(&line).split_off(before),
            expected,
            "cached like others"
        );
        let told = |_: &_| last_audit(&line).get("clusterId") == Some(&json!(cluster));
        assert!(line.webhook.wait_until(LONG, told), "{}", last_audit(&line));
        let matches = format!("authz_webhook_cluster_id_matches_total{{cluster_id=\"{cluster}\"}}");
        assert!(
            (line.webhook.metric(&matches) - 1.0).abs() < 0.1,
            "{matches}"
        );
    }
}

#[test]
fn tokens_of_every_other_cluster_are_rejected_as_before() {
    let line = renamed("others");
    let alice = line.sts.add_user("alice");
    let others = [
        "demo-green",
        "DEMO-BLUE",
        "demo-blue.",
        "demo-blu",
        "arn:aws:eks:us-west-2:111122223333:cluster/demo2",
        "arn:aws:eks:eu-west-1:111122223333:cluster/demo",
    ];
    for cluster in others {
        let review = line.webhook.authenticate(&token(&line, &alice, cluster));
        assert_eq!((200, "rejected"), review.refusal(), "{cluster}");
    }
    assert_eq!(asked(&line).len(), 3 * others.len());
    let unsigned = line.recipe(&alice).without_cluster().bearer();
    let review = line.webhook.authenticate(&unsigned);
    assert_eq!((200, "header_not_signed"), review.refusal());
    assert_eq!(asked(&line).len(), 3 * others.len());
}

#[test]
fn whom_sts_does_not_know_is_asked_about_once() {
    let line = renamed("unknown");
    let stranger = Keys::long_lived();
    let review = line.webhook.authenticate(&token(&line, &stranger, OLD));
    assert_eq!((200, "rejected"), review.refusal());
    assert_eq!(asked(&line), [CLUSTER]);
}

#[test]
fn without_further_ids_nothing_is_tried_or_told() {
    let line = Line::new("one id");
    let alice = line.sts.add_user("alice");
    let review = line.webhook.authenticate(&token(&line, &alice, OLD));
    assert_eq!((200, "rejected"), review.refusal());
    assert_eq!(asked(&line), [CLUSTER]);
    let review = line.webhook.authenticate(&token(&line, &alice, CLUSTER));
    assert_eq!(Some("alice"), review.username());
    let told = |_: &_| last_audit(&line).get("username") == Some(&json!("alice"));
    assert!(line.webhook.wait_until(LONG, told));
    assert_eq!(last_audit(&line).get("clusterId"), None);
}

#[test]
fn trouble_while_the_old_name_is_tried_is_no_denial() {
    let line = renamed("trouble");
    let alice = line.sts.add_user("alice");
    let bearer = token(&line, &alice, OLD);
    line.sts.set_fault(Fault::Throttle);
    let review = line.webhook.authenticate(&bearer);
    assert_eq!((503, "sts_throttled"), review.refusal());
    line.sts.clear_fault();
    assert_eq!(Some("alice"), line.webhook.authenticate(&bearer).username());
}

/// Enough for anything on a busy machine.
const LONG: Duration = Duration::from_secs(30);
