//! The webhook's own listener: routes, and from a request to its decision to a response.

mod authorize;

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, Method, Request, StatusCode};
use hyper::body::{Body as _, Incoming};

use crate::access_review::AccessReviewError;
use crate::audit::{Audit, Decision};
use crate::authenticate::{Authenticator, Granted};
use crate::authorize::Authorizer;
use crate::connection::Responder;
use crate::deadline::within;
use crate::http_body::{self, BodyError};
use crate::http_response::{self as response, WholeResponse};
use crate::limits::Limits;
use crate::metrics::{AuthorizeResult, Metrics};
use crate::panics;
use crate::refusal::{Refusal, RefusalClass};
use crate::review::{self, Audiences, Review, ReviewError};
use crate::watched::OpenRequest;

/// What answers on the webhook's listener.
#[derive(Debug)]
pub struct Webhook {
    /// The inner steps.
    pub authenticator: Arc<Authenticator>,
    /// What answers on `/authorize`, where access entries are a source.
    pub authorizer: Option<Authorizer>,
    /// `server.audiences`.
    pub audiences: Vec<String>,
    /// Of its clients.
    pub limits: Limits,
    /// For a decision.
    pub deadline: Duration,
    /// Where it counts.
    pub metrics: Arc<Metrics>,
    /// Where it reports decisions.
    pub audit: Audit,
    /// Read once a request.
    pub clock: fn() -> SystemTime,
}

/// Why a request is answered without a decision.
#[derive(Debug, Eq, PartialEq)]
enum Rejection {
    /// What is expected instead.
    Path(&'static str),
    Method,
    MediaType,
    Body(BodyError),
    Review(ReviewError),
    AccessReview(AccessReviewError),
}

impl Responder for Webhook {
    async fn respond(&self, mut request: Request<Incoming>, open: OpenRequest) -> WholeResponse {
        let started = Instant::now();
        let answered = panics::caught(pin!(self.answer(&mut request, started))).await;
        let response = match answered {
            Ok(Ok(response)) => response,
            Ok(Err(rejection)) => self.reject(&rejection, request.uri().path(), started),
            Err(panics::Panicked) => {
                self.metrics.panicked();
                response::text(StatusCode::SERVICE_UNAVAILABLE, "internal_error\n")
            }
        };
        if !request.body().is_end_stream() {
            open.leaves_body_unread();
        }
        self.metrics.http_response(response.status().as_u16());
        response
    }
}

impl Webhook {
    async fn answer(
        &self,
        request: &mut Request<Incoming>,
        started: Instant,
    ) -> Result<WholeResponse, Rejection> {
        let authorizer = route(request, self.authorizer.as_ref())?;
        let now = (self.clock)();
        let body = http_body::read(request.body_mut(), &self.limits).await?;
        if let Some(authorizer) = authorizer {
            return self.authorize(authorizer, &body, now, started);
        }
        let review = Review::parse(&body)?;
        let (outcome, audiences) = match review.audiences(&self.audiences) {
            Audiences::Unsaid => (self.decide(&review, now).await, Vec::new()),
            Audiences::Common(common) => (self.decide(&review, now).await, common),
            Audiences::NoneInCommon => (Err(Refusal::AudienceNotServed), Vec::new()),
        };
        let latency = started.elapsed();
        self.audit.record(&Decision {
            outcome: outcome.as_ref(),
            now,
            latency,
        });
        Ok(match outcome {
            Ok(granted) => {
                self.metrics.granted(latency);
                response::json(review::granted(
                    review.version(),
                    &granted.user(),
                    &audiences,
                ))
            }
            Err(refusal) => self.refuse(&refusal, &review, latency),
        })
    }

    async fn decide(&self, review: &Review<'_>, now: SystemTime) -> Result<Granted, Refusal> {
        let decision = pin!(self.authenticator.authenticate(review.token(), now));
        match within(self.deadline, decision).await {
            Ok(decision) => decision,
            Err(_) => Err(Refusal::DeadlineExceeded),
        }
    }

