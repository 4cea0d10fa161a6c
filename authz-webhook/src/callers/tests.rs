//! Memory, shared questions and outages, against an STS on loopback.

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;

use super::*;
use crate::test_sts::{Reply, TestSts, alice, error, hosts, http, identity, parts, token};

const NOW: Duration = Duration::from_secs(1_700_000_000);

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + NOW
}

fn callers(sts: &TestSts, freshness: Duration) -> VerifiedCallers {
    let settings = CallerSettings::within(Duration::from_secs(5), freshness);
    VerifiedCallers::new(hosts(), sts.client(), settings, Arc::new(Metrics::new())).unwrap()
}

fn remembering(sts: &TestSts) -> VerifiedCallers {
    callers(sts, Duration::from_secs(60))
}

fn forgetful(sts: &TestSts) -> VerifiedCallers {
    callers(sts, Duration::ZERO)
}

/// The caller's ARN and age, or the word of the refusal.
async fn seen(
    callers: &VerifiedCallers,
    token: &str,
    now: SystemTime,
) -> Result<(String, Age), &'static str> {
    match callers.verify(token, now).await {
        Ok((caller, age)) => Ok((caller.arn().to_owned(), age)),
        Err(refusal) => Err(refusal.word()),
    }
}

fn alice_is(age: Age) -> Result<(String, Age), &'static str> {
    Ok(("arn:aws:iam::111122223333:user/Alice".to_owned(), age))
}

#[tokio::test]
async fn a_token_is_asked_about_once_and_then_known() {
    let sts = TestSts::start([alice()]).await;
    let callers = remembering(&sts);
    let token = token(parts(now()));
    assert_eq!(seen(&callers, &token, now()).await, alice_is(Age::New));
    assert_eq!(seen(&callers, &token, now()).await, alice_is(Age::Fresh));
    assert_eq!(sts.heads().len(), 1);
}

#[tokio::test]
async fn a_known_token_dies_fifteen_minutes_after_it_was_signed() {
    let sts = TestSts::start([alice()]).await;
    let callers = callers(&sts, Duration::from_secs(900));
    let token = token(parts(now()));
    let minutes = |minutes: u64| now() + Duration::from_secs(60 * minutes);
    assert_eq!(seen(&callers, &token, now()).await, alice_is(Age::New));
    let last = minutes(15) - Duration::from_secs(1);
    assert_eq!(seen(&callers, &token, last).await, alice_is(Age::Fresh));
    assert_eq!(
        seen(&callers, &token, minutes(15) + Duration::from_secs(1)).await,
        Err("expired")
    );
    assert_eq!(sts.heads().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_tokens_at_once_are_one_question() {
    let sts = TestSts::start([alice()]).await;
    let callers = remembering(&sts);
    let token = token(parts(now()));
    let answers = join_all((0..500).map(|_| seen(&callers, &token, now()))).await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().is_ok_and(|(arn, _)| arn.ends_with("Alice")))
    );
    assert_eq!(sts.heads().len(), 1);
}

#[tokio::test]
async fn a_question_outlives_the_one_who_asked() {
    let sts = TestSts::start([alice()]).await;
    let callers = remembering(&sts);
    let token = token(parts(now()));
    {
        let mut impatient = Box::pin(callers.verify(&token, now()));
        let polled = std::future::poll_fn(|context| {
            std::task::Poll::Ready(impatient.as_mut().poll(context).is_ready())
        });
        assert!(!polled.await, "nothing is answered before it is asked");
    }
    assert_eq!(seen(&callers, &token, now()).await, alice_is(Age::New));
    assert_eq!(sts.heads().len(), 1);
}

#[tokio::test]
async fn a_rejection_is_remembered_for_that_token_alone() {
    let sts = TestSts::start([error(403, "SignatureDoesNotMatch"), alice()]).await;
    let callers = remembering(&sts);
    let (bad, good) = (
        token(parts(now())),
        token(parts(now() - Duration::from_secs(1))),
    );
    for _ in 0..3 {
        assert_eq!(seen(&callers, &bad, now()).await, Err("rejected"));
    }
    assert_eq!(seen(&callers, &good, now()).await, alice_is(Age::New));
    assert_eq!(sts.heads().len(), 2);
}

#[tokio::test]
async fn an_outage_is_never_remembered() {
    let outages = [
        (http(200, "text/html", ""), "sts_senseless"),
        (error(400, "Throttling"), "sts_throttled"),
        (error(500, "InternalFailure"), "sts_unreachable"),
    ];
    for (reply, word) in outages {
        let sts = TestSts::start([reply]).await;
        let callers = remembering(&sts);
        let token = token(parts(now()));
        assert_eq!(seen(&callers, &token, now()).await, Err(word));
        sts.reply([alice()]);
        assert_eq!(seen(&callers, &token, now()).await, alice_is(Age::New));
    }
}

