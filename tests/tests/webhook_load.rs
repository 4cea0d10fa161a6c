//! What strangers can cost the webhook: nothing that stays, nothing that STS would notice, and
//! not the room of those who are known.

#![cfg(test)]

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use e2e::support::line::Line;
use e2e::support::pki::client_config_for;
use e2e::support::sts::{Counts, Fault};
use e2e::support::token::bearer_of;
use e2e::support::webhook::Webhook;
use e2e::support::wire::Wire;
use serde_json::json;
use socket2::{Domain, Socket, Type};

/// Enough for anything on a busy machine.
const LONG: Duration = Duration::from_secs(30);

/// The names and labels in `/metrics`.
fn series(webhook: &Webhook) -> BTreeSet<String> {
    let text = webhook.admin("/metrics").text();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()))
        .collect()
}

/// The resident memory of the webhook, in KiB.
fn resident(line: &mut Line) -> u64 {
    let id = line.webhook.process().id();
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let rss = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    rss.trim_end_matches("kB").trim().parse().unwrap()
}

/// Asks about every token, on connections that are kept, and gives the words of the denials.
fn words(line: &Line, tokens: &[String]) -> BTreeSet<String> {
    let mut wire = line.wire();
    let answers = tokens.iter().map(|token| {
        wire.post(&line.webhook.review_of(token)).unwrap();
        let answer = wire.answer().unwrap();
        let review: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        review["status"]["error"].as_str().unwrap().to_owned()
    });
    answers.collect()
}

#[test]
fn strangers_leave_no_connection_no_series_and_no_memory() {
    let mut line = Line::new("strangers");
    let keys = line.sts.add_user("alice");
    let garbage = |count: usize, seed: &str| -> Vec<String> {
        let token = |number| bearer_of(&format!("{seed}-{number}-{}", "x".repeat(300)));
        (0..count).map(token).collect()
    };
    let hosts = |count: usize, seed: &str| -> Vec<String> {
        let host = |number| format!("sts.{seed}-{number}.amazonaws.com");
        let bearer = |number| line.recipe(&keys).host(&host(number)).bearer();
        (0..count).map(bearer).collect()
    };
    let foreign = hosts(500, "eu-nowhere");
    // The words themselves become series: of a closed list, each once.
    words(&line, &garbage(200, "warm"));
    words(&line, &hosts(20, "us-nowhere"));
    let (before, known) = (resident(&mut line), series(&line.webhook));
    assert_eq!(
        BTreeSet::from(["malformed".to_owned()]),
        words(&line, &garbage(2_000, "cold"))
    );
    assert_eq!(
        BTreeSet::from(["host_not_listed".to_owned()]),
        words(&line, &foreign)
    );
    let growth = resident(&mut line).saturating_sub(before);
    assert!(growth < 4 * 1024, "{growth} KiB");
    assert_eq!(known, series(&line.webhook));
    assert_eq!(Counts::default(), line.sts.counts());
}

#[test]
fn cuts_bodies_that_do_not_end_and_serves_the_others_meanwhile() {
    let line = Line::new("half");
    let keys = line.sts.add_user("alice");
    let half = "POST /authenticate HTTP/1.1\r\nHost: localhost\r\n\
                Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{\"kind\":";
    let mut wires: Vec<Wire> = (0..200).map(|_| line.wire()).collect();
    for wire in &mut wires {
        wire.send(half).unwrap();
    }
    assert_eq!(Some("alice"), line.ask(&keys).username());
    for wire in &mut wires {
        assert_eq!(408, wire.answer().unwrap().status);
        assert!(wire.is_over());
    }
    let closed = |webhook: &Webhook| webhook.metric("authz_webhook_connections") < 0.5;
    assert!(line.webhook.wait_until(LONG, closed));
}

#[test]
fn cuts_a_client_that_asks_and_asks_and_takes_no_answer() {
    let line = Line::new("deaf");
    let mut wire = deaf(&line).unwrap();
    let short = Some(Duration::from_millis(500));
    wire.socket().set_write_timeout(short).unwrap();
    let requests = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    while wire.send(&requests).is_ok() {}
    let cut = "authz_webhook_connections_ended_total{end=\"write_slow\"}";
    let is_cut = |webhook: &Webhook| webhook.metric(cut) > 0.5;
    assert!(
        line.webhook.wait_until(LONG, is_cut),
        "{}",
        line.webhook.admin("/metrics").text()
    );
}

/// A connection whose client has next to no room for what it does not read.
fn deaf(line: &Line) -> io::Result<Wire> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_recv_buffer_size(4_096)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, line.webhook.address().port()));
    socket.connect(&address.into())?;
    let ca = line.sandbox.read("webhook/state/ca.pem");
    Wire::over(
        TcpStream::from(socket),
        client_config_for(&ca, &["http/1.1"]),
    )
}

#[test]
fn five_hundred_equal_tokens_in_flight_make_one_call() {
    let line = Line::with("equal", |config| {
        config.server("requestDeadline", json!("25s"))
    });
    let token = line.recipe(&line.sts.add_user("alice")).bearer();
    line.sts.set_fault(Fault::Hold);
    let tokens = vec![token; 500];
    let reviews = thread::scope(|scope| {
        let asking = scope.spawn(|| line.webhook.authenticate_all(&tokens));
        assert!(line.sts.wait_for_requests(1, LONG));
        let joined = "authz_webhook_caller_cache_total{outcome=\"joined\"}";
        let all = |webhook: &Webhook| webhook.metric(joined) > 498.5;
        assert!(line.webhook.wait_until(LONG, all));
        line.sts.clear_fault();
        asking.join().unwrap()
    });
    let names: BTreeSet<_> = reviews.iter().map(|review| review.username()).collect();
    assert_eq!(BTreeSet::from([Some("alice")]), names);
    assert_eq!(1, line.sts.counts().requests);
}

#[test]
fn refuses_more_open_questions_than_a_key_may_have_and_serves_the_known_meanwhile() {
    let line = Line::with("bound", |config| {
        config.server("requestDeadline", json!("25s"))
    });
    let (alice, greedy) = (line.sts.add_user("alice"), line.sts.add_user("mallory"));
    let known = line.recipe(&alice).bearer();
    assert_eq!(Some("alice"), line.webhook.authenticate(&known).username());
    let now = line.sts.now();
    let distinct = |ages: std::ops::Range<i64>| -> Vec<String> {
        ages.map(|age| line.recipe(&greedy).signed_at(now, -age).bearer())
            .collect()
    };
    line.sts.set_fault(Fault::Hold);
    thread::scope(|scope| {
        let asking = scope.spawn(|| line.webhook.authenticate_all(&distinct(0..KEY_BOUND)));
        let full = |webhook: &Webhook| {
            webhook.metric("authz_webhook_sts_in_flight") > KEY_BOUND as f64 - 0.5
        };
        assert!(line.webhook.wait_until(LONG, full));
        let more = line
            .webhook
            .authenticate_all(&distinct(KEY_BOUND..KEY_BOUND + 12));
        for review in &more {
            assert_eq!((503, "overloaded"), review.refusal());
            assert_eq!(None, review.response.header("retry-after"));
        }
        assert_eq!(Some("alice"), line.webhook.authenticate(&known).username());
        line.sts.clear_fault();
        for review in asking.join().unwrap() {
            assert!(!review.is_authenticated());
        }
    });
}

/// Open questions about one access key.
const KEY_BOUND: i64 = 64;
