//! What `aws login` leaves behind: a file in `~/.aws/login/cache`, named for the session.

use std::path::PathBuf;

use serde_json::json;

use super::{CLIENT_ID, Login, ProofKey, Session, lock};
use crate::support::clock::{rfc3339, shifted};
use crate::support::keys::Keys;
use crate::support::sandbox::Sandbox;
use crate::support::sigv4::sha256_hex;
use crate::support::sts::ACCOUNT;

/// The session of every login: `login_session` in a profile.
pub const SESSION: &str = "arn:aws:iam::111122223333:user/alice";

/// What the cached file is like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LoginState {
    /// Its keys are good for a quarter of an hour.
    Fresh,
    /// Its keys are over, and can be had anew.
    Refreshable,
    /// Its keys are over, and its key for proofs is not the one of the login.
    OtherKey,
    /// Not JSON.
    Corrupt,
}

impl Login {
    /// Logs in and writes the cache's file as the AWS CLI does, `cached` in it.
    pub fn log_in(&self, sandbox: &Sandbox, cached: &Keys, state: LoginState) -> PathBuf {
        let path = format!(
            "home/.aws/login/cache/{}.json",
            sha256_hex(SESSION.as_bytes())
        );
        let (key, other) = (ProofKey::new(), ProofKey::new());
        let refresh_token = self.open_session(&key);
        let key = if state == LoginState::OtherKey {
            other
        } else {
            key
        };
        let seconds = if state == LoginState::Fresh { 900 } else { -60 };
        let pem = key.pem();
        lock(&self.state)
            .secrets
            .add("key for proofs", &pem.replace('\n', "\\n"));
        let file = json!({
            "accessToken": {
                "accessKeyId": cached.access_key_id,
                "secretAccessKey": cached.secret_access_key,
                "sessionToken": cached.session_token,
                "accountId": ACCOUNT,
                "expiresAt": rfc3339(shifted(self.now(), seconds)),
            },
            "tokenType": "urn:aws:params:oauth:token-type:access_token_sigv4",
            "refreshToken": refresh_token,
            "clientId": CLIENT_ID,
            "dpopKey": pem,
        });
        let content = match state {
            LoginState::Corrupt => "{\"accessToken\": ".to_owned(),
            LoginState::Fresh | LoginState::Refreshable | LoginState::OtherKey => file.to_string(),
        };
        sandbox.write_private(path, content)
    }

    /// A session that belongs to a key, and its refresh token.
    pub fn open_session(&self, key: &ProofKey) -> String {
        let mut state = lock(&self.state);
        let refresh_token = state.refresh_token();
        state.sessions.push(Session {
            refresh_token: refresh_token.clone(),
            public_key: key.public_key().to_vec(),
            end: None,
        });
        refresh_token
    }

    /// The part of `~/.aws/config` that leads to the session.
    pub fn profile(profile: &str) -> String {
        format!("[profile {profile}]\nlogin_session = {SESSION}\n")
    }
}
