//! Amazon EKS: `DescribeCluster` and `ListClusters` in every region at one address, for
//! whoever holds keys of the STS beside it. Signatures are recomputed from the bytes received.
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html>

mod caller;
mod cluster;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde_json::{Value, json};

use super::serve::Answer;
use super::sigv4::{Request, percent_decode};
use super::standin::{Front, Refusal, StandIn};
use super::sts::Sts;
use caller::{Caller, Callers};

pub use cluster::EksCluster;

/// EKS of every region.
pub struct Eks {
    state: Arc<Mutex<State>>,
    standin: StandIn,
}

struct State {
    callers: Callers,
    /// By account, region and name.
    clusters: BTreeMap<Place, EksCluster>,
    page: usize,
}

type Place = (String, String, String);

impl Eks {
    /// One without clusters. It knows whom the STS knows.
    pub fn start(front: Front<'_>, sts: &Sts) -> Self {
        let state = Arc::new(Mutex::new(State {
            callers: Callers::of(sts),
            clusters: BTreeMap::new(),
            page: 100,
        }));
        let judged = Arc::clone(&state);
        let standin = StandIn::start(front, spelled, move |request, now| {
            lock(&judged).judge(request, now)
        });
        Self { state, standin }
    }

    /// Keys of the account are unknown in this region: it is not opted in to.
    pub fn switch_off(&self, region: &str) {
        lock(&self.state).callers.switch_off(region);
    }

    /// Adds a cluster, or puts it in the place of one with the same ARN.
    pub fn add(&self, cluster: EksCluster) {
        let place = cluster.place();
        lock(&self.state).clusters.insert(place, cluster);
    }

    /// Deletes a cluster.
    pub fn delete(&self, cluster: &EksCluster) {
        lock(&self.state).clusters.remove(&cluster.place());
    }

    /// Lists at most so many clusters in one answer, whatever is asked for.
    pub fn set_page(&self, page: usize) {
        lock(&self.state).page = page;
    }
}

impl Deref for Eks {
    type Target = StandIn;

    fn deref(&self) -> &StandIn {
        &self.standin
    }
}

impl State {
    fn judge(&self, request: &Request, now: SystemTime) -> Result<Answer, Refusal> {
        let caller = self.callers.authenticate(request, now)?;
        if request.method != "GET" {
            return Err(Refusal::new(403, "MissingAuthenticationTokenException", ""));
        }
        let path = request.path().strip_prefix("/clusters").unwrap_or_default();
        let answer = match path.strip_prefix('/') {
            Some(name) => self.described(&caller, name)?,
            None if request.path() == "/clusters" => self.listed(&caller, request)?,
            None => return Err(Refusal::new(403, "MissingAuthenticationTokenException", "")),
        };
        Ok(Answer::new(200, "application/json", answer.to_string()))
    }

    fn described(&self, caller: &Caller, name: &str) -> Result<Value, Refusal> {
        let name = String::from_utf8_lossy(&percent_decode(name)).into_owned();
        let place = (caller.account.clone(), caller.region.clone(), name.clone());
        let found = self.clusters.get(&place).ok_or_else(|| {
            let message = format!("No cluster found for name: {name}.");
            Refusal::new(404, "ResourceNotFoundException", &message)
        })?;
        match &found.refusal {
            Some((status, code)) => Err(Refusal::new(*status, code, "an error on demand")),
            None => Ok(json!({ "cluster": found.description() })),
        }
    }

    fn listed(&self, caller: &Caller, request: &Request) -> Result<Value, Refusal> {
        let query = request.query();
        let value = |name| {
            let mut pairs = query.iter();
            pairs.find(|(sent, _)| sent == name).map(|(_, value)| value)
        };
        let asked: usize = value("maxResults")
            .map_or(Ok(100), |text| text.parse())
            .unwrap_or(0);
        if !(1..=100).contains(&asked) {
            let message = "maxResults needs to be 100 or fewer";
            return Err(Refusal::new(400, "InvalidParameterException", message));
        }
        let names: Vec<&String> = self
            .clusters
            .keys()
            .filter(|(account, region, _)| (account, region) == (&caller.account, &caller.region))
            .map(|(_, _, name)| name)
            .collect();
        let start = match value("nextToken").map(|token| start_of(token)) {
            None => 0,
            Some(Some(start)) if start < names.len() => start,
            Some(_) => {
                let message = "Invalid nextToken";
                return Err(Refusal::new(400, "InvalidParameterException", message));
            }
        };
        let end = names.len().min(start + asked.min(self.page));
        let next = (end < names.len()).then(|| token_of(end));
        Ok(json!({ "clusters": names.get(start..end), "nextToken": next }))
    }
}

/// With characters that must be escaped in a query.
fn token_of(start: usize) -> String {
    format!("next+/{start}==")
}

fn start_of(token: &str) -> Option<usize> {
    token
        .strip_prefix("next+/")?
        .strip_suffix("==")?
        .parse()
        .ok()
}

fn spelled(refusal: &Refusal) -> Answer {
    let body = json!({ "message": refusal.message });
    Answer::new(refusal.status, "application/json", body.to_string())
        .header("x-amzn-errortype", refusal.code)
        .header("x-amzn-requestid", "00000000-0000-4000-8000-00000000ec50")
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
