//! STS in trouble: what cannot be answered now is a 503 that nobody is asked to repeat, what
//! cannot be true is a denial, and neither outlives the trouble.

use std::time::Duration;

use e2e::support::keys::Keys;
use e2e::support::line::Line;
use e2e::support::sandbox::Sandbox;
use e2e::support::sts::{Contradiction, Counts, Door, Fault, STS_REGION, Sts};
use e2e::support::webhook::Review;
use serde_json::json;

/// A line that does not wait long for an STS that says nothing.
fn impatient(name: &str) -> Line {
    Line::with(name, |config| {
        config.server("requestDeadline", json!("1500ms"))
    })
}

/// Status, word, and whether the caller is told to come again.
fn answer(review: &Review) -> (u16, String, Option<&str>) {
    let (status, word) = review.refusal();
    (
        status,
        word.to_owned(),
        review.response.header("retry-after"),
    )
}

fn unavailable(word: &str) -> (u16, String, Option<&str>) {
    (503, word.to_owned(), None)
}

#[test]
fn answers_503_to_every_answer_that_is_none_and_remembers_nothing() {
    let cases = [
        (Fault::Throttle, "sts_throttled"),
        (Fault::InternalFailure, "sts_unreachable"),
        (Fault::Unavailable, "sts_unreachable"),
        (Fault::CloseBeforeAnswer, "sts_unreachable"),
        (Fault::TruncatedBody, "sts_unreachable"),
        (Fault::Hold, "sts_unreachable"),
        (
            Fault::Redirect("https://127.0.0.1:9/".to_owned()),
            "sts_senseless",
        ),
        (Fault::Oversize(1 << 20), "sts_senseless"),
        (Fault::Garbage, "sts_senseless"),
        (Fault::EmptyBody, "sts_senseless"),
        (Fault::WrongContentType, "sts_senseless"),
        (Fault::DuplicateKeys, "sts_senseless"),
    ];
    for (fault, word) in cases {
        let line = impatient("trouble");
        let token = line.recipe(&line.sts.add_user("alice")).bearer();
        line.sts.set_fault(fault.clone());
        assert_eq!(
            unavailable(word),
            answer(&line.webhook.authenticate(&token)),
            "{fault:?}"
        );
        line.sts.clear_fault();
        assert_eq!(
            Some("alice"),
            line.webhook.authenticate(&token).username(),
            "after {fault:?}"
        );
    }
}

/// STS answers in XML where nobody asks it otherwise, and a proxy may drop what we asked.
#[test]
fn understands_xml_and_denies_in_xml_as_in_json() {
    let line = Line::new("xml");
    line.sts.set_fault(Fault::Xml);
    let alice = line.sts.add_user("team/alice");
    assert_eq!((200, "not_mapped"), line.ask(&alice).refusal());
    let known = line.sts.add_assumed_role("dev", "a@b");
    assert_eq!(Some("dev:a-b"), line.ask(&known).username());
    let ended = line.sts.add_assumed_role("dev", "carol");
    line.sts.expire_session(&ended);
    let strangers = [
        line.recipe(&ended).bearer(),
        line.recipe(&Keys::long_lived()).bearer(),
        line.recipe(&known).cluster("another").bearer(),
    ];
    for token in strangers {
        assert_eq!(
            (200, "rejected"),
            line.webhook.authenticate(&token).refusal()
        );
    }
    assert_eq!(5, line.sts.counts().requests);
}

#[test]
fn answers_503_to_a_door_that_is_not_open_and_remembers_nothing() {
    for door in [Door::Refusing, Door::Silent, Door::WrongCertificate] {
        let line = impatient("door");
        let token = line.recipe(&line.sts.add_user("alice")).bearer();
        line.sts.set_door(door);
        assert_eq!(
            unavailable("sts_unreachable"),
            answer(&line.webhook.authenticate(&token)),
            "{door:?}"
        );
        assert_eq!(0, line.sts.counts().requests, "{door:?}");
        line.sts.set_door(Door::Open);
        assert_eq!(
            Some("alice"),
            line.webhook.authenticate(&token).username(),
            "after {door:?}"
        );
    }
}

#[test]
fn waits_for_a_slow_sts_within_its_deadline() {
    let line = Line::new("slow");
    line.sts.set_fault(Fault::Delay(Duration::from_millis(500)));
    assert_eq!(
        Some("alice"),
        line.ask(&line.sts.add_user("alice")).username()
    );
    assert_eq!(1, line.sts.counts().requests);
}

