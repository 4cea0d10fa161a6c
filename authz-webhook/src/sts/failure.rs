//! How a question to STS ends without an identity.

use std::sync::Arc;

use http::StatusCode;
use iam_core::sts_host::ListedHost;
use thiserror::Error;

use super::answer::{self, Format};
use crate::refusal::{Bound, Refusal, StsCode};

/// Why STS named nobody. `Display` holds no secret and no URL.
#[derive(Clone, Debug, Eq, PartialEq, Error)]
pub enum Failure {
    /// STS refused the request, for good.
    #[error("rejected with {0}")]
    Rejected(StsCode),
    /// STS asks for patience.
    #[error("throttled")]
    Throttled,
    /// No connection, a connection lost, a time-out.
    #[error("{0}")]
    Unreachable(String),
    /// STS failed.
    #[error("answered {0}")]
    ServerError(StatusCode),
    /// The circuit is open: it failed often enough a moment ago.
    #[error("failed repeatedly; the next attempt is made within a second")]
    CircuitOpen,
    /// The answer is not one of STS's.
    #[error("{0}")]
    Senseless(Senseless),
    /// Too many questions are open.
    #[error("overloaded: {0}")]
    Overloaded(Bound),
}

/// What is wrong with an answer.
#[derive(Clone, Debug, Eq, PartialEq, Error)]
pub enum Senseless {
    /// A status that STS does not use.
    #[error("status {0}")]
    Status(StatusCode),
    /// An error without a code.
    #[error("status {0} without an error code")]
    NoCode(StatusCode),
    /// Neither JSON nor XML by its own words.
    #[error("neither application/json nor text/xml")]
    ContentType,
    /// More than an identity needs.
    #[error("longer than 64 KiB")]
    TooLong,
    /// Not one JSON document.
    #[error("not JSON")]
    NotJson,
    /// Not one XML document of STS's.
    #[error("not XML: {0}")]
    NotXml(&'static str),
    /// A value is not there.
    #[error("no {0}")]
    Missing(&'static str),
    /// A value is there twice, or its name is in another case.
    #[error("{0} twice, or in another case")]
    Ambiguous(&'static str),
    /// A value of the wrong kind.
    #[error("an impossible {0}")]
    Unusable(&'static str),
}

impl Failure {
    /// What an answer other than 200 means, by its status and its parsed code.
    pub(super) fn of_error(status: StatusCode, body: &[u8], format: Option<Format>) -> Self {
        let code = answer::error_code(body, format);
        match (status, code) {
            (StatusCode::TOO_MANY_REQUESTS, _) => Self::Throttled,
            (_, Some(code)) if THROTTLING.contains(&code.as_str()) => Self::Throttled,
            (status, _) if status.is_server_error() => Self::ServerError(status),
            (StatusCode::REQUEST_TIMEOUT, _) => Self::ServerError(status),
            (_, Some(code)) if TRANSIENT.contains(&code.as_str()) => Self::ServerError(status),
            (StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, code) => {
                match code {
                    Some(code) => Self::Rejected(StsCode::new(&code)),
                    None => Self::Senseless(Senseless::NoCode(status)),
                }
            }
            (status, _) => Self::Senseless(Senseless::Status(status)),
        }
    }

    /// Whether asking again within the deadline can help.
    pub(super) fn may_be_retried(&self) -> bool {
        match self {
            Self::Throttled | Self::Unreachable(_) | Self::ServerError(_) => true,
            Self::Rejected(_) | Self::CircuitOpen | Self::Senseless(_) | Self::Overloaded(_) => {
                false
            }
        }
    }

    /// Whether STS refused the request for good.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        matches!(self, Self::Rejected(_))
    }

    /// Whether STS computed another signature: a request for another cluster, or garbage.
    pub(super) fn is_signature_mismatch(&self) -> bool {
        matches!(self, Self::Rejected(code) if code.as_str() == SIGNATURE_MISMATCH)
    }

    /// Whether it counts against the host. Throttling does not: the quota is the caller's. Nor
    /// does a 4xx: a caller could provoke it.
    pub(super) fn counts_against_the_host(&self) -> bool {
        match self {
            Self::Senseless(Senseless::Status(status) | Senseless::NoCode(status)) => {
                !status.is_client_error()
            }
            Self::Unreachable(_) | Self::ServerError(_) | Self::Senseless(_) => true,
            Self::Rejected(_) | Self::Throttled | Self::CircuitOpen | Self::Overloaded(_) => false,
        }
    }

    /// The refusal that kube-apiserver hears of.
    #[must_use]
    pub fn into_refusal(self, host: &Arc<ListedHost>) -> Refusal {
        let host = Arc::clone(host);
        match self {
            Self::Rejected(code) => Refusal::Rejected { host, code },
            Self::Throttled => Refusal::StsThrottled { host },
            Self::Senseless(what) => Refusal::StsSenseless {
                host,
                detail: what.to_string().into(),
            },
            Self::Overloaded(bound) => Refusal::Overloaded(bound),
            Self::Unreachable(_) | Self::ServerError(_) | Self::CircuitOpen => {
                Refusal::StsUnreachable {
                    host,
                    detail: self.to_string().into(),
                }
            }
        }
    }
}

impl From<Senseless> for Failure {
    fn from(what: Senseless) -> Self {
        Self::Senseless(what)
    }
}

/// STS computed another signature than the request's.
const SIGNATURE_MISMATCH: &str = "SignatureDoesNotMatch";

/// The codes by which AWS services throttle, as the SDKs know them.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
const THROTTLING: [&str; 12] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Codes of passing trouble that may come with a 400.
const TRANSIENT: [&str; 5] = [
    "InternalError",
    "InternalFailure",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of_json(status: StatusCode, body: &[u8]) -> Failure {
        Failure::of_error(status, body, Some(Format::Json))
    }

    fn error(code: &str) -> Vec<u8> {
        format!(r#"{{"Error":{{"Code":"{code}","Message":"m","Type":"Sender"}},"RequestId":"r"}}"#)
            .into_bytes()
    }

    #[test]
    fn an_error_is_judged_by_status_and_code() {
        let rejected = |code| Failure::Rejected(StsCode::new(code));
        let status = |code| StatusCode::from_u16(code).expect("a status");
        let table = [
            (
                403,
                error("SignatureDoesNotMatch"),
                rejected("SignatureDoesNotMatch"),
            ),
            (
                403,
                error("InvalidClientTokenId"),
                rejected("InvalidClientTokenId"),
            ),
            (400, error("ExpiredToken"), rejected("ExpiredToken")),
            (400, error("SomethingNew"), rejected("SomethingNew")),
            (400, error("Throttling"), Failure::Throttled),
            (400, error("RequestLimitExceeded"), Failure::Throttled),
            (429, Vec::new(), Failure::Throttled),
            (503, error("Throttling"), Failure::Throttled),
            (
                503,
                error("ServiceUnavailable"),
                Failure::ServerError(status(503)),
            ),
            (500, Vec::new(), Failure::ServerError(status(500))),
            (
                400,
                error("InternalFailure"),
                Failure::ServerError(status(400)),
            ),
            (408, Vec::new(), Failure::ServerError(status(408))),
            (403, b" ".to_vec(), Senseless::NoCode(status(403)).into()),
            (
                403,
                b"<html>Throttling".to_vec(),
                Senseless::NoCode(status(403)).into(),
            ),
            (302, Vec::new(), Senseless::Status(status(302)).into()),
            (204, Vec::new(), Senseless::Status(status(204)).into()),
            (
                404,
                error("NotFound"),
                Senseless::Status(status(404)).into(),
            ),
        ];
        for (code, body, expected) in table {
            assert_eq!(of_json(status(code), &body), expected, "{code}");
        }
    }

    #[test]
    fn nothing_a_caller_can_provoke_counts_against_the_host() {
        let status = |code| StatusCode::from_u16(code).expect("a status");
        let table = [
            (414, Vec::new(), false),
            (403, Vec::new(), false),
            (403, error("SignatureDoesNotMatch"), false),
            (429, Vec::new(), false),
            (302, Vec::new(), true),
            (500, Vec::new(), true),
        ];
        for (code, body, expected) in table {
            let failure = of_json(status(code), &body);
            assert_eq!(failure.counts_against_the_host(), expected, "{code}");
        }
    }

    #[test]
    fn the_key_id_throttling_in_a_message_throttles_nobody() {
        let body = br#"{"Error":{"Code":"SignatureDoesNotMatch","Message":"Throttling"}}"#;
        assert_eq!(
            of_json(StatusCode::FORBIDDEN, body),
            Failure::Rejected(StsCode::new("SignatureDoesNotMatch"))
        );
    }
}
