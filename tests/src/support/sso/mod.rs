//! IAM Identity Center: the portal that hands out a role's keys for an access token, and the OIDC
//! service that makes access tokens of refresh tokens.
//! <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html>
//! <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html>

mod cache;
mod oidc;
mod portal;

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde_json::json;

use super::keys::{Keys, unguessable_id};
use super::scan::Secrets;
use super::serve::Answer;
use super::sigv4::Request;
use super::standin::{Front, Lease, Refusal, StandIn};

pub use cache::{CacheState, SsoSession};

/// Portal and OIDC service at one address: their paths differ.
pub struct Sso {
    state: Arc<Mutex<State>>,
    standin: StandIn,
}

struct State {
    secrets: Secrets,
    /// By account and role.
    roles: HashMap<(String, String), Lease>,
    /// Access tokens, and their ends.
    access_tokens: HashMap<String, SystemTime>,
    registrations: Vec<Registration>,
}

/// A client that was registered for a login, and what it holds.
struct Registration {
    client_id: String,
    client_secret: String,
    end: SystemTime,
    refresh_token: String,
}

impl Sso {
    /// One that knows nobody.
    pub fn start(front: Front<'_>, secrets: &Secrets) -> Self {
        let state = Arc::new(Mutex::new(State {
            secrets: secrets.clone(),
            roles: HashMap::new(),
            access_tokens: HashMap::new(),
            registrations: Vec::new(),
        }));
        let judged = Arc::clone(&state);
        let standin = StandIn::start(front, spelled, move |request, now| {
            lock(&judged).judge(request, now)
        });
        Self { state, standin }
    }

    /// Assigns the user of every login a role in an account, with keys of it.
    pub fn assign(&self, account: &str, role: &str, keys: &Keys) {
        let place = (account.to_owned(), role.to_owned());
        lock(&self.state).roles.insert(place, Lease::new(keys));
    }

    /// Ends every login: tokens of both kinds are invalid from now on.
    pub fn log_out(&self) {
        let mut state = lock(&self.state);
        state.access_tokens.clear();
        state.registrations.clear();
    }
}

impl Deref for Sso {
    type Target = StandIn;

    fn deref(&self) -> &StandIn {
        &self.standin
    }
}

impl State {
    fn judge(&mut self, request: &Request, now: SystemTime) -> Result<Answer, Refusal> {
        match (request.method.as_str(), request.path()) {
            ("GET", "/federation/credentials") => self.role_credentials(request, now),
            ("POST", "/token") => self.create_token(request, now),
            _ => Err(Refusal::new(404, "UnknownOperationException", "")),
        }
    }

    /// A new access token, good for so many seconds.
    fn access_token(&mut self, end: SystemTime) -> String {
        let token = self.secret("access token", "aoaAAAAA", 200);
        self.access_tokens.insert(token.clone(), end);
        token
    }

    fn secret(&self, kind: &'static str, prefix: &str, len: usize) -> String {
        let secret = format!("{prefix}{}", unguessable_id(len));
        self.secrets.add(kind, &secret);
        secret
    }
}

/// The portal has a `message`; the OIDC service adds the words of RFC 6749.
fn spelled(refusal: &Refusal) -> Answer {
    let body = json!({
        "__type": refusal.code,
        "message": refusal.message,
        "error": oidc::error_word(refusal.code),
        "error_description": refusal.message,
    });
    Answer::new(refusal.status, "application/json", body.to_string())
        .header("x-amzn-errortype", refusal.code)
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
