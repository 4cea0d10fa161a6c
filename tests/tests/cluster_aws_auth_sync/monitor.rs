//! What probes and Prometheus see of the controller.

use std::net::SocketAddr;

use e2e::support::{
    cluster::{Story, eventually},
    http::Client,
    process::Process,
};
use serde_json::json;

use super::{LONG, made, rewrite, source, source_with_groups, start_watch, with_cluster, write};

#[test]
fn probes_say_whether_a_first_sync_is_done() {
    with_cluster(|story| {
        let file = story.sandbox.write("access.json", "{ no source");
        let file = file.to_str().unwrap();
        let controller = Listening::start(story, "probed", &["--create", file]);
        assert_eq!(controller.ask("/livez"), (200, "ok\n".to_owned()));
        assert!(eventually(LONG, || {
            let (status, body) = controller.ask("/readyz?verbose");
            let expected = format!("[+]lease held by this replica\n[-]sources {file}:1:");
            status == 503 && body.starts_with(&expected) && body.ends_with("not ready\n")
        }));
        write(story, "access.json", &source());
        assert!(eventually(LONG, || controller.ask("/readyz").0 == 200));
        let (_, body) = controller.ask("/readyz?verbose");
        let expected = "[+]lease held by this replica\n[+]sources ok\n[+]sync ok\nok\n";
        assert_eq!(body, expected);

        story.sandbox.write("access.json", "{ no source");
        assert!(eventually(LONG, || {
            let (status, body) = controller.ask("/readyz?verbose");
            status == 200 && body.contains("[+]sources degraded: ")
        }));
        assert_eq!(controller.ask("/").0, 404);

        let other = Listening::start(story, "stands-by", &[file]);
        assert!(eventually(LONG, || other.ask("/readyz").0 == 200));
        let expected = "[+]lease held by another replica: this one stands by\nok\n";
        assert_eq!(other.ask("/readyz?verbose").1, expected);
        assert_eq!(other.metric("leader"), Some("0".to_owned()));
    });
}

#[test]
fn metrics_count_syncs_drift_refusals_and_conflicts() {
    with_cluster(|story| {
        let file = write(story, "access.json", &source());
        let controller = Listening::start(story, "counted", &["--create", &file]);
        controller.reaches("syncs_total{result=\"written\"}", "1");
        let expected = [
            ("leader", "1"),
            ("entries_owned", "2"),
            ("changes_total{action=\"add\"}", "2"),
            ("changes_total{action=\"update\"}", "0"),
            ("drift_repaired_total", "0"),
            ("refusals_total{code=\"C11\"}", "0"),
            ("conflicts", "0"),
            ("sources_at_fault", "0"),
        ];
        for (name, value) in expected {
            assert_eq!(controller.metric(name).as_deref(), Some(value), "{name}");
        }
        let success = controller.metric("last_success_timestamp_seconds");
        assert_ne!(success.as_deref(), Some("0"));

        rewrite(story, "mapUsers", "[]");
        controller.reaches("drift_repaired_total", "1");
        write(
            story,
            "access.json",
            &source_with_groups(&["system:masters"]),
        );
        controller.reaches("refusals_total{code=\"C11\"}", "1");
        assert_eq!(
            controller.metric("syncs_total{result=\"refused\"}"),
            Some("1".to_owned())
        );
        story.sandbox.write("access.json", "{ no source");
        controller.reaches("sources_at_fault", "1");
    });
}

#[test]
fn what_others_hold_is_counted_as_long_as_it_is_in_the_way() {
    with_cluster(|story| {
        made(story);
        let mut theirs = source_with_groups(&["theirs"]);
        theirs["owner"] = json!("other");
        let file = write(story, "access.json", &theirs);
        let controller = Listening::start(story, "conflicts", &[&file]);
        controller.reaches("conflicts", "2");
        theirs["roles"] = json!([]);
        theirs["users"][0]["userarn"] = json!("arn:aws:iam::111122223333:user/bob");
        write(story, "access.json", &theirs);
        controller.reaches("conflicts", "0");
        assert_eq!(controller.metric("entries_owned"), Some("1".to_owned()));
    });
}

/// A controller that answers.
struct Listening {
    _process: Process,
    client: Client,
}

impl Listening {
    fn start(story: &Story<'_>, name: &str, arguments: &[&str]) -> Self {
        let listen = &["--listen", "127.0.0.1:0"][..];
        let process = start_watch(story, name, &[listen, arguments].concat());
        let address: SocketAddr = process.wait_for_stderr(LONG, |line| {
            let (_, address) = line.split_once("probes and metrics are at http://")?;
            address.parse().ok()
        });
        Self {
            _process: process,
            client: Client::plain(address),
        }
    }

    fn ask(&self, target: &str) -> (u16, String) {
        let response = self.client.get(target, &[("host", "localhost")]);
        let response = response.expect("it answers");
        (response.status.as_u16(), response.text())
    }

    fn metric(&self, name: &str) -> Option<String> {
        let (_, text) = self.ask("/metrics");
        let prefix = format!("aws_auth_sync_{name} ");
        let mut lines = text.lines();
        lines.find_map(|line| line.strip_prefix(&prefix).map(str::to_owned))
    }

    fn reaches(&self, name: &str, value: &str) {
        let is_there = || self.metric(name).as_deref() == Some(value);
        assert!(
            eventually(LONG, is_there),
            "{name}: {:?}",
            self.metric(name)
        );
    }
}
