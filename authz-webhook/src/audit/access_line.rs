//! What an audit line says of an access review.

use std::time::{Duration, SystemTime};

use iam_core::access_entry::Attributes;
use serde::Serialize;

use super::line::{Fraction, Milliseconds, RequestId, RequestIds, Text};
use crate::access_review::AccessReview;
use crate::authorize::{Opinion, Word};
use crate::mappings::MappingPlace;

/// A word on what a user may do.
#[derive(Debug)]
pub struct AccessDecision<'a> {
    /// Who asked for what.
    pub review: &'a AccessReview<'a>,
    /// What was said.
    pub opinion: &'a Opinion,
    /// When the request arrived.
    pub now: SystemTime,
    /// How long the decision took.
    pub latency: Duration,
}

impl AccessDecision<'_> {
    /// Appends the line with its end.
    pub(super) fn write(&self, ids: &RequestIds, bytes: &mut Vec<u8>) {
        let Self {
            review, opinion, ..
        } = self;
        let (result, reason) = match &opinion.word {
            Word::Allowed(policy) => ("allowed", policy.as_str()),
            Word::NoOpinion(why) => ("no_opinion", why.word()),
            Word::NotLoaded => ("unavailable", "mappings_not_loaded"),
        };
        let line = Line {
            audit: "authorize",
            time: Milliseconds(self.now),
            request_id: ids.next(),
            result,
            reason,
            username: review.user(),
            canonical_arn: opinion.principal.as_ref().map(|p| p.canonical_arn()),
            source: opinion.source.as_ref().map(Text),
            asked: Asked::of(review.attributes()),
            latency_ms: Fraction(self.latency),
        };
        serde_json::to_writer(&mut *bytes, &line).expect("keys are strings, and a Vec takes all");
        bytes.push(b'\n');
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    audit: &'static str,
    time: Milliseconds,
    request_id: RequestId,
    result: &'static str,
    reason: &'a str,
    username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Text<&'a MappingPlace>>,
    #[serde(flatten)]
    asked: Asked<'a>,
    latency_ms: Fraction,
}

/// What is empty is left out.
#[derive(Default, Serialize)]
struct Asked<'a> {
    verb: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    group: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    resource: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    subresource: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    path: &'a str,
}

impl<'a> Asked<'a> {
    fn of(attributes: Attributes<'a>) -> Self {
        match attributes {
            Attributes::Resource(of) => Self {
                verb: of.verb,
                namespace: of.namespace,
                group: of.group,
                resource: of.resource,
                subresource: of.subresource,
                name: of.name,
                path: "",
            },
            Attributes::NonResource(of) => Self {
                verb: of.verb,
                path: of.path,
                ..Self::default()
            },
        }
    }
}
