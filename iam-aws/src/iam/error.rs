//! Why IAM gave no answer.

use thiserror::Error;

use super::Named;
use crate::fetch::service_error::ServiceError;
use crate::patience::is_passing;

/// Why IAM gave no answer about a user or role.
#[derive(Debug, Error)]
#[error("asking IAM for the {} {name} ({action})", word(*kind), action = action(*kind))]
pub struct IamError {
    kind: Named,
    name: String,
    #[source]
    cause: ServiceError,
}

impl IamError {
    pub(super) fn new(kind: Named, name: &str, cause: ServiceError) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            cause,
        }
    }

    /// Whether the caller may not ask this; another question may be allowed.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.cause.code() == Some("AccessDenied")
    }

    /// Whether IAM wants to be left alone for a while.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        is_passing(&self.cause)
    }

    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        if self.is_denied() {
            return Some(format!(
                "the caller's policies must allow {}",
                action(self.kind)
            ));
        }
        self.cause.hint()
    }
}

const fn word(kind: Named) -> &'static str {
    match kind {
        Named::Role => "role",
        Named::User => "user",
    }
}

const fn action(kind: Named) -> &'static str {
    match kind {
        Named::Role => "iam:GetRole",
        Named::User => "iam:GetUser",
    }
}
