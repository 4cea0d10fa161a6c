//! A session, as it stands in its file.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};

use super::error::LoginError;
use crate::credentials::Credentials;
use crate::document::{DocumentError, KeyNames, Object};
use crate::fetch::Context;
use crate::fetch::hex::hex;
use crate::fetch::session_file::SessionFile;
use crate::source::Login;

/// What stands in the file.
pub(super) struct Session {
    pub(super) credentials: Credentials,
    pub(super) expires_at: SystemTime,
    pub(super) document: Map<String, Value>,
}

impl Session {
    pub(super) fn read(file: &SessionFile) -> Result<Self, LoginError> {
        let document = file.read()?;
        Self::of(document).map_err(|fault| file.fault(fault).into())
    }

    pub(super) fn of(document: Map<String, Value>) -> Result<Self, DocumentError> {
        let token = Object(&document).object("accessToken")?;
        let expires_at = token.instant("expiresAt")?;
        let credentials = token.credentials(NAMES, Some(expires_at))?;
        Ok(Self {
            credentials,
            expires_at,
            document,
        })
    }
}

/// Named by who signed in.
pub(super) fn file(source: &Login, context: &Context<'_>) -> Result<SessionFile, LoginError> {
    let environment = context.environment();
    let home = environment.home.as_deref();
    let named = environment.workload.login_cache_directory.as_deref();
    let directory = directory(named, home).ok_or(LoginError::NoHome)?;
    let name = digest(&SHA256, source.session.trim().as_bytes());
    Ok(SessionFile::new(&directory, &hex(name.as_ref())))
}

/// `AWS_LOGIN_CACHE_DIRECTORY`, with `~` for the home directory, as the AWS CLI reads it.
fn directory(named: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    match named.map(|path| (path, path.strip_prefix("~"))) {
        None => Some(home?.join(".aws").join("login").join("cache")),
        Some((_, Ok(rest))) => Some(home?.join(rest)),
        Some((path, Err(_))) => Some(path.to_owned()),
    }
}

pub(super) const NAMES: KeyNames = KeyNames {
    access_key_id: "accessKeyId",
    secret_access_key: "secretAccessKey",
    session_token: "sessionToken",
};

/// As botocore and the SDKs renew it: a third of the 15 minutes that the credentials live.
pub(super) const RENEWAL: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_is_where_the_aws_cli_looks() {
        let home = Path::new("/home/a");
        for (named, home, expected) in [
            (None, Some(home), Some("/home/a/.aws/login/cache")),
            (Some("/c"), Some(home), Some("/c")),
            (Some("/c"), None, Some("/c")),
            (Some("~/c"), Some(home), Some("/home/a/c")),
            (Some("~/c"), None, None),
            (None, None, None),
        ] {
            let found = directory(named.map(Path::new), home);
            assert_eq!(found.as_deref(), expected.map(Path::new), "{named:?}");
        }
    }
}
