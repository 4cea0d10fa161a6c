//! Why a token is refused: one closed list, with a public word and a private detail.

use std::fmt;
use std::sync::Arc;

use iam_core::presigned::{Fault, FaultKind};
use iam_core::sts_host::ListedHost;
use thiserror::Error;

use crate::authenticate::AuditFacts;
use crate::ec2::NoAnswer;
use crate::identity::Contradiction;
use crate::metrics::ReviewResult;

/// How a refusal is answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub enum RefusalClass {
    /// For good: 200, `authenticated: false`, the word in `status.error`.
    Denied,
    /// For now: 503, never cached.
    Unavailable,
}

/// Why there is no user. `Display` is the private detail for the log; it holds no secret, no
/// signature and no URL.
#[derive(Clone, Debug, Error)]
pub enum Refusal {
    /// The token breaks a rule of its format.
    #[error("the token is not acceptable: {0}")]
    Token(Arc<Fault>),
    /// STS refused the request that the token is.
    #[error("{} rejected the token with {code}", .host.name())]
    Rejected {
        /// Who was asked.
        host: Arc<ListedHost>,
        /// The error code STS gave.
        code: StsCode,
    },
    /// STS answered, but its answer cannot be true.
    #[error("the answer of {} contradicts itself: {what}", .host.name())]
    Contradictory {
        /// Who was asked.
        host: Arc<ListedHost>,
        /// What does not fit.
        what: Contradiction,
    },
    /// A principal of a kind that can not be mapped.
    #[error("a principal of this kind cannot be mapped")]
    Unsupported {
        /// Who was asked.
        host: Arc<ListedHost>,
    },
    /// No source knows the caller.
    #[error("no mapping for {}", Principal(.0))]
    NotMapped(Box<AuditFacts>),
    /// No source that has loaded knows the caller, and another has not loaded yet.
    #[error("no mapping for {} yet: a source has not loaded", Principal(.0))]
    MappingsNotLoaded(Box<AuditFacts>),
    /// The mapping's templates cannot be filled in for this caller.
    #[error("the mapping for {} cannot be rendered: {detail}", Principal(.facts))]
    NotRendered {
        /// What is known.
        facts: Box<AuditFacts>,
        /// Which value is missing.
        detail: String,
    },
    /// The rendered name belongs to Kubernetes or is reserved by the configuration.
    #[error("the name for {} is reserved by {rule:?}", Principal(.facts))]
    ReservedName {
        /// What is known.
        facts: Box<AuditFacts>,
        /// The prefix or name that is reserved.
        rule: String,
    },
    /// The rendered name is empty or holds control characters.
    #[error("the name for {} is empty or holds control characters", Principal(.0))]
    UnusableName(Box<AuditFacts>),
    /// EC2 could not be asked for the name of the caller's instance.
    #[error("the name of {} is not known: {why}", Principal(.facts))]
    Ec2Unavailable {
        /// What is known.
        facts: Box<AuditFacts>,
        /// Why.
        why: NoAnswer,
    },
    /// Too many questions to STS are open already.
    #[error("too many requests to STS are open ({0})")]
    Overloaded(Bound),
    /// STS asks for patience.
    #[error("{} is throttling", .host.name())]
    StsThrottled {
        /// Who was asked.
        host: Arc<ListedHost>,
    },
    /// STS cannot be reached, or fails, or is too slow.
    #[error("{} cannot be reached: {detail}", .host.name())]
    StsUnreachable {
        /// Who was asked.
        host: Arc<ListedHost>,
        /// How it failed.
        detail: Arc<str>,
    },
    /// What answers is not STS, or STS is out of its mind.
    #[error("{} gave an answer without sense: {detail}", .host.name())]
    StsSenseless {
        /// Who was asked.
        host: Arc<ListedHost>,
        /// What is wrong with the answer.
        detail: Arc<str>,
    },
    /// A question ended without an answer.
    #[error("the question to STS was given up")]
    Abandoned,
    /// The review asks for audiences of which the webhook serves none.
    #[error("none of the audiences asked for is served")]
    AudienceNotServed,
    /// There was no answer within the request's deadline.
    #[error("no answer within the request's deadline")]
    DeadlineExceeded,
}

/// A bound on open questions.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub enum Bound {
    /// Of the process.
    Process,
    /// Of one STS host.
    Host,
    /// Of one access key.
    AccessKey,
    /// Of one access key's tokens that fit none of several cluster ids.
    OtherClusters,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Process => "the bound of the process",
            Self::Host => "the bound of the host",
            Self::AccessKey => "the bound of the access key",
            Self::OtherClusters => "the bound of the access key for other cluster ids",
        })
    }
}

