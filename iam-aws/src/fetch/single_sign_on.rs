//! A role of IAM Identity Center, by the token that `aws sso login` left.
//!
//! Own code, and not the provider of `aws-config`: that one puts a renewed token in the place of
//! the old one byte by byte and without the keys it does not know, names neither the file nor the
//! command that helps, and brings the crates of two services for two requests.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>

mod error;
mod portal;
mod renewal;
mod token;

use std::path::{Path, PathBuf};

use super::{Context, FetchError};
use crate::credentials::Credentials;
use crate::source::SingleSignOn;
use error::SingleSignOnError;

/// Finds the token, renews it if it is about to end, and asks the portal for the role.
pub(super) async fn fetch(
    source: &SingleSignOn,
    context: &Context<'_>,
) -> Result<Credentials, FetchError> {
    let failed = |error: SingleSignOnError| {
        let hint = error.hint(source);
        FetchError::new(doing(source), error).with_hint(hint)
    };
    let token = token::access_token(source, context).await.map_err(failed)?;
    portal::role_credentials(source, &token, context)
        .await
        .map_err(failed)
}

/// Where the token for `source` is.
pub(super) fn token_file(source: &SingleSignOn, home: &Path) -> PathBuf {
    token::file(source, home).path().to_owned()
}

fn doing(source: &SingleSignOn) -> String {
    format!(
        "asking IAM Identity Center for role {} of account {}, for {}",
        source.role_name, source.account_id, source.origin,
    )
}
