//! Amazon EKS: its clusters, their access entries and their authentication mode, in every region
//! at one address, for whoever holds keys of the STS beside it. Signatures are recomputed from
//! the bytes received.
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_Operations.html>

mod access;
mod caller;
mod cluster;
mod hosted;
mod operation;
mod page;
mod update;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde_json::{Value, json};

use super::serve::Answer;
use super::sigv4::Request;
use super::standin::{Front, Refusal, StandIn};
use super::sts::Sts;
use caller::{Caller, Callers};
use hosted::{Conduct, Hosted};
use operation::Operation;

pub use access::AccessEntry;
pub use cluster::EksCluster;

/// EKS of every region.
pub struct Eks {
    state: Arc<Mutex<State>>,
    standin: StandIn,
}

struct State {
    callers: Callers,
    /// By account, region and name.
    clusters: BTreeMap<Place, Hosted>,
    /// The users and roles of IAM that access entries can be for.
    principals: BTreeSet<String>,
    conduct: Conduct,
}

type Place = (String, String, String);

impl Eks {
    /// One without clusters. It knows whom the STS knows.
    pub fn start(front: Front<'_>, sts: &Sts) -> Self {
        let state = Arc::new(Mutex::new(State {
            callers: Callers::of(sts),
            clusters: BTreeMap::new(),
            principals: BTreeSet::new(),
            conduct: Conduct::default(),
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

    /// Adds a cluster, or changes the one with the same ARN.
    pub fn add(&self, cluster: EksCluster) {
        let mut state = lock(&self.state);
        match state.clusters.get_mut(&cluster.place()) {
            Some(hosted) => hosted.cluster = cluster,
            None => {
                state.clusters.insert(cluster.place(), Hosted::new(cluster));
            }
        }
    }

    /// Deletes a cluster.
    pub fn delete(&self, cluster: &EksCluster) {
        lock(&self.state).clusters.remove(&cluster.place());
    }

    /// Makes a user or role known, by its ARN with its path.
    pub fn add_principal(&self, arn: &str) {
        lock(&self.state).principals.insert(arn.to_owned());
    }

    /// Puts an access entry there, whatever the rules say.
    pub fn put_entry(&self, cluster: &EksCluster, entry: AccessEntry) {
        if let Some(hosted) = lock(&self.state).clusters.get_mut(&cluster.place()) {
            hosted.access.put(entry);
        }
    }

    /// The access entries of a cluster, in the order of their principals.
    pub fn entries(&self, cluster: &EksCluster) -> Vec<AccessEntry> {
        let state = lock(&self.state);
        let hosted = state.clusters.get(&cluster.place());
        hosted.map_or_else(Vec::new, |hosted| hosted.access.all())
    }

    /// The authentication mode of a cluster.
    pub fn mode(&self, cluster: &EksCluster) -> Option<String> {
        let state = lock(&self.state);
        let hosted = state.clusters.get(&cluster.place())?;
        Some(hosted.cluster.authentication_mode.clone())
    }

    /// Lists at most so many items in one answer, whatever is asked for.
    pub fn set_page(&self, page: usize) {
        lock(&self.state).conduct.page = page;
    }

    /// Shows what was before a change of access entries for so many reads after it.
    pub fn set_lag(&self, reads: usize) {
        lock(&self.state).conduct.lag = reads;
    }

    /// Takes no more than so many access entries a cluster.
    pub fn set_most_entries(&self, most: usize) {
        lock(&self.state).conduct.most = most;
    }

    /// Lets every change of a mode end badly.
    pub fn fail_updates(&self) {
        lock(&self.state).conduct.update_end = "Failed";
    }
}

impl Deref for Eks {
    type Target = StandIn;

    fn deref(&self) -> &StandIn {
        &self.standin
    }
}

impl State {
    fn judge(&mut self, request: &Request, now: SystemTime) -> Result<Answer, Refusal> {
        let caller = self.callers.authenticate(request, now)?;
        let operation = Operation::of(request)
            .ok_or_else(|| Refusal::new(403, "MissingAuthenticationTokenException", ""))?;
        let answer = self.answer(&caller, operation, request)?;
        Ok(Answer::new(200, "application/json", answer.to_string()))
    }

    fn answer(
        &mut self,
        caller: &Caller,
        operation: Operation,
        request: &Request,
    ) -> Result<Value, Refusal> {
        match operation {
            Operation::ListClusters => {
                let own = (&caller.account, &caller.region);
                let places = self.clusters.keys();
                let places = places.filter(|(account, region, _)| (account, region) == own);
                let names: Vec<Value> = places.map(|(_, _, name)| json!(name)).collect();
                page::page(request, "clusters", &names, self.conduct.page)
            }
            Operation::ListAccessPolicies => {
                let policies = access::policies("aws");
                let policies: Vec<Value> = policies
                    .map(|(name, arn)| json!({ "name": name, "arn": arn }))
                    .collect();
                page::page(request, "accessPolicies", &policies, self.conduct.page)
            }
            Operation::DescribeCluster { cluster } => {
                let (hosted, conduct, _) = self.hosted(caller, &cluster)?;
                hosted.describe(conduct)
            }
            Operation::UpdateClusterConfig { cluster } => {
                let (hosted, ..) = self.hosted(caller, &cluster)?;
                hosted.update_config(request)
            }
            Operation::DescribeUpdate { cluster, id } => {
                let (hosted, conduct, _) = self.hosted(caller, &cluster)?;
                hosted.describe_update(&id, conduct)
            }
            Operation::Access { cluster, call } => {
                let (hosted, conduct, principals) = self.hosted(caller, &cluster)?;
                hosted.about_access(call, request, (conduct, principals))
            }
        }
    }

    /// The cluster of that name that the caller sees, and what else its answers go by.
    fn hosted(
        &mut self,
        caller: &Caller,
        name: &str,
    ) -> Result<(&mut Hosted, &Conduct, &BTreeSet<String>), Refusal> {
        let place = (
            caller.account.clone(),
            caller.region.clone(),
            name.to_owned(),
        );
        let hosted = self.clusters.get_mut(&place).ok_or_else(|| {
            let message = format!("No cluster found for name: {name}.");
            Refusal::new(404, "ResourceNotFoundException", &message)
        })?;
        Ok((hosted, &self.conduct, &self.principals))
    }
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
