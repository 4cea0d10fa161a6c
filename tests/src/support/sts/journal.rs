//! What an STS has seen, without anything secret.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::caller::Caller;
use super::verdict::StsError;
use crate::support::sigv4::{Claim, Request};

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
    /// Every header but `Authorization` and `X-Amz-Security-Token`; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Whose key, when that can be read.
    pub access_key_id: Option<String>,
    /// `OK` or the error code that the request deserves, faults aside.
    pub verdict: String,
}

impl LoggedRequest {
    pub(super) fn new(
        request: &Request,
        claim: Option<&Claim>,
        verdict: Option<&Result<Caller, StsError>>,
    ) -> Self {
        let is_public = |name: &str| name != "authorization" && name != "x-amz-security-token";
        let headers = request
            .headers
            .iter()
            .filter(|(name, _)| is_public(name))
            .cloned();
        let verdict = match verdict {
            Some(Ok(_)) => "OK",
            Some(Err(error)) => error.code,
            None => "NoAction",
        };
        Self {
            host: request.header("host").unwrap_or_default(),
            method: request.method.clone(),
            path: request.path().to_owned(),
            query_names: request.query().into_iter().map(|(name, _)| name).collect(),
            headers: headers.collect(),
            access_key_id: claim.map(|claim| claim.access_key_id.clone()),
            verdict: verdict.to_owned(),
        }
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
pub(super) struct Journal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    connections: usize,
    requests: Vec<LoggedRequest>,
}

impl Journal {
    pub(super) fn connection(&self) {
        self.lock().connections += 1;
    }

    pub(super) fn request(&self, request: LoggedRequest) {
        self.lock().requests.push(request);
        self.changed.notify_all();
    }

    pub(super) fn counts(&self) -> Counts {
        let state = self.lock();
        Counts {
            connections: state.connections,
            requests: state.requests.len(),
        }
    }

    pub(super) fn requests(&self) -> Vec<LoggedRequest> {
        self.lock().requests.clone()
    }

    pub(super) fn wait_for(&self, count: usize, deadline: Duration) -> bool {
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