    /// A denial is a clean answer; where none could be had, 503 is the one status that
    /// kube-apiserver neither repeats nor caches.
    fn refuse(&self, refusal: &Refusal, review: &Review<'_>, latency: Duration) -> WholeResponse {
        let word = refusal.word();
        self.metrics.refused(refusal.result(), word, latency);
        match refusal.class() {
            RefusalClass::Denied => response::json(review::denied(review.version(), word)),
            RefusalClass::Unavailable => {
                response::text(StatusCode::SERVICE_UNAVAILABLE, format!("{word}\n"))
            }
        }
    }

    fn reject(&self, rejection: &Rejection, path: &str, started: Instant) -> WholeResponse {
        let latency = started.elapsed();
        if self.authorizer.is_some() && path == AUTHORIZE {
            self.metrics
                .authorized(AuthorizeResult::MalformedRequest, latency);
        } else {
            self.metrics.malformed_request(latency);
        }
        rejection.response()
    }
}

impl Rejection {
    fn response(&self) -> WholeResponse {
        match self {
            Self::Path(expected) => response::text(StatusCode::NOT_FOUND, *expected),
            Self::Method => response::method_not_allowed("POST"),
            Self::MediaType => response::text(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "expected Content-Type: application/json, not compressed\n",
            ),
            Self::Body(BodyError::TooLarge) => response::text(
                StatusCode::PAYLOAD_TOO_LARGE,
                "expected a body of at most 64 KiB\n",
            ),
            Self::Body(BodyError::Slow) => response::text(
                StatusCode::REQUEST_TIMEOUT,
                "the body did not arrive in time\n",
            ),
            Self::Body(BodyError::Broken) => {
                response::text(StatusCode::BAD_REQUEST, "the body was cut off\n")
            }
            Self::Review(error) => response::text(StatusCode::BAD_REQUEST, format!("{error}\n")),
            Self::AccessReview(error) => {
                response::text(StatusCode::BAD_REQUEST, format!("{error}\n"))
            }
        }
    }
}

impl From<BodyError> for Rejection {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl From<AccessReviewError> for Rejection {
    fn from(error: AccessReviewError) -> Self {
        Self::AccessReview(error)
    }
}

impl From<ReviewError> for Rejection {
    fn from(error: ReviewError) -> Self {
        Self::Review(error)
    }
}

/// By path alone: kube-apiserver adds a query (`?timeout=30s`). The authorizer is given back when it
/// is asked, and none when the authenticator is.
fn route<'a, B, A>(
    request: &Request<B>,
    authorizer: Option<&'a A>,
) -> Result<Option<&'a A>, Rejection> {
    let asked = match (request.uri().path(), authorizer) {
        (AUTHENTICATE, _) => None,
        (AUTHORIZE, Some(authorizer)) => Some(authorizer),
        (AUTHORIZE, None) => return Err(Rejection::Path(NO_ACCESS_ENTRIES)),
        (_, Some(_)) => return Err(Rejection::Path(TWO_PATHS)),
        (_, None) => return Err(Rejection::Path(ONE_PATH)),
    };
    if request.method() != Method::POST {
        return Err(Rejection::Method);
    }
    if !is_plain_json(request.headers()) {
        return Err(Rejection::MediaType);
    }
    Ok(asked)
}

fn is_plain_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(first), None) = (types.next(), types.next()) else {
        return false;
    };
    let Ok(text) = first.to_str() else {
        return false;
    };
    let essence = text.split_once(';').map_or(text, |(essence, _)| essence);
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    let plain = encodings.all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    plain && essence.trim().eq_ignore_ascii_case("application/json")
}

const AUTHENTICATE: &str = "/authenticate";
const AUTHORIZE: &str = "/authorize";

const ONE_PATH: &str = "expected the path /authenticate\n";
const TWO_PATHS: &str = "expected the path /authenticate or /authorize\n";
const NO_ACCESS_ENTRIES: &str = "expected the path /authenticate: /authorize is served where \
                                 server.backendMode holds AccessEntries\n";

#[cfg(test)]
mod tests;
