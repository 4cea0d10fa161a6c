//! Container credentials: the agent of ECS, asked at a path of the task, and the EKS Pod Identity
//! agent, asked with the service account's token.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde_json::json;

use super::keys::{Keys, unguessable_id};
use super::scan::Secrets;
use super::serve::Answer;
use super::sigv4::Request;
use super::standin::{Front, Lease, Refusal, StandIn};
use super::sts::ACCOUNT;

/// A running agent.
pub struct Container {
    path: String,
    secrets: Secrets,
    state: Arc<Mutex<State>>,
    standin: StandIn,
}

struct State {
    kind: Kind,
    lease: Lease,
    /// What `Authorization` must say, if anything.
    token: Option<String>,
}

#[derive(Clone, Copy)]
enum Kind {
    Ecs,
    PodIdentity,
}

impl Container {
    /// An ECS agent that hands out `keys` at a path of their own, without a token.
    pub fn ecs(front: Front<'_>, keys: &Keys, secrets: &Secrets) -> Self {
        let path = format!("/v2/credentials/{}", unguessable_id(32));
        Self::start(front, path, Kind::Ecs, keys, secrets)
    }

    /// An EKS Pod Identity agent that hands out `keys`. [`Self::rotate_token`] issues the token.
    pub fn pod_identity(front: Front<'_>, keys: &Keys, secrets: &Secrets) -> Self {
        let path = "/v1/credentials".to_owned();
        let agent = Self::start(front, path, Kind::PodIdentity, keys, secrets);
        agent.rotate_token();
        agent
    }

    fn start(front: Front<'_>, path: String, kind: Kind, keys: &Keys, secrets: &Secrets) -> Self {
        let state = State {
            kind,
            lease: Lease::new(keys),
            token: None,
        };
        let state = Arc::new(Mutex::new(state));
        let (judged, right_path) = (Arc::clone(&state), path.clone());
        let standin = StandIn::start(front, spelled, move |request, now| {
            lock(&judged).judge(request, &right_path, now)
        });
        Self {
            path,
            secrets: secrets.clone(),
            state,
            standin,
        }
    }

    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`.
    pub fn relative_uri(&self) -> &str {
        &self.path
    }

    /// `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    pub fn full_uri(&self) -> String {
        self.standin.url() + &self.path
    }

    /// A new token, from now on the only one it takes.
    pub fn rotate_token(&self) -> String {
        let token = format!("eyJ{}", unguessable_id(120));
        self.secrets.add("authorization token", &token);
        lock(&self.state).token = Some(token.clone());
        token
    }

    /// Hands out other keys.
    pub fn set_keys(&self, keys: &Keys) {
        lock(&self.state).lease.keys = keys.clone();
    }

    /// Says that the keys last so many seconds; over when negative.
    pub fn set_lifetime(&self, seconds: i64) {
        lock(&self.state).lease.seconds = seconds;
    }
}

impl Deref for Container {
    type Target = StandIn;

    fn deref(&self) -> &StandIn {
        &self.standin
    }
}

impl State {
    fn judge(&self, request: &Request, path: &str, now: SystemTime) -> Result<Answer, Refusal> {
        if request.method != "GET" {
            return Err(Refusal::new(405, "MethodNotAllowed", "only GET is allowed"));
        }
        if request.target != path {
            return Err(self.unknown_path());
        }
        self.authorize(request.header("authorization").as_deref())?;
        let mut answer = json!({
            "AccessKeyId": self.lease.keys.access_key_id,
            "SecretAccessKey": self.lease.keys.secret_access_key,
            "Token": self.lease.token(),
            "Expiration": self.lease.expiration(now),
        });
        let (name, value) = match self.kind {
            Kind::Ecs => ("RoleArn", format!("arn:aws:iam::{ACCOUNT}:role/task")),
            Kind::PodIdentity => ("AccountId", ACCOUNT.to_owned()),
        };
        if let Some(answer) = answer.as_object_mut() {
            answer.insert(name.to_owned(), json!(value));
        }
        Ok(Answer::new(200, "application/json", answer.to_string()))
    }

    fn unknown_path(&self) -> Refusal {
        match self.kind {
            Kind::Ecs => {
                let message = "CredentialsV2Request: Credentials not found";
                Refusal::new(400, "InvalidIdInRequest", message)
            }
            Kind::PodIdentity => Refusal::new(404, "NotFound", "404 page not found"),
        }
    }

    fn authorize(&self, given: Option<&str>) -> Result<(), Refusal> {
        match (&self.token, given) {
            (None, _) => Ok(()),
            (Some(token), Some(given)) if token == given => Ok(()),
            (Some(_), None) => {
                let message = "Service account token cannot be empty";
                Err(Refusal::new(400, "ValidationException", message))
            }
            (Some(_), Some(_)) => {
                let message = "Service account token is invalid or has expired";
                Err(Refusal::new(400, "InvalidTokenException", message))
            }
        }
    }
}

fn spelled(refusal: &Refusal) -> Answer {
    let body = json!({"code": refusal.code, "message": refusal.message});
    Answer::new(refusal.status, "application/json", body.to_string())
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
