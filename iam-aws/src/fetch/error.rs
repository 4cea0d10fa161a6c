//! Why a source gave no credentials.

use std::error::Error;
use std::fmt::Display;

use thiserror::Error;

/// A cause of any kind.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why a source gave no credentials: what was being done, the cause, and the remedy.
///
/// Never holds a secret; what a service said in it is cut and free of control characters.
#[derive(Debug, Error)]
#[error("{doing}")]
pub struct FetchError {
    doing: String,
    #[source]
    cause: Option<BoxError>,
    hint: Option<String>,
}

impl FetchError {
    /// What was being done, naming the source (`assuming arn:…, role_arn of profile `x` in …`),
    /// and why it failed.
    pub(crate) fn new(doing: impl Display, cause: impl Into<BoxError>) -> Self {
        Self {
            doing: doing.to_string(),
            cause: Some(cause.into()),
            hint: None,
        }
    }

    /// With the one thing to try.
    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}
