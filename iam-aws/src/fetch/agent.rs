//! Services beside a workload that hand out credentials as JSON: the agent of ECS or EKS, and the
//! metadata service of EC2.
//!
//! Own code on the lazy client, not aws-config's providers: those follow no size limit, report a
//! refusal as debug output, send an `Authorization` with its line break or fail at it, ask the
//! metadata service four times, and lengthen credentials that have expired.

use std::time::{Duration, SystemTime};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use iam_core::time::Rfc3339;
use serde_json::{Map, Value};
use thiserror::Error;

use super::service_error::said;
use super::{Context, TimedOut};
use crate::credentials::Credentials;
use crate::document::{self, DocumentError, KeyNames, Object};
use crate::http::{HttpError, Limits, Route};

/// How an agent is asked.
#[derive(Clone, Copy)]
pub(super) struct Agent {
    pub(super) limits: Limits,
    pub(super) route: Route,
    pub(super) attempts: u32,
}

/// One question. Its headers may hold a secret.
pub(super) struct Question {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) header: Option<(HeaderName, HeaderValue)>,
}

/// Why an agent gave no credentials.
#[derive(Debug, Error)]
pub(super) enum AgentError {
    /// No answer.
    #[error(transparent)]
    Unreached(#[from] HttpError),
    /// No answer in time.
    #[error(transparent)]
    TimedOut(#[from] TimedOut),
    /// It refused.
    #[error("it answered {status}{}", colon(message))]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// In its own words.
        message: String,
    },
    /// It answered, but could not get credentials itself.
    #[error("it answered {code}{}", colon(message))]
    Failed {
        /// The code.
        code: String,
        /// In its own words.
        message: String,
    },
    /// An answer that is none.
    #[error("its answer makes no sense")]
    Senseless(#[from] DocumentError),
    /// Credentials that are over.
    #[error("its credentials expired at {at}, and now it is {now}")]
    Expired {
        /// When.
        at: Rfc3339,
        /// Now.
        now: Rfc3339,
    },
}

impl Agent {
    /// Asks, and once more after what may be better then.
    pub(super) async fn ask(
        self,
        question: &Question,
        context: &Context<'_>,
    ) -> Result<Bytes, AgentError> {
        let mut attempt = 1;
        loop {
            match self.ask_once(question, context).await {
                Err(error) if attempt < self.attempts && error.may_pass() => {
                    context
                        .within(PAUSE * 2, tokio::time::sleep(PAUSE * attempt))
                        .await?;
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }

    async fn ask_once(
        self,
        question: &Question,
        context: &Context<'_>,
    ) -> Result<Bytes, AgentError> {
        let request = question.request()?;
        let limit = self.limits.connect + self.limits.answer;
        let http = context.http();
        let answer = context
            .within(limit, http.send(request, self.limits, self.route))
            .await??;
        match answer.status() {
            StatusCode::OK => Ok(answer.into_body()),
            status => Err(AgentError::Refused {
                status,
                message: question.explained(answer.body()),
            }),
        }
    }
}

impl Question {
    fn request(&self) -> Result<Request<SdkBody>, HttpError> {
        let mut builder = Request::builder()
            .method(self.method.clone())
            .uri(&self.url);
        if let Some((name, value)) = &self.header {
            builder = builder.header(name, value);
        }
        builder.body(SdkBody::empty()).map_err(|_| HttpError::Url {
            url: said(&self.url, &[]),
        })
    }

    /// What a body says about a refusal: the `message` of a JSON object, else its text, less what
    /// went out in the header.
    fn explained(&self, body: &[u8]) -> String {
        let text = match document::parse(body) {
            Ok(object) => message(&object),
            Err(_) => String::from_utf8_lossy(body).into_owned(),
        };
        said(&text, &[self.secret()])
    }

    /// What went out in the header.
    pub(super) fn secret(&self) -> &str {
        let value = self.header.as_ref().map(|(_, value)| value.to_str());
        value.and_then(Result::ok).unwrap_or_default()
    }
}

impl AgentError {
    fn may_pass(&self) -> bool {
        match self {
            Self::Unreached(error) => matches!(
                error,
                HttpError::Connect { .. }
                    | HttpError::Exchange { .. }
                    | HttpError::AnswerTimeout { .. }
            ),
            Self::Refused { status, .. } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            Self::TimedOut(_) | Self::Failed { .. } | Self::Senseless(_) | Self::Expired { .. } => {
                false
            }
        }
    }
}

/// The credentials of an answer; `secret` went out with the question.
pub(super) fn credentials(
    answer: &[u8],
    secret: &str,
    now: SystemTime,
) -> Result<Credentials, AgentError> {
    let object = document::parse(answer)?;
    let read = Object(&object);
    if let Some(code) = read
        .optional_text("Code")?
        .filter(|code| *code != "Success")
    {
        return Err(AgentError::Failed {
            code: said(code, &[secret]),
            message: said(&message(&object), &[secret]),
        });
    }
    let expiry = read.optional_instant("Expiration")?;
    match expiry {
        Some(at) if at <= now => Err(AgentError::Expired {
            at: Rfc3339::nearest(at),
            now: Rfc3339::nearest(now),
        }),
        Some(_) | None => Ok(read.credentials(KEY_NAMES, expiry)?),
    }
}

fn message(object: &Map<String, Value>) -> String {
    ["message", "Message"]
        .into_iter()
        .find_map(|key| object.get(key)?.as_str())
        .unwrap_or_default()
        .to_owned()
}

fn colon(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    }
}

const KEY_NAMES: KeyNames = KeyNames {
    access_key_id: "AccessKeyId",
    secret_access_key: "SecretAccessKey",
    session_token: "Token",
};

/// Before the second attempt; twice as long before the third.
const PAUSE: Duration = Duration::from_millis(100);
