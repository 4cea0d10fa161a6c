//! What `aws sso login` leaves behind: a token in `~/.aws/sso/cache`, in a file named for the
//! session, or for the start URL of a profile without one.

use std::path::PathBuf;

use ring::digest;
use serde_json::{Value, json};

use super::{Registration, Sso, lock};
use crate::support::clock::{rfc3339, shifted};
use crate::support::keys::unguessable_id;
use crate::support::sandbox::Sandbox;
use crate::support::sigv4::hex;
use crate::support::sts::STS_REGION;

/// Whose login it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SsoSession<'a> {
    /// Of an `[sso-session NAME]`: its tokens can be refreshed.
    Named(&'a str),
    /// Of a profile with `sso_start_url` alone: its tokens cannot.
    Legacy,
}

/// What the cached token is like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CacheState {
    /// Good for hours.
    Fresh,
    /// Over, with a refresh token that is good.
    Refreshable,
    /// Over, with a refresh token of a client whose registration is over too.
    Unregistered,
    /// Over, without a refresh token.
    Expired,
    /// Not JSON.
    Corrupt,
}

/// The start URL of every session.
const START_URL: &str = "https://example.awsapps.com/start";

impl Sso {
    /// Logs in and writes the cache's file as the AWS CLI does. Legacy sessions have no refresh
    /// token, whatever `state` says.
    pub fn log_in(&self, sandbox: &Sandbox, session: SsoSession<'_>, state: CacheState) -> PathBuf {
        let key = match session {
            SsoSession::Named(name) => name,
            SsoSession::Legacy => START_URL,
        };
        let key = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        let path = format!("home/.aws/sso/cache/{}.json", hex(key.as_ref()));
        let content = match state {
            CacheState::Corrupt => "{\"accessToken\": ".to_owned(),
            _ => self.token_file(session, state).to_string(),
        };
        sandbox.write_private(path, content)
    }

    /// The part of `~/.aws/config` that leads to the role: a profile, and its session.
    pub fn profile(profile: &str, session: SsoSession<'_>, account: &str, role: &str) -> String {
        let role =
            format!("[profile {profile}]\nsso_account_id = {account}\nsso_role_name = {role}\n");
        let login = format!("sso_region = {STS_REGION}\nsso_start_url = {START_URL}\n");
        match session {
            SsoSession::Named(name) => format!(
                "{role}sso_session = {name}\n\n[sso-session {name}]\n{login}\
                 sso_registration_scopes = sso:account:access\n"
            ),
            SsoSession::Legacy => role + &login,
        }
    }

    fn token_file(&self, session: SsoSession<'_>, state: CacheState) -> Value {
        let now = self.now();
        let seconds = match state {
            CacheState::Fresh => 8 * 3600,
            _ => -60,
        };
        let registered = match state {
            CacheState::Unregistered => -60,
            _ => 90 * 24 * 3600,
        };
        let (end, registered) = (shifted(now, seconds), shifted(now, registered));
        let mut known = lock(&self.state);
        let access_token = known.access_token(end);
        let mut file = json!({
            "startUrl": START_URL,
            "region": STS_REGION,
            "accessToken": access_token,
            "expiresAt": rfc3339(end),
        });
        if state == CacheState::Expired || session == SsoSession::Legacy {
            return file;
        }
        let registration = Registration {
            client_id: unguessable_id(22),
            client_secret: known.secret("client secret", "eyJr", 200),
            end: registered,
            refresh_token: known.secret("refresh token", "aorAAAAA", 200),
        };
        if let Some(file) = file.as_object_mut() {
            file.insert("clientId".to_owned(), json!(registration.client_id));
            file.insert("clientSecret".to_owned(), json!(registration.client_secret));
            let registered = json!(rfc3339(registration.end));
            file.insert("registrationExpiresAt".to_owned(), registered);
            file.insert("refreshToken".to_owned(), json!(registration.refresh_token));
        }
        known.registrations.push(registration);
        file
    }
}
