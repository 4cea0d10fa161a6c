//! The token of who signed in, out of the file where the AWS CLI keeps it.

use std::path::Path;
use std::time::{Duration, SystemTime};

use iam_core::time::Rfc3339;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::{Map, Value};

use super::error::SingleSignOnError;
use super::renewal;
use crate::document::{DocumentError, Object};
use crate::fetch::Context;
use crate::fetch::hex::hex;
use crate::fetch::session_file::SessionFile;
use crate::source::SingleSignOn;

/// What stands in the file.
pub(super) struct Token {
    pub(super) access_token: String,
    pub(super) expires_at: SystemTime,
    pub(super) document: Map<String, Value>,
}

/// The token to show to the portal; renewed if it ends within 15 minutes and can be.
///
/// One that cannot be renewed is good to its end. Where the service refuses to renew one that has
/// ended, somebody else may just have done so: the file is looked at once more.
pub(super) async fn access_token(
    source: &SingleSignOn,
    context: &Context<'_>,
) -> Result<String, SingleSignOnError> {
    let home = context.environment().home.as_deref();
    let file = file(source, home.ok_or(SingleSignOnError::NoHome)?);
    let token = Token::read(&file)?;
    let now = context.now();
    if token.expires_at > now + RENEWAL {
        return Ok(token.access_token);
    }
    match renewal::renew(source, &token, context).await {
        Ok(renewed) => {
            keep(&file, &renewed, context);
            Ok(renewed.access_token)
        }
        Err(_) if token.expires_at > now => Ok(token.access_token),
        Err(why) => match Token::read(&file) {
            Ok(other) if other.expires_at > now => Ok(other.access_token),
            Ok(_) | Err(_) => Err(SingleSignOnError::Expired {
                at: Rfc3339::nearest(token.expires_at),
                why,
            }),
        },
    }
}

fn keep(file: &SessionFile, token: &Token, context: &Context<'_>) {
    if let Err(error) = file.write(&token.document) {
        context.aloud(|| {
            tracing::warn!(
                "cannot write the renewed token to {}: {error}; `aws sso login` may be needed soon",
                file.path().display(),
            );
        });
    }
}

impl Token {
    fn read(file: &SessionFile) -> Result<Self, SingleSignOnError> {
        let document = file.read()?;
        Self::of(document).map_err(|fault| file.fault(fault).into())
    }

    pub(super) fn of(document: Map<String, Value>) -> Result<Self, DocumentError> {
        let object = Object(&document);
        Ok(Self {
            access_token: object.text("accessToken")?.to_owned(),
            expires_at: object.instant("expiresAt")?,
            document,
        })
    }
}

/// Named by the session, in the legacy form by the address where people sign in.
pub(super) fn file(source: &SingleSignOn, home: &Path) -> SessionFile {
    let name = source.session.as_ref().unwrap_or(&source.start_url);
    let name = hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, name.as_bytes()).as_ref());
    SessionFile::new(&home.join(".aws").join("sso").join("cache"), &name)
}

/// As botocore and the SDKs renew it.
const RENEWAL: Duration = Duration::from_mins(15);

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::source::Origin;

    #[test]
    fn the_file_is_named_as_the_aws_cli_names_it() {
        let source = |session: Option<&str>| SingleSignOn {
            session: session.map(str::to_owned),
            start_url: "https://example.awsapps.com/start".to_owned(),
            region: "eu-west-1".parse().unwrap(),
            account_id: "111122223333".to_owned(),
            role_name: "Admin".to_owned(),
            origin: Origin::Default,
        };
        for (session, name) in [
            (
                Some("my-session"),
                "9e28173066ce536e277c5fb355efd9c64f398167.json",
            ),
            (None, "e8be5486177c5b5392bd9aa76563515b29358e6e.json"),
        ] {
            let file = file(&source(session), Path::new("/home/a"));
            let path = PathBuf::from("/home/a/.aws/sso/cache").join(name);
            assert_eq!(file.path(), path);
        }
    }
}