#[tokio::test]
async fn a_known_caller_is_served_through_an_outage_and_nobody_else() {
    let outages = [
        http(200, "text/html", ""),
        error(400, "Throttling"),
        error(500, "InternalFailure"),
    ];
    for reply in outages {
        let sts = TestSts::start([alice(), reply]).await;
        let callers = forgetful(&sts);
        let known = token(parts(now()));
        let unknown = token(parts(now() - Duration::from_secs(1)));
        assert_eq!(seen(&callers, &known, now()).await, alice_is(Age::New));
        assert_eq!(seen(&callers, &known, now()).await, alice_is(Age::Stale));
        assert!(seen(&callers, &unknown, now()).await.is_err());
        let dead = now() + Duration::from_secs(901);
        assert_eq!(seen(&callers, &known, dead).await, Err("expired"));
    }
}

#[tokio::test]
async fn a_known_caller_that_sts_rejects_is_forgotten() {
    let sts = TestSts::start([
        alice(),
        error(403, "InvalidClientTokenId"),
        error(500, "InternalFailure"),
    ])
    .await;
    let callers = forgetful(&sts);
    let token = token(parts(now()));
    assert_eq!(seen(&callers, &token, now()).await, alice_is(Age::New));
    assert_eq!(seen(&callers, &token, now()).await, Err("rejected"));
    assert_eq!(seen(&callers, &token, now()).await, Err("rejected"));
}

#[tokio::test]
async fn a_known_caller_does_not_wait_for_a_suspended_host() {
    let sts = TestSts::start([alice(), http(200, "text/html", "")]).await;
    let callers = forgetful(&sts);
    let known = token(parts(now()));
    assert_eq!(seen(&callers, &known, now()).await, alice_is(Age::New));
    for age in 1..=5 {
        let other = token(parts(now() - Duration::from_secs(age)));
        assert_eq!(seen(&callers, &other, now()).await, Err("sts_senseless"));
    }
    sts.reply([Reply::Hang]);
    assert_eq!(seen(&callers, &known, now()).await, alice_is(Age::Stale));
}

#[tokio::test]
async fn a_known_caller_does_not_wait_for_the_end_of_a_silent_question() {
    let sts = TestSts::start([alice(), Reply::Hang]).await;
    let callers = forgetful(&sts);
    let known = token(parts(now()));
    assert_eq!(seen(&callers, &known, now()).await, alice_is(Age::New));
    for _ in 0..2 {
        assert_eq!(seen(&callers, &known, now()).await, alice_is(Age::Stale));
    }
    // The second one joined the question of the first: it goes on.
    assert_eq!(sts.heads().len(), 2);
}

#[tokio::test]
async fn a_contradiction_is_a_denial_that_is_counted() {
    let sts = TestSts::start([identity(
        "444455556666",
        "arn:aws:iam::111122223333:user/Alice",
        "AIDAALICE",
    )])
    .await;
    let callers = remembering(&sts);
    assert_eq!(
        seen(&callers, &token(parts(now())), now()).await,
        Err("contradictory")
    );
    let counted = "authz_webhook_sts_contradictions_total{StsRegion=\"us-east-1\"} 1";
    let metrics = callers.shared.metrics.encode();
    assert!(metrics.lines().any(|line| line == counted), "{metrics}");
}

#[tokio::test]
async fn what_breaks_a_rule_costs_no_question() {
    let sts = TestSts::start([alice()]).await;
    let callers = remembering(&sts);
    let hour = Duration::from_secs(3_600);
    let good = token(parts(now()));
    let table = [
        (String::new(), "malformed"),
        ("k8s-aws-v2.abc".to_owned(), "malformed"),
        (format!("{good}A"), "malformed"),
        ("k8s-aws-v1.".to_owned() + &"A".repeat(20_000), "malformed"),
        (token(parts(now() - hour)), "expired"),
        (token(parts(now() + hour)), "not_yet_valid"),
    ];
    for (token, word) in table {
        assert_eq!(seen(&callers, &token, now()).await, Err(word), "{word}");
    }
    assert_eq!((sts.heads().len(), sts.connections()), (0, 0));
}

