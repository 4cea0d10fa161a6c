//! `POST /authorize`: from a body to an opinion to a response.

use std::time::{Instant, SystemTime};

use http::StatusCode;

use super::{Rejection, Webhook};
use crate::access_review::{self, AccessReview};
use crate::audit::AccessDecision;
use crate::authorize::{Authorizer, Word};
use crate::http_response::{self as response, WholeResponse};
use crate::metrics::AuthorizeResult;

impl Webhook {
    pub(super) fn authorize(
        &self,
        authorizer: &Authorizer,
        body: &[u8],
        now: SystemTime,
        started: Instant,
    ) -> Result<WholeResponse, Rejection> {
        let review = AccessReview::parse(body)?;
        let opinion = authorizer.authorize(&review);
        let latency = started.elapsed();
        self.audit.record_access(&AccessDecision {
            review: &review,
            opinion: &opinion,
            now,
            latency,
        });
        let (result, response) = match &opinion.word {
            Word::Allowed(reason) => (
                AuthorizeResult::Allowed,
                response::json(access_review::allowed(review.version(), reason)),
            ),
            Word::NoOpinion(why) => (
                AuthorizeResult::NoOpinion,
                response::json(access_review::no_opinion(review.version(), why.reason())),
            ),
            // kube-apiserver asks again, and goes by its other authorizers until then.
            Word::NotLoaded => (
                AuthorizeResult::Unavailable,
                response::text(StatusCode::SERVICE_UNAVAILABLE, "mappings_not_loaded\n"),
            ),
        };
        self.metrics.authorized(result, latency);
        Ok(response)
    }
}
