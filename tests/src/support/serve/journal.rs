//! What a service has seen, without anything secret.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::support::sigv4::Request;

/// How much it has seen.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// TCP connections accepted.
    pub connections: usize,
    /// Requests read.
    pub requests: usize,
}

/// A request that was read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LoggedRequest {
    /// `Host`.
    pub host: String,
    /// `GET`, `POST`.
    pub method: String,
    /// The target without its query.
    pub path: String,
    /// The names in the query, in their order.
    pub query_names: Vec<String>,
    /// Every header that is not secret; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Whose key, when that can be read.
    pub access_key_id: Option<String>,
    /// `OK` or the error code that the request deserves, faults aside.
    pub verdict: String,
}

impl LoggedRequest {
    pub(crate) fn new(request: &Request, verdict: &str) -> Self {
        let headers = request
            .headers
            .iter()
            .filter(|(name, _)| !SECRET_HEADERS.contains(&name.as_str()))
            .cloned();
        Self {
            host: request.header("host").unwrap_or_default(),
            method: request.method.clone(),
            path: request.path().to_owned(),
            query_names: request.query().into_iter().map(|(name, _)| name).collect(),
            headers: headers.collect(),
            access_key_id: None,
            verdict: verdict.to_owned(),
        }
    }

    /// With whose key it is signed.
    pub(crate) fn with_access_key_id(mut self, access_key_id: Option<String>) -> Self {
        self.access_key_id = access_key_id;
        self
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(sent, _)| sent == name)
            .map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
pub(crate) struct Journal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    connections: usize,
    requests: Vec<LoggedRequest>,
}

impl Journal {
    pub(crate) fn connection(&self) {
        self.lock().connections += 1;
    }

    pub(crate) fn request(&self, request: LoggedRequest) {
        self.lock().requests.push(request);
        self.changed.notify_all();
    }

    pub(crate) fn counts(&self) -> Counts {
        let state = self.lock();
        Counts {
            connections: state.connections,
            requests: state.requests.len(),
        }
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.lock().requests.clone()
    }

    pub(crate) fn wait_for(&self, count: usize, deadline: Duration) -> bool {
        let end = Instant::now() + deadline;
        let mut state = self.lock();
        while state.requests.len() < count {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Headers that carry tokens and signatures.
const SECRET_HEADERS: [&str; 6] = [
    "authorization",
    "dpop",
    "proxy-authorization",
    "x-amz-security-token",
    "x-amz-sso_bearer_token",
    "x-aws-ec2-metadata-token",
];
