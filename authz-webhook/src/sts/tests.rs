//! The client against a server on loopback.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::{Answer, Failure, Senseless, StsClient, Vouched};
use crate::refusal::{Bound, StsCode};
use crate::test_sts::{Reply, TestSts, alice, error, http, http_bytes, identity, parts, request};

/// Far enough for every retry.
fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(30)
}

async fn ask(client: &StsClient) -> Result<Answer, Failure> {
    let vouched = ask_known(client, None).await?;
    assert_eq!(vouched.cluster_id, None, "there is one cluster");
    Ok(vouched.answer)
}

async fn ask_known(client: &StsClient, known: Option<&str>) -> Result<Vouched, Failure> {
    let asked = request(parts(SystemTime::UNIX_EPOCH));
    let known = known.map(|id| id.parse().unwrap());
    client.identify(&asked, deadline(), known.as_ref()).await
}

fn alices_answer() -> Answer {
    Answer {
        account: "111122223333".to_owned(),
        arn: "arn:aws:iam::111122223333:user/Alice".to_owned(),
        user_id: "AIDAALICE".to_owned(),
    }
}

#[tokio::test]
async fn asks_with_the_rebuilt_request_and_nothing_else() {
    let sts = TestSts::start([alice()]).await;
    assert_eq!(ask(&sts.client()).await, Ok(alices_answer()));
    let expected = format!(
        "GET /?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F19700101%2Fus-east-1%2Fsts%2Faws4_request\
         &X-Amz-Date=19700101T000000Z&X-Amz-Expires=60\
         &X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature={} HTTP/1.1\r\n\
         x-k8s-aws-id: test-cluster\r\n\
         accept: application/json\r\n\
         user-agent: authz-webhook\r\n\
         host: sts.us-east-1.amazonaws.com\r\n\r\n",
        "0".repeat(64)
    );
    assert_eq!(sts.heads(), [expected]);
}

#[tokio::test]
async fn asks_many_times_over_one_connection() {
    let sts = TestSts::start([alice()]).await;
    let client = sts.client();
    for _ in 0..20 {
        assert_eq!(ask(&client).await, Ok(alices_answer()));
    }
    assert_eq!((sts.heads().len(), sts.connections()), (20, 1));
}

#[tokio::test]
async fn a_rejection_is_not_asked_twice() {
    let sts = TestSts::start([error(403, "SignatureDoesNotMatch")]).await;
    let expected = Failure::Rejected(StsCode::new("SignatureDoesNotMatch"));
    assert_eq!(ask(&sts.client()).await, Err(expected));
    assert_eq!(sts.heads().len(), 1);
}

