//! Why IAM Identity Center gave no credentials.

use http::StatusCode;
use iam_core::time::Rfc3339;
use thiserror::Error;

use crate::document::DocumentError;
use crate::endpoint::EndpointError;
use crate::fetch::asking::AskError;
use crate::fetch::session_file::SessionFileError;
use crate::source::{Origin, SingleSignOn};

/// Why there are no credentials of the role. Holds no token, nor what a service said.
#[derive(Debug, Error)]
pub(super) enum SingleSignOnError {
    /// Nobody knows where the token would be.
    #[error("HOME is not set, below which the token of `aws sso login` is kept")]
    NoHome,
    /// No token.
    #[error(transparent)]
    File(#[from] SessionFileError),
    /// One that is over.
    #[error("the token of `aws sso login` expired at {at}")]
    Expired {
        /// When.
        at: Rfc3339,
        /// Why there is no other.
        #[source]
        why: RenewalError,
    },
    /// Nobody to ask.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// No answer.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The token is no longer taken.
    #[error("it no longer takes the token of `aws sso login` (401)")]
    TokenRefused,
    /// The role is not for who signed in.
    #[error("who signed in has no such role ({})", status.as_u16())]
    RoleRefused {
        /// 403, or 404.
        status: StatusCode,
    },
    /// Trouble.
    #[error("it answered {status}")]
    Status {
        /// Which.
        status: StatusCode,
    },
    /// Something that is no answer.
    #[error("its answer")]
    Answer(#[source] DocumentError),
    /// Credentials that are over.
    #[error("it answered with credentials that expired at {at}")]
    Stale {
        /// When.
        at: Rfc3339,
    },
}

/// Why a token was not renewed.
#[derive(Debug, Error)]
pub(super) enum RenewalError {
    /// Nothing to renew it with.
    #[error("it cannot be renewed: it has no {key}")]
    Impossible {
        /// What would be needed.
        key: &'static str,
    },
    /// The program that signed in is forgotten by now.
    #[error("it cannot be renewed: its registration expired")]
    Registration,
    /// Nobody to ask.
    #[error("renewing it")]
    Endpoint(#[from] EndpointError),
    /// No answer.
    #[error("renewing it")]
    Ask(#[from] AskError),
    /// The service does not want to.
    #[error("it is not renewed: {status}{}", code.map(|code| format!(", {code}")).unwrap_or_default())]
    Refused {
        /// What it answered.
        status: StatusCode,
        /// The reason it gave.
        code: Option<&'static str>,
    },
    /// Something that is no answer.
    #[error("renewing it: the answer")]
    Answer(#[from] DocumentError),
}

impl SingleSignOnError {
    /// The one thing to try.
    pub(super) fn hint(&self, source: &SingleSignOn) -> String {
        match self {
            Self::NoHome => "set HOME".to_owned(),
            Self::Expired {
                why: RenewalError::Ask(error),
                ..
            } => format!("{}; or run `{}`", error.hint(), sign_in(source)),
            Self::File(_) | Self::Expired { .. } | Self::TokenRefused => {
                format!("run `{}`", sign_in(source))
            }
            Self::RoleRefused { .. } => format!(
                "check sso_account_id and sso_role_name, ask for the permission set to be \
                 assigned, or sign in as somebody else: `{}`",
                sign_in(source),
            ),
            Self::Endpoint(error) => error.hint(),
            Self::Ask(error) => error.hint(),
            Self::Status { .. } => "try again in a while; check sso_region".to_owned(),
            Self::Answer(_) | Self::Stale { .. } => {
                "check the clock, sso_region and AWS_ENDPOINT_URL_SSO".to_owned()
            }
        }
    }
}

/// The command that signs in anew.
fn sign_in(source: &SingleSignOn) -> String {
    match (&source.origin, &source.session) {
        (Origin::Profile { name, .. }, _) => {
            format!("aws sso login --profile {}", name)
        }
        (_, Some(session)) => format!("aws sso login --sso-session {}", session),
        (_, None) => "aws sso login".to_owned(),
    }
}