impl Refusal {
    /// The public word: short, stable, safe to show to anyone.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Token(fault) => token_word(fault.kind()),
            Self::Rejected { .. } => "rejected",
            Self::Contradictory { .. } => "contradictory",
            Self::Unsupported { .. } => "unsupported",
            Self::NotMapped(_) => "not_mapped",
            Self::MappingsNotLoaded(_) => "mappings_not_loaded",
            Self::NotRendered { .. } => "not_rendered",
            Self::ReservedName { .. } => "reserved_name",
            Self::UnusableName(_) => "unusable_name",
            Self::Ec2Unavailable { .. } => "ec2_unavailable",
            Self::Overloaded(_) => "overloaded",
            Self::StsThrottled { .. } => "sts_throttled",
            Self::StsUnreachable { .. } => "sts_unreachable",
            Self::StsSenseless { .. } => "sts_senseless",
            Self::Abandoned => "abandoned",
            Self::AudienceNotServed => "audience_not_served",
            Self::DeadlineExceeded => "deadline_exceeded",
        }
    }

    /// How it is answered.
    #[must_use]
    pub fn class(&self) -> RefusalClass {
        match self {
            Self::Token(_)
            | Self::Rejected { .. }
            | Self::Contradictory { .. }
            | Self::Unsupported { .. }
            | Self::NotMapped(_)
            | Self::NotRendered { .. }
            | Self::ReservedName { .. }
            | Self::UnusableName(_)
            | Self::AudienceNotServed => RefusalClass::Denied,
            Self::Overloaded(_)
            | Self::StsThrottled { .. }
            | Self::StsUnreachable { .. }
            | Self::StsSenseless { .. }
            | Self::Abandoned
            | Self::MappingsNotLoaded(_)
            | Self::Ec2Unavailable { .. }
            | Self::DeadlineExceeded => RefusalClass::Unavailable,
        }
    }

    /// What is known of the caller, where STS vouched for one.
    #[must_use]
    pub fn facts(&self) -> Option<&AuditFacts> {
        match self {
            Self::NotMapped(facts)
            | Self::MappingsNotLoaded(facts)
            | Self::NotRendered { facts, .. }
            | Self::ReservedName { facts, .. }
            | Self::Ec2Unavailable { facts, .. }
            | Self::UnusableName(facts) => Some(facts),
            Self::Token(_)
            | Self::Rejected { .. }
            | Self::Contradictory { .. }
            | Self::Unsupported { .. }
            | Self::Overloaded(_)
            | Self::StsThrottled { .. }
            | Self::StsUnreachable { .. }
            | Self::StsSenseless { .. }
            | Self::Abandoned
            | Self::AudienceNotServed
            | Self::DeadlineExceeded => None,
        }
    }

    /// The outcome in the peer's words, for its histogram.
    #[must_use]
    pub fn result(&self) -> ReviewResult {
        match self {
            Self::Token(_)
            | Self::Rejected { .. }
            | Self::Contradictory { .. }
            | Self::AudienceNotServed => ReviewResult::InvalidToken,
            Self::Unsupported { .. }
            | Self::NotMapped(_)
            | Self::MappingsNotLoaded(_)
            | Self::NotRendered { .. }
            | Self::ReservedName { .. }
            | Self::Ec2Unavailable { .. }
            | Self::UnusableName(_) => ReviewResult::UnknownUser,
            Self::StsThrottled { .. } => ReviewResult::StsThrottling,
            Self::Overloaded(_)
            | Self::StsUnreachable { .. }
            | Self::StsSenseless { .. }
            | Self::Abandoned
            | Self::DeadlineExceeded => ReviewResult::StsError,
        }
    }

    /// Whether STS is down or asks for patience: the one case in which a caller that was
    /// verified before may be served from memory.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::StsThrottled { .. } | Self::StsUnreachable { .. } | Self::StsSenseless { .. } => {
                true
            }
            Self::Token(_)
            | Self::Rejected { .. }
            | Self::Contradictory { .. }
            | Self::Unsupported { .. }
            | Self::NotMapped(_)
            | Self::NotRendered { .. }
            | Self::ReservedName { .. }
            | Self::UnusableName(_)
            | Self::Ec2Unavailable { .. }
            | Self::Overloaded(_)
            | Self::Abandoned
            | Self::AudienceNotServed
            | Self::MappingsNotLoaded(_)
            | Self::DeadlineExceeded => false,
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Token(Arc::new(fault))
    }
}

/// The public word for a token that breaks a rule.
fn token_word(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Malformed => "malformed",
        FaultKind::HeaderNotSigned => "header_not_signed",
        FaultKind::Expired => "expired",
        FaultKind::NotYetValid => "not_yet_valid",
        FaultKind::HostNotListed => "host_not_listed",
    }
}

/// An error code of STS: ASCII letters, digits, dots and underscores, cut to 64.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StsCode(String);

impl StsCode {
    /// The code in `text`; whatever a code does not consist of becomes `_`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let kept = |c: char| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '_'
            }
        };
        Self(text.chars().take(64).map(kept).collect())
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The canonical ARN, or that it is not to be told.
struct Principal<'a>(&'a AuditFacts);

impl fmt::Display for Principal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            self.0
                .canonical_arn()
                .unwrap_or("a principal of a scrubbed account"),
        )
    }
}
