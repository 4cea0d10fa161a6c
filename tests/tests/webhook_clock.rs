//! A clock that has gone wrong: measured against STS's, told once with the remedy, and shown where
//! an operator looks. It decides nothing.

#![cfg(test)]

use std::time::Duration;

use e2e::support::line::Line;
use e2e::support::sts::STS_HOST;
use e2e::support::webhook::Webhook;

/// Enough for anything on a busy machine.
const LONG: Duration = Duration::from_secs(30);
const WARNING: &str = "this machine's clock is";

/// What `/readyz?verbose` says of the clock; it is ready whatever that is.
fn clock(line: &Line) -> String {
    let answer = line.webhook.admin("/readyz?verbose");
    assert_eq!(200, answer.status);
    let text = answer.text();
    let said = text.lines().find_map(|line| line.strip_prefix("[+]clock "));
    said.unwrap_or_default().to_owned()
}

fn skew(line: &Line) -> f64 {
    let series = format!("authz_webhook_sts_clock_skew_seconds{{host=\"{STS_HOST}\"}}");
    line.webhook.metric(&series)
}

#[test]
fn is_measured_told_once_and_shown() {
    let line = Line::new("clock");
    let (alice, dev) = (
        line.sts.add_user("alice"),
        line.sts.add_assumed_role("dev", "ann"),
    );
    assert_eq!("not compared with STS yet", clock(&line));
    assert_eq!(Some("alice"), line.ask(&alice).username());
    assert_eq!("ok", clock(&line));
    assert!(skew(&line).abs() < 30.0, "{}", skew(&line));

    line.sts.shift_clock(-150);
    assert_eq!(
        Some("dev:ann"),
        line.ask(&dev).username(),
        "nobody is refused for it"
    );
    assert!((120.0..=180.0).contains(&skew(&line)), "{}", skew(&line));
    assert!(
        clock(&line).ends_with(" s ahead of STS"),
        "{}",
        clock(&line)
    );
    assert!(clock(&line).starts_with("degraded: 1"), "{}", clock(&line));
    line.sts.shift_clock(-151);
    assert_eq!(Some("alice"), line.ask(&alice).username());

    line.sts.shift_clock(150);
    assert_eq!(Some("alice"), line.ask(&alice).username());
    assert!(clock(&line).ends_with(" s behind STS"), "{}", clock(&line));
    line.sts.shift_clock(0);
    assert_eq!(Some("dev:ann"), line.ask(&dev).username());
    assert_eq!("ok", clock(&line));

    let again = |webhook: &Webhook| webhook.log().contains("agrees with that of STS again");
    assert!(
        line.webhook.wait_until(LONG, again),
        "{}",
        line.webhook.log()
    );
    let told = line.webhook.log();
    assert_eq!(1, told.matches(WARNING).count(), "{told}");
    assert!(
        told.contains("synchronise it (chrony, systemd-timesyncd)"),
        "{told}"
    );
}
