//! A role, assumed with the credentials of another source.

use super::{Context, FetchError};
use crate::credentials::Credentials;
use crate::source::RoleSource;

/// Assumes the role with the credentials `base`.
pub(crate) async fn fetch(
    _role: &RoleSource,
    _base: Credentials,
    _context: &Context<'_>,
) -> Result<Credentials, FetchError> {
    Err(FetchError::unsupported("roles of other sources"))
}