// On one thread: all have asked before STS says anything.
#[tokio::test]
async fn tokens_for_another_cluster_are_one_question_and_known_like_others() {
    let mismatch = || error(403, "SignatureDoesNotMatch");
    let sts = TestSts::start([mismatch(), alice()]).await;
    let settings = CallerSettings::within(Duration::from_secs(5), Duration::ZERO);
    let metrics = Arc::new(Metrics::new());
    let client = sts.client_of(&["old", "older"]);
    let callers = VerifiedCallers::new(hosts(), client, settings, metrics).unwrap();
    let token = token(parts(now()));
    let answers = join_all((0..200).map(|_| callers.verify(&token, now()))).await;
    for answer in answers {
        let (caller, _) = answer.unwrap();
        assert_eq!(caller.cluster_id().map(|id| id.as_str()), Some("old"));
    }
    assert_eq!(sts.heads().len(), 2);
    // No longer fresh: STS is asked again, and only with the id that is known to match.
    let again = callers.verify(&token, now()).await.unwrap();
    assert_eq!(again.1, Age::New);
    assert_eq!(sts.heads().len(), 3);
    assert!(
        sts.heads()
            .last()
            .unwrap()
            .contains("x-k8s-aws-id: old\r\n")
    );
}

#[tokio::test]
async fn garbage_is_remembered_once_every_cluster_was_tried() {
    let sts = TestSts::start([error(403, "SignatureDoesNotMatch")]).await;
    let settings = CallerSettings::within(Duration::from_secs(5), Duration::ZERO);
    let client = sts.client_of(&["old"]);
    let callers =
        VerifiedCallers::new(hosts(), client, settings, Arc::new(Metrics::new())).unwrap();
    let token = token(parts(now()));
    for _ in 0..5 {
        assert_eq!(seen(&callers, &token, now()).await, Err("rejected"));
    }
    assert_eq!(sts.heads().len(), 2);
}

/// Lets the clock that never jumps go on.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn ten_minutes_without_sts_deny_nobody_and_end_with_its_first_answer() {
    let sts = TestSts::start([alice(), error(500, "InternalFailure")]).await;
    let callers = remembering(&sts);
    let minute = Duration::from_secs(60);
    let known = token(parts(now()));
    assert_eq!(seen(&callers, &known, now()).await, alice_is(Age::New));
    for minutes in 1..=10 {
        pass(minute).await;
        let now = now() + minute * minutes;
        assert_eq!(seen(&callers, &known, now).await, alice_is(Age::Stale));
        for seconds in 0..6 {
            let unknown = token(parts(now - Duration::from_secs(seconds)));
            let refused = seen(&callers, &unknown, now).await;
            assert_eq!(refused, Err("sts_unreachable"), "{minutes} min");
        }
    }
    let asked = sts.heads().len();
    assert!(asked < 100, "the circuit let {asked} questions through");
    let now = now() + minute * 11;
    sts.reply([alice()]);
    pass(minute).await;
    let unknown = token(parts(now));
    assert_eq!(seen(&callers, &unknown, now).await, alice_is(Age::New));
    assert_eq!(seen(&callers, &known, now).await, alice_is(Age::New));
    pass(4 * minute).await;
    let dead = now + 4 * minute + Duration::from_secs(1);
    assert_eq!(seen(&callers, &known, dead).await, Err("expired"));
}

#[tokio::test]
async fn no_clock_that_is_set_makes_a_known_token_live_longer() {
    let hour = Duration::from_secs(3_600);
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let down = || error(500, "InternalFailure");
    // Set back by an hour, again and again: the other clock ends it.
    let sts = TestSts::start([alice(), down()]).await;
    let callers = callers(&sts, minutes(15));
    let token = token(parts(now()));
    assert_eq!(seen(&callers, &token, now()).await, alice_is(Age::New));
    pass(minutes(14)).await;
    for set_back in [Duration::ZERO, minutes(20), hour] {
        let now = now() - set_back;
        assert_eq!(seen(&callers, &token, now).await, alice_is(Age::Fresh));
    }
    pass(minutes(1)).await;
    assert_eq!(
        seen(&callers, &token, now()).await,
        Err("sts_unreachable"),
        "it is asked about like any other"
    );
    assert_eq!(
        seen(&callers, &token, now() - hour).await,
        Err("not_yet_valid")
    );
    // Set forward and back: what was forgotten stays so.
    let sts = TestSts::start([alice(), down()]).await;
    let callers = remembering(&sts);
    assert_eq!(seen(&callers, &token, now()).await, alice_is(Age::New));
    assert_eq!(seen(&callers, &token, now() + hour).await, Err("expired"));
    assert_eq!(
        seen(&callers, &token, now()).await,
        Err("sts_unreachable"),
        "it is asked about like any other"
    );
}
