//! Why EKS gave no answer.

use thiserror::Error;

use crate::fetch::service_error::ServiceError;

/// Why EKS gave no answer: what was asked, and what came of it.
#[derive(Debug, Error)]
#[error("{doing}")]
pub struct EksError {
    doing: String,
    /// The permissions that it takes.
    actions: &'static str,
    #[source]
    cause: ServiceError,
}

impl EksError {
    pub(super) fn new((doing, actions): (String, &'static str), cause: ServiceError) -> Self {
        Self {
            doing,
            actions,
            cause,
        }
    }

    /// The code that EKS refused with, if it did.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.cause.code()
    }

    /// Whether EKS said that there is no such cluster or access entry. Silence, trouble on the way and refusals for
    /// other reasons do not say that.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.code() == Some("ResourceNotFoundException")
    }

    /// Whether the region may just not be switched on for the account: regions that must be opted
    /// in know nobody else's keys.
    #[must_use]
    pub fn is_unknown_caller(&self) -> bool {
        self.code() == Some("UnrecognizedClientException")
    }

    /// Whether the same call may do better than it did: EKS did not decide about it, or by who
    /// asks alone.
    #[must_use]
    pub fn is_about_the_way(&self) -> bool {
        self.code()
            .is_none_or(|code| OF_CREDENTIALS.contains(&code))
    }

    /// The one thing to try; what is not found is the program's to explain, which knows how it was
    /// chosen.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self.code() {
            Some("AccessDeniedException") => {
                Some(format!("the caller's policies must allow {}", self.actions))
            }
            _ => self.cause.hint(),
        }
    }
}

/// Codes that say the same of every call with these credentials.
const OF_CREDENTIALS: [&str; 4] = [
    "ExpiredTokenException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
];
