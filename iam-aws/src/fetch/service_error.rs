//! What a service refused with, or why it was not reached.

use std::error::Error;

use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use thiserror::Error;

use super::{BoxError, TimedOut};
use crate::http::HttpError;

/// What a service refused with, or why it was not reached.
#[derive(Debug, Error)]
pub(crate) enum ServiceError {
    /// It said why, by a code of its own.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No answer at all.
    #[error(transparent)]
    Unreached(#[from] HttpError),
    /// No answer in time.
    #[error(transparent)]
    TimedOut(#[from] TimedOut),
    /// An answer that is none.
    #[error("its answer (HTTP status {status}) makes no sense")]
    Senseless {
        /// The HTTP status.
        status: u16,
    },
    /// A request that was never sent.
    #[error("the request could not be made")]
    Unmade(#[source] BoxError),
}

/// What a service says when it refuses.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{code}{}{}", colon(message), in_brackets(request_id))]
pub(crate) struct Refusal {
    /// `AccessDenied` and the like.
    pub(crate) code: String,
    /// In its own words: cut, on one line, without secrets.
    pub(crate) message: String,
    /// What AWS's support asks for.
    pub(crate) request_id: String,
}

impl ServiceError {
    /// Sorts an error of the SDK. The `secrets` went out with the request; a service that repeats
    /// one is cut short.
    pub(crate) fn of<E>(error: SdkError<E, Response>, secrets: &[&str]) -> Self
    where
        E: Error + ProvideErrorMetadata + RequestId + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|answer| answer.status().as_u16());
        if let Some(refusal) = error
            .as_service_error()
            .and_then(|error| Refusal::of(error, secrets))
        {
            return Self::Refused(refusal);
        }
        if let Some(status) = status {
            return Self::Senseless { status };
        }
        match error.into_source() {
            Ok(source) => sort(source),
            Err(error) => Self::Unmade(error.into()),
        }
    }

    /// The code, if the service refused with one.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => Some(&refusal.code),
            Self::Unreached(_) | Self::TimedOut(_) | Self::Senseless { .. } | Self::Unmade(_) => {
                None
            }
        }
    }

    /// The one thing to try, whoever was asked; refusals are the asker's to explain.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => common_hint(&refusal.code),
            Self::Unreached(error) => Some(error.hint()),
            Self::TimedOut(_) => Some(
                "check the endpoint URL and the network, or set HTTPS_PROXY where one is needed"
                    .to_owned(),
            ),
            Self::Senseless { status: 500.. } => Some("try again in a while".to_owned()),
            Self::Senseless { .. } => Some(
                "check that the endpoint URL is one of AWS, and what stands between".to_owned(),
            ),
            Self::Unmade(_) => None,
        }
    }
}

impl Refusal {
    /// Code, message and request id as a service sent them.
    pub(crate) fn new([code, message, request_id]: [&str; 3], secrets: &[&str]) -> Self {
        Self {
            code: said(code, secrets),
            message: said(message, secrets),
            request_id: said(request_id, secrets),
        }
    }

    fn of<E: ProvideErrorMetadata + RequestId>(error: &E, secrets: &[&str]) -> Option<Self> {
        let message = error.message().unwrap_or_default();
        let request_id = error.request_id().unwrap_or_default();
        Some(Self::new([error.code()?, message, request_id], secrets))
    }
}

fn sort(source: BoxError) -> ServiceError {
    let source = match source.downcast::<ConnectorError>() {
        Ok(error) => error.into_source(),
        Err(source) => source,
    };
    match source.downcast::<HttpError>() {
        Ok(error) => ServiceError::Unreached(*error),
        Err(source) => ServiceError::Unmade(source),
    }
}

