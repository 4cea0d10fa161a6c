//! A token, shown to STS as the webhook shows it.

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::{ACCEPT, HOST, USER_AGENT};
use http::{Request, Response, StatusCode};
use iam_core::cluster::ClusterId;
use iam_core::presigned::PresignedRequest;
use thiserror::Error;

use super::super::service_error::ServiceError;
use super::super::{BoxError, Context, run};
use super::verdict::{Answer, Denial};
use super::{Caller, CallerError};
use crate::endpoint::EndpointError;
use crate::fetch::FetchError;
use crate::http::{Limits, Route};
use crate::service::Service;

/// Why STS named nobody.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The settings name no URL.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// STS refuses the request.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// STS was not reached, or its answer makes no sense.
    #[error(transparent)]
    Unanswered(#[from] FetchError),
}

impl VerifyError {
    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Endpoint(error) => Some(error.hint()),
            Self::Denied(denial) => Some(denial.hint()),
            Self::Unanswered(error) => error.hint().map(str::to_owned),
        }
    }
}

/// Asks STS whose the token is that carries `request`, if it is for `cluster`: at the host that was
/// signed, or at the URL of the settings under that host's name.
///
/// # Errors
/// When STS denies it, is not reached, or names nobody.
pub fn verify(
    request: &PresignedRequest,
    cluster: &ClusterId,
    context: &Context<'_>,
) -> Result<Caller, VerifyError> {
    let custom = context
        .settings()
        .custom_url(Service::Sts, context.shared())?;
    let base = match custom {
        Some(custom) => custom.url.trim_end_matches('/').to_owned(),
        None => format!("https://{}", request.host().name()),
    };
    let response = run(send(request, cluster, &base, context))?;
    read(&response)
}

async fn send(
    request: &PresignedRequest,
    cluster: &ClusterId,
    base: &str,
    context: &Context<'_>,
) -> Result<Response<Bytes>, FetchError> {
    let question = Request::get(format!("{base}{}", request.path_and_query()))
        .header(HOST, request.host().name())
        .header("x-k8s-aws-id", cluster.as_str())
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, "token-exec")
        .body(SdkBody::empty())
        .map_err(|error| unanswered(ServiceError::Unmade(error.into())))?;
    let limits = Limits::default();
    let http = context.http();
    let asked = http.send(question, limits, Route::Settings);
    let answer = context.within(limits.connect + limits.answer, asked).await;
    answer
        .map_err(|error| unanswered(error.into()))?
        .map_err(|error| unanswered(error.into()))
}

fn read(response: &Response<Bytes>) -> Result<Caller, VerifyError> {
    let (status, body) = (response.status(), response.body());
    let senseless = || {
        let status = status.as_u16();
        VerifyError::from(unanswered(ServiceError::Senseless { status }))
    };
    if status == StatusCode::OK {
        let identity = Answer::parse(body).ok_or_else(senseless)?;
        let parts = [&identity.account, &identity.arn, &identity.user_id];
        let caller = Caller::new(parts.map(|part| Some(part.as_str())));
        return caller.map_err(|error: CallerError| failed(error.into()).into());
    }
    match Denial::parse(body) {
        Some(denial) => Err(denial.into()),
        None => Err(senseless()),
    }
}

fn unanswered(error: ServiceError) -> FetchError {
    let hint = error.hint();
    let failure = failed(error.into());
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

fn failed(error: BoxError) -> FetchError {
    FetchError::new("asking STS", error)
}
