//! What a user may do by the access policies of its access entry.
//!
//! Allowed, or no opinion; never denied. The entry must be the one by which the user was let in:
//! one whose username it would not have today has no say.

use std::sync::Arc;

use iam_core::access_entry::AccessEntry;
use iam_core::aws_auth::Values;
use iam_core::principal::Principal;

use crate::access_review::{AccessReview, IamCaller};
use crate::authenticate::Scrub;
use crate::mappings::{MappingPlace, NotLoaded, Sources};

/// Decides what users may do. One per process, shared by all connections.
#[derive(Debug)]
pub struct Authorizer {
    sources: Arc<Sources>,
    scrub: Scrub,
}

/// A word on a review, and how it came to it.
#[derive(Debug, Eq, PartialEq)]
pub struct Opinion {
    /// What is said.
    pub word: Word,
    /// Who the user is; unknown for users without an IAM principal that may be told.
    pub principal: Option<Principal>,
    /// Where the access entry stands that had a say.
    pub source: Option<MappingPlace>,
}

/// What is said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Word {
    /// Allowed, by this policy: `AmazonEKSViewPolicy in the namespace shop`.
    Allowed(String),
    /// Others decide.
    NoOpinion(NoOpinion),
    /// Nothing yet: the access entries have not loaded.
    NotLoaded,
}

/// Why others decide.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoOpinion {
    /// The user is no IAM principal, or one of a scrubbed account.
    NoPrincipal,
    /// The principal has no access entry.
    NoEntry,
    /// The principal's access entry would give it another username.
    OtherUsername,
    /// No policy of the entry allows it.
    NotAllowed,
}

impl Authorizer {
    /// Decides by the access entries among `sources`.
    #[must_use]
    pub fn new(sources: Arc<Sources>, scrub: Scrub) -> Self {
        Self { sources, scrub }
    }

    /// Decides on a review.
    #[must_use]
    pub fn authorize(&self, review: &AccessReview<'_>) -> Opinion {
        let caller = review
            .caller()
            .filter(|caller| !self.scrub.covers(caller.principal.account()));
        let Some(caller) = caller else {
            return Opinion::of_nobody();
        };
        let snapshot = self.sources.snapshot();
        let (word, source) = match snapshot.access_entry(&caller.principal.key()) {
            Err(NotLoaded) => (Word::NotLoaded, None),
            Ok(None) => (Word::NoOpinion(NoOpinion::NoEntry), None),
            Ok(Some(placed)) => (word(placed.entry(), &caller, review), Some(placed.place())),
        };
        Opinion {
            word,
            principal: Some(caller.principal),
            source,
        }
    }
}

impl Opinion {
    const fn of_nobody() -> Self {
        Self {
            word: Word::NoOpinion(NoOpinion::NoPrincipal),
            principal: None,
            source: None,
        }
    }
}

impl NoOpinion {
    /// The word for the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoPrincipal => "no_principal",
            Self::NoEntry => "no_access_entry",
            Self::OtherUsername => "other_username",
            Self::NotAllowed => "not_allowed",
        }
    }

    /// What the user is told when nobody else allows it either; empty when it would not help.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoPrincipal | Self::NoEntry => "",
            Self::OtherUsername => "the access entry of this principal gives another username",
            Self::NotAllowed => "no access policy of this principal allows it",
        }
    }
}

fn word(entry: &AccessEntry, caller: &IamCaller<'_>, review: &AccessReview<'_>) -> Word {
    // Nothing hangs on the name then. So it is with nodes, whose names EC2 would have to be asked
    // for: no policy can be bound to them.
    if entry.policies().is_empty() {
        return Word::NoOpinion(NoOpinion::NotAllowed);
    }
    if !is_user_of(entry, caller, review.user()) {
        return Word::NoOpinion(NoOpinion::OtherUsername);
    }
    match entry.allows(&review.attributes()) {
        Some(grant) => Word::Allowed(grant.to_string()),
        None => Word::NoOpinion(NoOpinion::NotAllowed),
    }
}

/// Whether the entry makes this very user of the caller.
fn is_user_of(entry: &AccessEntry, caller: &IamCaller<'_>, username: &str) -> bool {
    let rendered = entry.username().render(&Values {
        account: caller.principal.account(),
        session_name: caller.principal.session_name(),
        access_key_id: caller.access_key_id,
        ec2_private_dns_name: None,
    });
    rendered.is_ok_and(|rendered| rendered == username)
}

#[cfg(test)]
mod tests;