/// What every service refuses in the same way.
fn common_hint(code: &str) -> Option<String> {
    let hint = match code {
        "ExpiredToken" | "ExpiredTokenException" => {
            "these credentials have expired: get fresh ones where they came from"
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" => {
            "this access key is unknown to AWS or switched off: use another"
        }
        "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "RequestExpired"
        | "RequestTimeTooSkewed" => "check the secret access key and the clock of this machine",
        "Throttling"
        | "ThrottlingException"
        | "TooManyRequestsException"
        | "SlowDown"
        | "RequestLimitExceeded"
        | "ServiceUnavailable"
        | "InternalFailure" => "try again in a while",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Foreign text on one line, without control characters, cut. One that repeats a secret, or a part
/// of the signed request (which holds signature and session token), is cut before it.
pub(super) fn said(text: &str, secrets: &[&str]) -> String {
    let beginnings = secrets.iter().flat_map(|secret| beginnings(secret));
    let end = beginnings
        .filter_map(|beginning| text.find(&beginning))
        .chain(OF_A_REQUEST.iter().filter_map(|part| text.find(part)))
        .min();
    let text = end.and_then(|end| text.get(..end)).unwrap_or(text);
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_SAID)
        .collect();
    line.trim().to_owned()
}

/// How the words of a secret begin, as they are and in a query: a part of one is a secret, too.
fn beginnings(secret: &str) -> impl Iterator<Item = String> {
    let words = secret.split(' ').filter(|word| {
        let is_a_scheme = secret.contains(' ') && SCHEMES.contains(word);
        !word.is_empty() && !is_a_scheme
    });
    words.flat_map(|word| {
        let plain: String = word.chars().take(BEGINNING).collect();
        let in_a_query = plain
            .replace('/', "%2F")
            .replace('+', "%2B")
            .replace('=', "%3D");
        [plain, in_a_query]
    })
}

fn colon(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    }
}

fn in_brackets(request_id: &str) -> String {
    if request_id.is_empty() {
        String::new()
    } else {
        format!(" (request id {request_id})")
    }
}

/// Enough of a secret to know it by, and too little to be of use.
const BEGINNING: usize = 12;

/// What stands before a secret in an `Authorization`.
const SCHEMES: [&str; 2] = ["Bearer", "Basic"];

/// What a signed request is known by.
const OF_A_REQUEST: [&str; 8] = [
    "The Canonical String",
    "The String-to-Sign",
    "AWS4-HMAC-SHA256",
    "Signature=",
    "X-Amz-Security-Token",
    "x-amz-security-token",
    "X-Amz-Signature",
    "k8s-aws-v1.",
];

/// STS's longest usual message names two ARNs.
const MAX_SAID: usize = 600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_says_repeats_no_part_of_a_secret() {
        let secrets = ["FwoG/+=XIvYXdzEBYaDH0secret", "Bearer eyJhbGciOiJ.payload"];
        for text in [
            "no: FwoG/+=XIvYXdzEBYaDH0secret",
            "no: FwoG/+=XIvYXdzE…",
            "no: FwoG%2F%2B%3DXIvYXdzEBYaDH0secret",
            "no: eyJhbGciOiJ.payload",
            "no: Authorization=AWS4-HMAC-SHA256 Credential=A, Signature=b",
            "no: X-Amz-Signature=b",
            "no: k8s-aws-v1.aHR0",
        ] {
            let found = said(text, &secrets);
            assert!(
                ["no:", "no: Authorization="].contains(&found.as_str()),
                "{found}"
            );
        }
        assert_eq!(said("no Bearer here", &secrets), "no Bearer here");
    }

    #[test]
    fn what_a_service_says_is_one_line_without_secrets() {
        let long = "x".repeat(MAX_SAID + 1);
        for (text, expected) in [
            ("denied\r\n\u{1b}[31mred", "denied   [31mred"),
            ("the token s3cret is bad", "the token"),
            (
                "no match. The Canonical String for this request should have been 'POST",
                "no match.",
            ),
            (long.as_str(), long.get(1..).unwrap()),
        ] {
            assert_eq!(said(text, &["s3cret", ""]), expected);
        }
    }
}
