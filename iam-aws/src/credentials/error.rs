//! Why there are no credentials to sign with.

use std::fmt::Display;

use iam_core::credentials::SecretError;
use iam_core::time::{Rfc3339, TimeError};
use thiserror::Error;

use super::Place;
use crate::source::{MissingProfile, SourceError};

/// Why there are no credentials to sign with. Never holds a value of a secret.
#[derive(Debug, Error)]
pub enum CredentialsError {
    /// One of the two keys.
    #[error("{present} is set, but {missing} is not")]
    Half {
        /// Where the one stands.
        present: String,
        /// Where the other should.
        missing: String,
    },
    /// A key id that AWS does not give out.
    #[error(
        "{place} is not an access key id (AKIA or ASIA, then 12 to 124 capital letters and digits)"
    )]
    KeyId {
        /// Where it stands.
        place: String,
    },
    /// A secret that AWS does not give out.
    #[error("{place}")]
    Secret {
        /// Where it stands.
        place: String,
        /// What is wrong with it.
        source: SecretError,
    },
    /// A temporary key alone.
    #[error("{key} is a temporary key, but {token} is not set")]
    TokenMissing {
        /// Where the key stands.
        key: String,
        /// Where the token should.
        token: String,
    },
    /// A long-term key with the session token of another.
    #[error("{key} is a long-term key, but {token} is set, which belongs to a temporary one")]
    TokenForLongTermKey {
        /// Where the key stands.
        key: String,
        /// Where the token stands.
        token: String,
    },
    /// A moment that does not parse.
    #[error("AWS_CREDENTIAL_EXPIRATION")]
    Expiration(#[source] TimeError),
    /// Exported keys that are over.
    #[error("the exported keys expired at {at}, says AWS_CREDENTIAL_EXPIRATION")]
    Expired {
        /// When.
        at: Rfc3339,
    },
    /// A profile that is in neither file.
    #[error(transparent)]
    MissingProfile(Box<MissingProfile>),
    /// A source whose settings do not fit together.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Nothing anywhere.
    #[error("there are none: {}", looked_at.join(", "))]
    Nowhere {
        /// What was looked at, and what was not found there.
        looked_at: Vec<String>,
    },
}

impl CredentialsError {
    pub(crate) fn half(present: impl Display, missing: impl Display) -> Self {
        Self::Half {
            present: present.to_string(),
            missing: missing.to_string(),
        }
    }

    pub(super) fn key_id(place: Place<'_>) -> Self {
        Self::KeyId {
            place: place.to_string(),
        }
    }

    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Half { missing, .. } => format!("set {missing}, or unset the other"),
            Self::KeyId { .. } | Self::Secret { .. } => {
                "copy the keys again, whole and without quotes".to_owned()
            }
            Self::TokenMissing { token, .. } => format!("set {token}: the three belong together"),
            Self::TokenForLongTermKey { token, .. } => format!("unset {token}"),
            Self::Expiration(_) => "unset AWS_CREDENTIAL_EXPIRATION, or export it anew".to_owned(),
            Self::Expired { .. } => "export fresh keys, or unset the AWS_* variables".to_owned(),
            Self::MissingProfile(missing) => missing.hint.clone(),
            Self::Source(error) => error.hint(),
            Self::Nowhere { .. } => {
                "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`"
                    .to_owned()
            }
        }
    }
}