#[tokio::test]
async fn passing_trouble_is_retried_and_then_told() {
    let table = [
        (error(400, "Throttling"), Failure::Throttled),
        (
            error(503, "ServiceUnavailable"),
            Failure::ServerError(503.try_into().unwrap()),
        ),
    ];
    for (reply, expected) in table {
        let sts = TestSts::start([reply.clone()]).await;
        assert_eq!(ask(&sts.client()).await, Err(expected));
        assert_eq!(sts.heads().len(), 3);
        sts.reply([reply.clone(), reply, alice()]);
        assert_eq!(ask(&sts.client()).await, Ok(alices_answer()));
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_retried() {
    let Reply::Bytes(whole) = alice() else {
        unreachable!("alice answers with bytes")
    };
    let half = whole.trim_end_matches('}').to_owned();
    let sts = TestSts::start([Reply::CutOff(half), alice()]).await;
    assert_eq!(ask(&sts.client()).await, Ok(alices_answer()));
}

#[tokio::test]
async fn a_connection_that_sts_has_ended_is_not_asked_again() {
    let Reply::Bytes(whole) = alice() else {
        unreachable!("alice answers with bytes")
    };
    let sts = TestSts::start([Reply::CutOff(whole)]).await;
    let client = sts.client();
    for _ in 0..3 {
        assert_eq!(ask(&client).await, Ok(alices_answer()));
    }
    assert_eq!((sts.heads().len(), sts.connections()), (3, 3));
}

#[tokio::test]
async fn senseless_answers_are_told_apart() {
    let redirect =
        "HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1/\r\ncontent-length: 0\r\n\r\n";
    let gzip = http_bytes(200, "application/json", "{}")
        .replace("\r\n\r\n", "\r\ncontent-encoding: gzip\r\n\r\n");
    let table = [
        (
            Reply::Bytes(redirect.to_owned()),
            Senseless::Status(302.try_into().unwrap()),
        ),
        (http(200, "text/html", "{}"), Senseless::ContentType),
        (
            http(200, "text/xml", "{}"),
            Senseless::NotXml("not well-formed"),
        ),
        (Reply::Bytes(gzip), Senseless::ContentType),
        (http(200, "application/json", "<html>"), Senseless::NotJson),
        (
            http(200, "application/json", "{}"),
            Senseless::Missing("GetCallerIdentityResponse"),
        ),
        (
            http(200, "application/json", &" ".repeat(65 * 1024)),
            Senseless::TooLong,
        ),
        (
            http(403, "text/html", "<html>"),
            Senseless::NoCode(403.try_into().unwrap()),
        ),
        (
            identity("111122223333", "", "AIDAALICE"),
            Senseless::Unusable("Arn"),
        ),
    ];
    for (reply, expected) in table {
        let sts = TestSts::start([reply]).await;
        assert_eq!(ask(&sts.client()).await, Err(expected.into()));
        assert_eq!(sts.heads().len(), 1);
    }
}

#[tokio::test]
async fn a_server_without_a_trusted_certificate_is_told_nothing() {
    let sts = TestSts::start([alice()]).await;
    let failure = ask(&sts.distrusting_client()).await.unwrap_err();
    assert!(matches!(failure, Failure::Unreachable(_)), "{failure:?}");
    assert_eq!(sts.heads(), Vec::<String>::new());
}

#[tokio::test]
async fn a_host_that_refuses_connections_cannot_be_reached() {
    let closed = TestSts::start([alice()]).await.closed();
    let failure = ask(&closed.client()).await.unwrap_err();
    assert!(matches!(failure, Failure::Unreachable(_)), "{failure:?}");
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let sts = TestSts::start([Reply::Hang]).await;
    let soon = Instant::now() + Duration::from_millis(200);
    let asked = request(parts(SystemTime::UNIX_EPOCH));
    let expected = Failure::Unreachable("no answer in time".to_owned());
    assert_eq!(
        sts.client().identify(&asked, soon, None).await,
        Err(expected)
    );
}

#[tokio::test]
async fn repeated_failure_suspends_the_host_and_one_answer_ends_it() {
    let sts = TestSts::start([http(200, "text/html", "")]).await;
    let client = sts.client();
    let asked = request(parts(SystemTime::UNIX_EPOCH));
    for _ in 0..5 {
        assert_eq!(ask(&client).await, Err(Senseless::ContentType.into()));
    }
    assert!(client.is_suspended(asked.host()));
    assert_eq!(ask(&client).await, Err(Failure::CircuitOpen));
    assert_eq!(sts.heads().len(), 5);
    sts.reply([alice()]);
    let answer = loop {
        match ask(&client).await {
            Err(Failure::CircuitOpen) => tokio::task::yield_now().await,
            answered => break answered,
        }
    };
    assert_eq!(answer, Ok(alices_answer()));
    assert!(!client.is_suspended(asked.host()));
}

/// The clusters that STS was asked with, in order.
fn clusters(sts: &TestSts) -> Vec<String> {
    let heads = sts.heads().into_iter();
    let id = |head: String| {
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix("x-k8s-aws-id: "));
        line.unwrap().to_owned()
    };
    heads.map(id).collect()
}

fn mismatch() -> Reply {
    error(403, "SignatureDoesNotMatch")
}

#[tokio::test]
async fn another_cluster_is_tried_only_where_the_signature_does_not_match() {
    let table = [
        (
            vec![mismatch(), alice()],
            Ok("old"),
            vec!["test-cluster", "old"],
        ),
        (vec![alice()], Ok("test-cluster"), vec!["test-cluster"]),
        (
            vec![mismatch()],
            Err(Failure::Rejected(StsCode::new("SignatureDoesNotMatch"))),
            vec!["test-cluster", "old", "older"],
        ),
        (
            vec![error(403, "InvalidClientTokenId")],
            Err(Failure::Rejected(StsCode::new("InvalidClientTokenId"))),
            vec!["test-cluster"],
        ),
        (
            vec![error(403, "ExpiredToken")],
            Err(Failure::Rejected(StsCode::new("ExpiredToken"))),
            vec!["test-cluster"],
        ),
        (
            vec![http(200, "application/json", "{}")],
            Err(Senseless::Missing("GetCallerIdentityResponse").into()),
            vec!["test-cluster"],
        ),
        (
            vec![http(403, "application/json", "{}")],
            Err(Senseless::NoCode(403.try_into().unwrap()).into()),
            vec!["test-cluster"],
        ),
    ];
    for (replies, expected, asked) in table {
        let sts = TestSts::start(replies).await;
        let answer = ask_known(&sts.client_of(&["old", "older"]), None).await;
        let matched = answer.map(|vouched| vouched.cluster_id.unwrap().to_string());
        assert_eq!(matched, expected.map(str::to_owned));
        assert_eq!(clusters(&sts), asked);
    }
}

#[tokio::test]
async fn trouble_with_another_cluster_is_no_rejection_and_has_the_same_attempts() {
    let sts = TestSts::start([
        error(400, "Throttling"),
        mismatch(),
        error(400, "Throttling"),
    ])
    .await;
    let answer = ask_known(&sts.client_of(&["old", "older"]), None).await;
    assert_eq!(answer, Err(Failure::Throttled));
    let asked = ["test-cluster", "test-cluster", "old", "old"];
    assert_eq!(clusters(&sts), asked);
}

#[tokio::test]
async fn the_cluster_that_a_token_is_known_to_be_signed_for_is_asked_with_first() {
    let sts = TestSts::start([alice()]).await;
    let answer = ask_known(&sts.client_of(&["old", "older"]), Some("older")).await;
    let cluster = answer.unwrap().cluster_id.unwrap();
    assert_eq!(cluster.as_str(), "older");
    assert_eq!(clusters(&sts), ["older"]);
}

#[tokio::test]
async fn garbage_of_one_access_key_soon_costs_one_call_again() {
    let sts = TestSts::start([mismatch()]).await;
    let client = sts.client_of(&["old"]);
    let mut calls = Vec::new();
    for _ in 0..200 {
        let before = sts.heads().len();
        let answer = ask_known(&client, None).await;
        let is_known = matches!(
            answer,
            Err(Failure::Rejected(_) | Failure::Overloaded(Bound::OtherClusters))
        );
        assert!(is_known, "{answer:?}");
        calls.push(sts.heads().len() - before);
    }
    assert_eq!(calls.first(), Some(&2));
    assert_eq!(calls.last(), Some(&1));
    // The room for 128, and what comes back meanwhile.
    let doubled = calls.iter().filter(|calls| **calls == 2).count();
    assert!(doubled >= 128, "{doubled}");
}
