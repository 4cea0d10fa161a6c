//! Why a session of `aws login` gave no credentials.

use std::fmt::{self, Display, Formatter};

use http::StatusCode;
use iam_core::time::Rfc3339;
use thiserror::Error;

use super::proof::ProofError;
use crate::document::DocumentError;
use crate::endpoint::EndpointError;
use crate::fetch::asking::AskError;
use crate::fetch::session_file::SessionFileError;
use crate::source::{Login, Origin};

/// Why there are no credentials. Holds no token or key, nor what the service said.
#[derive(Debug, Error)]
pub(super) enum LoginError {
    /// Nobody knows where the session would be.
    #[error("HOME is not set, below which the session is kept")]
    NoHome,
    /// No session.
    #[error(transparent)]
    File(#[from] SessionFileError),
    /// One that is over.
    #[error("its credentials expired at {at}")]
    Expired {
        /// When.
        at: Rfc3339,
        /// Why there are no others.
        #[source]
        why: RenewalError,
    },
}

/// Why a session was not renewed.
#[derive(Debug, Error)]
pub(super) enum RenewalError {
    /// Nothing to renew it with.
    #[error("it cannot be renewed: its file has no {key}")]
    Impossible {
        /// What would be needed.
        key: &'static str,
    },
    /// A key that cannot sign.
    #[error("it cannot be renewed")]
    Proof(#[from] ProofError),
    /// Nobody to ask.
    #[error("renewing it")]
    Endpoint(#[from] EndpointError),
    /// No answer.
    #[error("renewing it")]
    Ask(#[from] AskError),
    /// The service does not want to.
    #[error("it is not renewed: {status}{}", refusal.map(|refusal| format!(", {refusal}")).unwrap_or_default())]
    Refused {
        /// What it answered.
        status: StatusCode,
        /// The reason it gave.
        refusal: Option<Refusal>,
    },
    /// Something that makes no sense.
    #[error("renewing it")]
    Answer(#[from] DocumentError),
}

/// The reasons that the service gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refusal {
    /// The sign-in is too long ago.
    TokenExpired,
    /// The password changed since.
    UserCredentialsChanged,
    /// The permission is missing.
    InsufficientPermissions,
}

impl Refusal {
    pub(super) fn parse(code: &str) -> Option<Self> {
        match code {
            "TOKEN_EXPIRED" => Some(Self::TokenExpired),
            "USER_CREDENTIALS_CHANGED" => Some(Self::UserCredentialsChanged),
            "INSUFFICIENT_PERMISSIONS" => Some(Self::InsufficientPermissions),
            _ => None,
        }
    }
}

impl Display for Refusal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TokenExpired => "the sign-in is too long ago",
            Self::UserCredentialsChanged => "the password has changed since",
            Self::InsufficientPermissions => "signin:CreateOAuth2Token is not allowed",
        })
    }
}

impl LoginError {
    /// The one thing to try.
    pub(super) fn hint(&self, source: &Login) -> String {
        let sign_in = sign_in(source);
        match self {
            Self::NoHome => "set HOME, or AWS_LOGIN_CACHE_DIRECTORY".to_owned(),
            Self::Expired {
                why: RenewalError::Endpoint(error),
                ..
            } => error.hint(),
            Self::Expired {
                why: RenewalError::Ask(error),
                ..
            } => format!("{}; or run `{sign_in}`", error.hint()),
            Self::Expired {
                why:
                    RenewalError::Refused {
                        refusal: Some(Refusal::InsufficientPermissions),
                        ..
                    },
                ..
            } => format!("ask for the permission, then run `{sign_in}`"),
            Self::File(_) | Self::Expired { .. } => format!("run `{sign_in}`"),
        }
    }
}

/// The command that signs in anew.
fn sign_in(source: &Login) -> String {
    match &source.origin {
        Origin::Profile { name, .. } => format!("aws login --profile {name}"),
        Origin::Variable(_) | Origin::Argument(_) | Origin::Default => "aws login".to_owned(),
    }
}