#[test]
fn asks_again_after_a_single_failure() {
    for fault in [Fault::InternalFailure, Fault::CloseBeforeAnswer] {
        let line = Line::new("again");
        line.sts.set_fault_for(1, fault.clone());
        assert_eq!(
            Some("alice"),
            line.ask(&line.sts.add_user("alice")).username(),
            "{fault:?}"
        );
        assert_eq!(2, line.sts.counts().requests, "{fault:?}");
    }
}

#[test]
fn does_not_follow_a_redirect() {
    let elsewhere_sandbox = Sandbox::new("elsewhere");
    let elsewhere = Sts::start_plain(elsewhere_sandbox.secrets());
    let line = Line::new("redirect");
    line.sts.set_fault(Fault::Redirect(format!(
        "{}/?Action=GetCallerIdentity",
        elsewhere.url()
    )));
    assert_eq!(
        unavailable("sts_senseless"),
        answer(&line.ask(&line.sts.add_user("alice")))
    );
    assert_eq!(Counts::default(), elsewhere.counts());
}

#[test]
fn denies_a_caller_whose_answer_contradicts_itself_and_counts_it() {
    let kinds = [
        Contradiction::Account,
        Contradiction::Partition,
        Contradiction::UserId,
    ];
    let line = Line::new("contradiction");
    let (keys, now) = (line.sts.add_user("alice"), line.sts.now());
    for (age, kind) in (1..).zip(kinds) {
        line.sts.set_fault(Fault::Contradiction(kind));
        let token = line.recipe(&keys).signed_at(now, -age).bearer();
        assert_eq!(
            (200, "contradictory"),
            line.webhook.authenticate(&token).refusal(),
            "{kind:?}"
        );
        line.sts.clear_fault();
        assert_eq!(
            Some("alice"),
            line.webhook.authenticate(&token).username(),
            "after {kind:?}"
        );
    }
    let series = format!("authz_webhook_sts_contradictions_total{{StsRegion=\"{STS_REGION}\"}}");
    assert!(
        (line.webhook.metric(&series) - 3.0).abs() < 0.5,
        "{}",
        line.webhook.admin("/metrics").text()
    );
}

#[test]
fn denies_a_principal_of_a_kind_that_is_none() {
    let line = Line::new("kind");
    line.sts.set_fault(Fault::Contradiction(Contradiction::Arn));
    assert_eq!(
        (200, "unsupported"),
        line.ask(&line.sts.add_user("alice")).refusal()
    );
}

#[test]
fn serves_a_known_caller_through_an_outage_and_nobody_else() {
    let line = Line::with("outage", |config| {
        config.server("cacheFreshness", json!("1s"))
    });
    let (alice, bob) = (line.sts.add_user("alice"), line.sts.add_user("bob"));
    let (known, new) = (line.recipe(&alice).bearer(), line.recipe(&bob).bearer());
    assert_eq!(Some("alice"), line.webhook.authenticate(&known).username());
    line.sts.set_door(Door::Refusing);
    let stale = |webhook: &e2e::support::webhook::Webhook| {
        assert_eq!(Some("alice"), webhook.authenticate(&known).username());
        webhook.audit().iter().any(|line| line["stale"] == true)
    };
    assert!(line.webhook.wait_until(Duration::from_secs(30), stale));
    assert_eq!(
        unavailable("sts_unreachable"),
        answer(&line.webhook.authenticate(&new))
    );

    line.sts.set_door(Door::Open);
    line.sts.delete_keys(&alice);
    let rejected = |webhook: &e2e::support::webhook::Webhook| {
        webhook.authenticate(&known).refusal() == (200, "rejected")
    };
    assert!(
        line.webhook.wait_until(Duration::from_secs(30), rejected),
        "a rejection ends the memory"
    );
}

#[test]
fn a_removed_mapping_acts_at_once_on_a_caller_that_is_known() {
    let line = Line::new("removed");
    let keys = line.sts.add_user("alice");
    let token = line.recipe(&keys).bearer();
    assert_eq!(Some("alice"), line.webhook.authenticate(&token).username());
    line.rewrite(&line.config().to_yaml());
    let not_mapped = |webhook: &e2e::support::webhook::Webhook| {
        webhook.authenticate(&token).refusal() == (200, "not_mapped")
    };
    assert!(line.webhook.wait_until(Duration::from_secs(30), not_mapped));
    assert_eq!(1, line.sts.counts().requests);
}
