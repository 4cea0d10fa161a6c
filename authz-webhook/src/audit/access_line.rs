//! What an audit line says of an access review.

use std::time::{Duration, SystemTime};

use iam_core::access_entry::Attributes;

use super::line::{Milliseconds, RequestIds, milliseconds};
use crate::access_review::AccessReview;
use crate::authorize::{Opinion, Word};
use crate::json::{self, Object};

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
        json::object(bytes, |line| {
            line.text("audit", "authorize");
            line.shown("time", Milliseconds(self.now));
            line.shown("requestId", ids.next());
            line.text("result", result);
            line.text("reason", reason);
            line.text("username", review.user());
            if let Some(principal) = &opinion.principal {
                line.text("canonicalArn", &principal.canonical_arn());
            }
            if let Some(source) = &opinion.source {
                line.shown("source", source);
            }
            write_asked(review.attributes(), line);
            line.value("latencyMs", &milliseconds(self.latency));
        });
        bytes.push(b'\n');
    }
}

/// What is empty is left out.
fn write_asked(attributes: Attributes<'_>, line: &mut Object<'_>) {
    let mut text = |key, text: &str| {
        if !text.is_empty() {
            line.text(key, text);
        }
    };
    match attributes {
        Attributes::Resource(of) => {
            text("verb", of.verb);
            text("namespace", of.namespace);
            text("group", of.group);
            text("resource", of.resource);
            text("subresource", of.subresource);
            text("name", of.name);
        }
        Attributes::NonResource(of) => {
            text("verb", of.verb);
            text("path", of.path);
        }
    }
}
