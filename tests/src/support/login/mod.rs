//! AWS sign-in, as `aws login` uses it: keys of fifteen minutes for a refresh token and a proof
//! (DPoP) that its holder is the one who logged in.
//! <https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sign-in.html>

mod cache;
mod proof;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde_json::{Value, json};

use super::keys::{Keys, unguessable_id};
use super::scan::Secrets;
use super::serve::Answer;
use super::sigv4::Request;
use super::standin::{Front, Lease, Refusal, StandIn};

pub use cache::{LoginState, SESSION};
pub use proof::{ProofKey, proof};

/// A running sign-in service.
pub struct Login {
    state: Arc<Mutex<State>>,
    standin: StandIn,
}

struct State {
    scheme: &'static str,
    secrets: Secrets,
    lease: Lease,
    sessions: Vec<Session>,
    /// The ids of the proofs that were shown.
    proofs: BTreeSet<String>,
}

/// One login.
struct Session {
    refresh_token: String,
    public_key: Vec<u8>,
    /// Why it is over.
    end: Option<&'static str>,
}

impl Login {
    /// One that hands out `keys` to everybody who is logged in.
    pub fn start(front: Front<'_>, keys: &Keys, secrets: &Secrets) -> Self {
        let state = Arc::new(Mutex::new(State {
            scheme: match front {
                Front::Plain => "http",
                Front::Tls(..) => "https",
            },
            secrets: secrets.clone(),
            lease: Lease {
                seconds: 900,
                ..Lease::new(keys)
            },
            sessions: Vec::new(),
            proofs: BTreeSet::new(),
        }));
        let judged = Arc::clone(&state);
        let standin = StandIn::start(front, spelled, move |request, now| {
            lock(&judged).judge(request, now)
        });
        Self { state, standin }
    }

    /// Ends every login, with the word that the service gives as the reason: `TOKEN_EXPIRED`,
    /// `USER_CREDENTIALS_CHANGED`, `INSUFFICIENT_PERMISSIONS`.
    pub fn end_sessions(&self, reason: &'static str) {
        let mut state = lock(&self.state);
        let sessions = state.sessions.iter_mut();
        sessions.for_each(|session| session.end = Some(reason));
    }
}

impl Deref for Login {
    type Target = StandIn;

    fn deref(&self) -> &StandIn {
        &self.standin
    }
}

impl State {
    fn judge(&mut self, request: &Request, now: SystemTime) -> Result<Answer, Refusal> {
        if (request.method.as_str(), request.target.as_str()) != ("POST", PATH) {
            return Err(Refusal::new(404, "RESOURCE_NOT_FOUND", "no such operation"));
        }
        let json = request.header("content-type");
        if json.as_deref() != Some("application/json") {
            return Err(invalid("the content type is not application/json"));
        }
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|_| invalid("the body is no JSON"))?;
        let value = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
        if (value("clientId"), value("grantType")) != (CLIENT_ID, "refresh_token") {
            return Err(invalid("clientId or grantType is not what it must be"));
        }
        let url = format!(
            "{}://{}{PATH}",
            self.scheme,
            request.header("host").unwrap_or_default()
        );
        let shown = request.header("dpop").unwrap_or_default();
        // All proofs begin alike: their signature is what nobody else may see.
        if let Some((_, signature)) = shown.rsplit_once('.').filter(|(_, end)| !end.is_empty()) {
            self.secrets.add("proof of possession", signature);
        }
        let proven = proof::verify(&shown, &url, now).map_err(invalid)?;
        if !self.proofs.insert(proven.id) {
            return Err(invalid("the proof was shown before"));
        }
        self.refresh(value("refreshToken"), &proven.public_key)
    }

    /// A refresh token serves once, and only who holds the key that it was issued to.
    fn refresh(&mut self, refresh_token: &str, public_key: &[u8]) -> Result<Answer, Refusal> {
        let next = self.refresh_token();
        let mut sessions = self.sessions.iter_mut();
        let session = sessions.find(|session| session.refresh_token == refresh_token);
        let session = session.filter(|session| session.public_key == public_key);
        let Some(session) = session else {
            let message = "The refresh token is invalid or expired";
            return Err(Refusal::new(400, "TOKEN_EXPIRED", message));
        };
        if let Some(reason) = session.end {
            return Err(Refusal::new(400, reason, "The session is over"));
        }
        session.refresh_token.clone_from(&next);
        let answer = json!({
            "accessToken": {
                "accessKeyId": self.lease.keys.access_key_id,
                "secretAccessKey": self.lease.keys.secret_access_key,
                "sessionToken": self.lease.token(),
            },
            "tokenType": "urn:aws:params:oauth:token-type:access_token_sigv4",
            "expiresIn": self.lease.seconds,
            "refreshToken": next,
        });
        Ok(Answer::new(200, "application/json", answer.to_string()))
    }

    fn refresh_token(&self) -> String {
        let token = format!("ASOR{}", unguessable_id(300));
        self.secrets.add("refresh token", &token);
        token
    }
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "INVALID_REQUEST", message)
}

/// The kind of an exception stands in a header, its word in the body.
fn spelled(refusal: &Refusal) -> Answer {
    let exception = match (refusal.status, refusal.code) {
        (500.., _) => "InternalServerException",
        (429, _) => "TooManyRequestsError",
        (_, "INVALID_REQUEST") => "ValidationException",
        (404, _) => "ResourceNotFoundException",
        (_, _) => "AccessDeniedException",
    };
    let body = json!({"error": refusal.code, "message": refusal.message});
    Answer::new(refusal.status, "application/json", body.to_string())
        .header("x-amzn-errortype", exception)
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

const PATH: &str = "/v1/token";
/// The AWS CLI with a browser on the same machine.
const CLIENT_ID: &str = "arn:aws:signin:::devtools/same-device";
