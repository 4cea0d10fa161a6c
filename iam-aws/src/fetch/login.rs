//! The session of `aws login`, out of the file where the AWS CLI keeps it.
//!
//! The file holds credentials that live for minutes, and what renews them: a refresh token, and
//! the key whose holder alone may use it. Own code, and not the provider of `aws-config`: that one
//! brings 22 crates for a signature that ring makes, and forgets keys of the file it does not know.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html>

mod error;
mod proof;
mod renewal;
mod session;

use iam_core::time::Rfc3339;

use super::session_file::SessionFile;
use super::{Context, FetchError};
use crate::credentials::Credentials;
use crate::source::Login;
use error::LoginError;
use session::Session;

/// Takes the credentials of the session, renewed if they end within five minutes.
pub(super) async fn fetch(
    source: &Login,
    context: &Context<'_>,
) -> Result<Credentials, FetchError> {
    credentials(source, context).await.map_err(|error| {
        let hint = error.hint(source);
        let doing = format!(
            "using the session of `aws login` of {}, for {}",
            source.session, source.origin,
        );
        FetchError::new(doing, error).with_hint(hint)
    })
}

/// Credentials that cannot be renewed are good to their end. Where the service refuses to renew
/// some that have ended, somebody else may just have done so: the file is looked at once more.
async fn credentials(source: &Login, context: &Context<'_>) -> Result<Credentials, LoginError> {
    let file = session::file(source, context)?;
    let session = Session::read(&file)?;
    let now = context.now();
    if session.expires_at > now + session::RENEWAL {
        return Ok(session.credentials);
    }
    match renewal::renew(&session, context).await {
        Ok(renewed) => {
            keep(&file, &renewed, context);
            Ok(renewed.credentials)
        }
        Err(_) if session.expires_at > now => Ok(session.credentials),
        Err(why) => match Session::read(&file) {
            Ok(other) if other.expires_at > now => Ok(other.credentials),
            Ok(_) | Err(_) => Err(LoginError::Expired {
                at: Rfc3339::nearest(session.expires_at),
                why,
            }),
        },
    }
}

fn keep(file: &SessionFile, session: &Session, context: &Context<'_>) {
    if let Err(error) = file.write(&session.document) {
        context.aloud(|| {
            tracing::warn!(
                "cannot write the renewed session to {}: {error}; `aws login` may be needed soon",
                file.path().display(),
            );
        });
    }
}
