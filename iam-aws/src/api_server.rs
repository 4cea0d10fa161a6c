//! A Kubernetes API server, asked by the same client as AWS: by the certificates, the name and the
//! proxy that its kubeconfig entry gives.

use std::error::Error;
use std::time::SystemTime;

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, USER_AGENT};
use http::{HeaderValue, Request};
use thiserror::Error;

use crate::environment::Environment;
use crate::http::{Http, HttpError, Limits, Route};

/// How an API server is reached.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The certificates that its own must lead to, in PEM, and where they stand; without them the
    /// system's count.
    pub authorities: Option<(Vec<u8>, String)>,
    /// The name that its certificate is for, where that is not the URL's host.
    pub server_name: Option<String>,
    /// The proxy of the entry; without it the environment's counts.
    pub proxy: Option<String>,
}

/// A question.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The URL.
    pub url: &'a str,
    /// The token to show.
    pub bearer: &'a str,
    /// A JSON document to post.
    pub body: &'a str,
}

/// An answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The server's clock, where it tells.
    pub date: Option<SystemTime>,
    /// The body, of a mebibyte at most.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct Unreached(#[from] HttpError);

impl Unreached {
    /// Whether the server's certificate, or what it is checked by, is at fault.
    #[must_use]
    pub const fn is_about_certificates(&self) -> bool {
        self.0.is_about_certificates()
    }
}

/// Posts to an API server.
///
/// # Errors
/// When it is not reached, not trusted, or does not answer in time.
pub async fn post(
    question: Question<'_>,
    access: &Access,
    environment: &Environment,
) -> Result<Answer, Unreached> {
    let request = request(question).map_err(|_| HttpError::Url {
        url: question.url.to_owned(),
    })?;
    let http = Http::to_server(access, environment);
    let answer = http
        .send(request, Limits::default(), Route::Settings)
        .await?;
    let date = answer
        .headers()
        .get(DATE)
        .and_then(|date| date.to_str().ok());
    let date =
        date.and_then(|date| aws_smithy_types::DateTime::from_str(date, Format::HttpDate).ok());
    Ok(Answer {
        status: answer.status().as_u16(),
        date: date.and_then(|date| date.try_into().ok()),
        body: answer.into_body(),
    })
}

fn request(question: Question<'_>) -> Result<Request<SdkBody>, Box<dyn Error>> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", question.bearer))?;
    bearer.set_sensitive(true);
    Ok(Request::post(question.url)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("iam-aws/", env!("CARGO_PKG_VERSION")))
        .header(AUTHORIZATION, bearer)
        .body(SdkBody::from(question.body))?)
}
