//! What is read from a token, written to one, and when it holds.

use std::time::Duration;

use iam_core::partition::Partition;
use iam_core::presigned::{Fault, FaultKind, PresignedRequest};
use iam_core::sts_host::StsHosts;
use iam_core::token::Token;

use crate::support::{PresignedUrl, session_token, signed_at_plus};

fn hosts() -> StsHosts {
    StsHosts::of(Partition::Aws, &[])
}

fn fault_of(token: &str) -> Option<Fault> {
    Token::parse(token, &hosts()).err()
}

#[test]
fn reads_the_fields_of_a_permanent_key() {
    let url = PresignedUrl::permanent();
    assert_eq!((url.url().len(), url.token().len()), (361, 493));
    let request = Token::parse(&url.token(), &hosts()).unwrap();
    assert_eq!(request.host().name(), "sts.us-west-2.amazonaws.com");
    assert_eq!(request.host().signing_region(), "us-west-2");
    assert_eq!(request.access_key_id().as_str(), "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(request.date().instant(), signed_at_plus(0));
    assert_eq!(request.expires_seconds(), 60);
    assert!(request.session_token().is_none());
    assert!(request.signature().expose().starts_with("e211dba7"));
    assert!(request.signature().expose().ends_with("5747f5ce"));
}

#[test]
fn writes_what_it_read() {
    for url in [
        PresignedUrl::permanent(),
        PresignedUrl::temporary(1200),
        PresignedUrl::temporary(4096),
    ] {
        let request = Token::parse(&url.token(), &hosts()).unwrap();
        assert_eq!(request.url(), url.url());
        assert_eq!(Token::mint(&request).expose(), url.token());
        assert_eq!(
            format!(
                "https://sts.us-west-2.amazonaws.com{}",
                request.path_and_query()
            ),
            url.url()
        );
    }
}

#[test]
fn decodes_the_session_token_of_a_temporary_key() {
    let request = Token::parse(&PresignedUrl::temporary(1200).token(), &hosts()).unwrap();
    assert_eq!(
        request.session_token().unwrap().expose(),
        session_token(1200)
    );
    assert!(request.access_key_id().is_temporary());
}

#[test]
fn takes_the_parameters_in_any_order_and_writes_them_in_its_own() {
    let url = PresignedUrl::temporary(100);
    let mut shuffled = url.clone();
    shuffled.query.reverse();
    let request = Token::parse(&shuffled.token(), &hosts()).unwrap();
    assert_eq!(request.url(), url.url());
}

#[test]
fn signs_for_us_east_1_at_the_global_host() {
    let credential = "AKIAIOSFODNN7EXAMPLE%2F20230428%2Fus-east-1%2Fsts%2Faws4_request";
    let url = PresignedUrl::permanent()
        .at("sts.amazonaws.com")
        .with("X-Amz-Credential", credential);
    assert_eq!(
        Token::parse(&url.token(), &hosts()).unwrap().url(),
        url.url()
    );
}

#[test]
fn the_window_is_15_minutes_back_and_5_minutes_ahead_to_the_second() {
    let request = |date: &str| {
        let credential = format!(
            "AKIAIOSFODNN7EXAMPLE%2F{}%2Fus-west-2%2Fsts%2Faws4_request",
            date.get(..8).unwrap()
        );
        let url = PresignedUrl::permanent()
            .with("X-Amz-Date", date)
            .with("X-Amz-Credential", &credential);
        PresignedRequest::parse(&url.url(), &hosts()).unwrap()
    };
    let seconds = Duration::from_secs;
    let today = request("20230428T000000Z");
    assert_eq!(today.expires_at(), signed_at_plus(900));
    for (now, result) in [
        (signed_at_plus(0), Ok(())),
        (signed_at_plus(61), Ok(())),
        (signed_at_plus(900), Ok(())),
        (signed_at_plus(901), Err(Fault::Expired { by: seconds(1) })),
        (
            signed_at_plus(900) + Duration::from_millis(1),
            Err(Fault::Expired {
                by: Duration::from_millis(1),
            }),
        ),
        (signed_at_plus(0) - seconds(300), Ok(())),
        (
            signed_at_plus(0) - seconds(301),
            Err(Fault::NotYetValid { by: seconds(1) }),
        ),
    ] {
        assert_eq!(today.check_window(now), result, "{now:?}");
    }
    let expired = |fault: Result<(), Fault>| fault.unwrap_err().kind();
    assert_eq!(
        expired(request("19900422T010203Z").check_window(signed_at_plus(0))),
        FaultKind::Expired
    );
    assert_eq!(
        expired(request("99990101T000000Z").check_window(signed_at_plus(0))),
        FaultKind::NotYetValid
    );
}

#[test]
fn each_kind_of_fault_is_told_apart() {
    for (case, kind) in [
        (
            PresignedUrl::permanent().at("evil.org"),
            FaultKind::HostNotListed,
        ),
        (
            PresignedUrl::permanent().with("X-Amz-SignedHeaders", "host"),
            FaultKind::HeaderNotSigned,
        ),
        (
            PresignedUrl::permanent().with("X-Amz-SignedHeaders", "host%3Bx%3Bx-k8s-aws-id"),
            FaultKind::Malformed,
        ),
        (
            PresignedUrl::permanent().with("Action", "x"),
            FaultKind::Malformed,
        ),
    ] {
        assert_eq!(fault_of(&case.token()).unwrap().kind(), kind);
    }
}

#[test]
fn debug_output_holds_no_secret() {
    let request = Token::parse(&PresignedUrl::temporary(100).token(), &hosts()).unwrap();
    let shown = format!("{request:?} {:?}", Token::mint(&request));
    for secret in ["e211dba7", &session_token(20)] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
