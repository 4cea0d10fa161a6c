//! The end and the reload of a webhook that has work to do.

#![cfg(test)]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use e2e::support::line::{ALICE, Line};
use e2e::support::sts::Fault;
use e2e::support::webhook::Webhook;
use serde_json::json;

/// Enough for anything on a busy machine.
const LONG: Duration = Duration::from_secs(30);

#[test]
fn answers_what_sts_answers_after_the_end_has_begun() {
    let mut line = Line::with("end", |config| {
        config.server("requestDeadline", json!("25s"))
    });
    let (alice, now) = (line.sts.add_user("alice"), line.sts.now());
    let token = |age: i64| line.recipe(&alice).signed_at(now, -age).bearer();
    let over_http2: Vec<String> = (0..6).map(token).collect();
    let over_http1: Vec<String> = (6..10).map(token).collect();
    line.sts.set_fault(Fault::Hold);
    let mut wires: Vec<_> = over_http1
        .iter()
        .map(|token| {
            let mut wire = line.wire();
            wire.post(&line.webhook.review_of(token)).unwrap();
            wire
        })
        .collect();
    thread::scope(|scope| {
        let asking = scope.spawn(|| line.webhook.authenticate_all(&over_http2));
        assert!(line.sts.wait_for_requests(10, LONG));
        line.webhook.ask_to_end();
        let unready = |webhook: &Webhook| webhook.admin("/readyz").status == 503;
        assert!(line.webhook.wait_until(LONG, unready));
        line.sts.clear_fault();
        for wire in &mut wires {
            let answer = wire.answer().unwrap();
            assert_eq!(
                (200, Some("close")),
                (answer.status, answer.header("connection"))
            );
            assert!(
                answer.body.contains(r#""username":"alice""#),
                "{}",
                answer.body
            );
            assert!(wire.is_over());
        }
        for review in asking.join().unwrap() {
            assert_eq!(Some("alice"), review.username());
        }
    });
    let status = line.webhook.process().wait(LONG);
    assert_eq!(Some(0), status.and_then(|status| status.code()));
    assert_eq!(10, line.sts.counts().requests);
}

#[test]
fn exits_0_within_its_grace_although_sts_says_nothing() {
    let mut line = Line::with("hang", |config| {
        config
            .server("requestDeadline", json!("25s"))
            .server("shutdownGrace", json!("500ms"))
    });
    let token = line.recipe(&line.sts.add_user("alice")).bearer();
    line.sts.set_fault(Fault::Hold);
    let mut wire = line.wire();
    wire.post(&line.webhook.review_of(&token)).unwrap();
    assert!(line.sts.wait_for_requests(1, LONG));
    assert_eq!(Some(0), line.webhook.process().terminate(LONG).code());
    assert!(wire.answer().is_err());
}

#[test]
fn loses_no_request_while_everything_is_read_again() {
    let mut line = Line::new("reload");
    let token = line.recipe(&line.sts.add_user("alice")).bearer();
    assert_eq!(Some("alice"), line.webhook.authenticate(&token).username());
    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let review = line.webhook.review_of(&token);
    let wires: Vec<_> = (0..4).map(|_| line.wire()).collect();
    let reloads = "authz_webhook_certificate_reloads_total{result=\"loaded\"}";
    thread::scope(|scope| {
        for mut wire in wires {
            let (done, answered, review) = (&done, &answered, &review);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    wire.post(review).unwrap();
                    let answer = wire.answer().unwrap();
                    assert_eq!(200, answer.status);
                    assert!(
                        answer.body.contains(r#""authenticated":true"#),
                        "{}",
                        answer.body
                    );
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for round in 1..=5 {
            let name = format!("alice-{round}");
            line.rewrite(&line.config().map_user(ALICE, &name, &[]).to_yaml());
            line.webhook.process().hang_up();
            let renamed =
                |webhook: &Webhook| webhook.authenticate(&token).username() == Some(name.as_str());
            assert!(line.webhook.wait_until(LONG, renamed), "{name}");
        }
        let reloaded = |webhook: &Webhook| webhook.metric(reloads) > 0.5;
        assert!(line.webhook.wait_until(LONG, reloaded));
        done.store(true, Ordering::Relaxed);
    });
    assert!(answered.into_inner() > 0);
    assert_eq!(1, line.sts.counts().requests, "a reload forgets no caller");
}
