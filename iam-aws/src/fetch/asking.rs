//! One question to a service of AWS, asked again where that may help.

use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use thiserror::Error;

use super::{BoxError, Context, TimedOut};
use crate::http::{HttpError, Limits, Route};

/// Why a service gave no answer at all.
#[derive(Debug, Error)]
pub(super) enum AskError {
    /// A part of the question that HTTP has no room for.
    #[error("the question cannot be asked")]
    Question(#[source] BoxError),
    /// On the way.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Not in time.
    #[error(transparent)]
    TimedOut(#[from] TimedOut),
}

impl AskError {
    /// The one thing to try.
    pub(super) fn hint(&self) -> String {
        match self {
            Self::Question(_) => "check the endpoint URL and the profile".to_owned(),
            Self::Http(error) => error.hint(),
            Self::TimedOut(_) => {
                "check the network, or set HTTPS_PROXY where one is needed".to_owned()
            }
        }
    }

    /// Whether the same question may have an answer a moment later. What took its time once is not
    /// waited for again.
    fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Http(
                HttpError::Lookup { .. } | HttpError::Connect { .. } | HttpError::Exchange { .. }
            )
        )
    }
}

/// Asks until there is an answer that is not `try again later`, three times at most. The question
/// is made anew each time: a proof in it serves once.
pub(super) async fn ask(
    context: &Context<'_>,
    question: impl Fn() -> Result<Request<SdkBody>, BoxError>,
) -> Result<Response<Bytes>, AskError> {
    ask_within(context, LIMITS, question).await
}

/// The same, within limits for each attempt.
pub(super) async fn ask_within(
    context: &Context<'_>,
    limits: Limits,
    question: impl Fn() -> Result<Request<SdkBody>, BoxError>,
) -> Result<Response<Bytes>, AskError> {
    for pause in PAUSES {
        match once(context, limits, question().map_err(AskError::Question)?).await {
            Ok(answer) if is_passing(answer.status()) => {}
            Err(error) if error.is_passing() => {}
            decided => return decided,
        }
        context.within(pause * 2, tokio::time::sleep(pause)).await?;
    }
    once(context, limits, question().map_err(AskError::Question)?).await
}

async fn once(
    context: &Context<'_>,
    limits: Limits,
    question: Request<SdkBody>,
) -> Result<Response<Bytes>, AskError> {
    let http = context.http();
    let sent = http.send(question, limits, Route::Settings);
    Ok(context
        .within(limits.connect + limits.answer, sent)
        .await??)
}

/// Too many requests, or trouble of the service's own.
fn is_passing(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(3),
    answer: Duration::from_secs(10),
    bytes: Limits::USUAL,
};
