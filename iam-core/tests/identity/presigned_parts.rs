//! Putting presigned requests together from what a signer has.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use iam_core::presigned::{PresignedError, PresignedParts, PresignedRequest};
use iam_core::sts_host::StsHost;
use iam_core::time::TimeError;
use iam_core::token::Token;

use crate::support::signed_at_plus;

fn permanent() -> PresignedParts {
    PresignedParts {
        host: StsHost::Global,
        access_key_id: "AKIAIOSFODNN7EXAMPLE".parse().expect("a key id"),
        date: signed_at_plus(0),
        expires: 60,
        session_token: None,
        signature: "0".repeat(64).parse().expect("a signature"),
    }
}

fn temporary(session_token: &str) -> PresignedParts {
    PresignedParts {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".parse().expect("a key id"),
        session_token: Some(session_token.parse().expect("a session token")),
        ..permanent()
    }
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let before_1970 = UNIX_EPOCH - Duration::from_secs(1);
    for (parts, error) in [
        (
            PresignedParts {
                expires: 901,
                ..permanent()
            },
            PresignedError::Expires { seconds: 901 },
        ),
        (
            PresignedParts {
                session_token: None,
                ..temporary("x")
            },
            PresignedError::SessionTokenMissing,
        ),
        (
            PresignedParts {
                session_token: temporary("x").session_token,
                ..permanent()
            },
            PresignedError::SessionTokenUnexpected,
        ),
        (
            PresignedParts {
                date: before_1970,
                ..permanent()
            },
            PresignedError::Date(TimeError::OutOfRange),
        ),
    ] {
        assert_eq!(PresignedRequest::new(parts), Err(error));
    }
}

#[test]
fn the_signing_time_is_cut_to_the_second() {
    let date: SystemTime = signed_at_plus(7) + Duration::from_millis(999);
    let request = PresignedRequest::new(PresignedParts {
        date,
        ..permanent()
    })
    .unwrap();
    assert_eq!(request.date().instant(), signed_at_plus(7));
}

#[test]
fn a_token_may_have_16384_bytes_and_no_more() {
    let mut longest = 0;
    for slashes in 3900..4000 {
        match PresignedRequest::new(temporary(&"/".repeat(slashes))) {
            Ok(request) => longest = Token::mint(&request).expose().len(),
            Err(error) => {
                // Each slash is three characters of URL, so four of the token.
                assert_eq!(error, PresignedError::TooLong { len: longest + 4 });
                assert!((16_381..=16_384).contains(&longest), "{longest}");
                return;
            }
        }
    }
    panic!("nothing was refused: {longest}");
}
