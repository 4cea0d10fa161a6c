//! A cluster and what goes on with it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::access::{Access, AccessEntry, Terms};
use super::cluster::EksCluster;
use super::operation::Call;
use super::update::Update;
use crate::support::sigv4::Request;
use crate::support::standin::Refusal;

/// A cluster, its access entries and the changes of its mode.
pub(super) struct Hosted {
    pub(super) cluster: EksCluster,
    pub(super) access: Access,
    updates: Vec<Update>,
}

/// How EKS conducts itself with every cluster.
pub(super) struct Conduct {
    /// How many items a page holds at most.
    pub(super) page: usize,
    /// How many reads a change of access entries is not seen by.
    pub(super) lag: usize,
    /// How many access entries a cluster takes.
    pub(super) most: usize,
    /// How a change of a mode ends.
    pub(super) update_end: &'static str,
}

impl Default for Conduct {
    fn default() -> Self {
        Self {
            page: 100,
            lag: 0,
            most: 3_000,
            update_end: "Successful",
        }
    }
}

impl Hosted {
    pub(super) fn new(cluster: EksCluster) -> Self {
        Self {
            cluster,
            access: Access::default(),
            updates: Vec::new(),
        }
    }

    pub(super) fn describe(&mut self, conduct: &Conduct) -> Result<Value, Refusal> {
        self.go_on(conduct);
        match &self.cluster.refusal {
            Some((status, code)) => Err(Refusal::new(*status, code, "an error on demand")),
            None => Ok(json!({ "cluster": self.cluster.description() })),
        }
    }

    pub(super) fn update_config(&mut self, request: &Request) -> Result<Value, Refusal> {
        let number = self.updates.len() + 1;
        let update = Update::begin(request, &self.cluster, number)?;
        let answer = update.description();
        self.updates.push(update);
        "UPDATING".clone_into(&mut self.cluster.status);
        Ok(answer)
    }

    pub(super) fn describe_update(
        &mut self,
        id: &str,
        conduct: &Conduct,
    ) -> Result<Value, Refusal> {
        self.go_on(conduct);
        let update = self.updates.iter().find(|update| update.is(id));
        update.map(Update::description).ok_or_else(|| {
            let message = format!("No update found for ID: {id}");
            Refusal::new(404, "ResourceNotFoundException", &message)
        })
    }

    pub(super) fn about_access(
        &mut self,
        call: Call,
        request: &Request,
        (conduct, principals): (&Conduct, &BTreeSet<String>),
    ) -> Result<Value, Refusal> {
        let terms = Terms {
            cluster: &self.cluster,
            principals,
            page: conduct.page,
            lag: conduct.lag,
            most: conduct.most,
        };
        self.access.answer(call, request, &terms)
    }

    /// A look at the cluster or its change takes that change one step on. Where it ends, EKS makes
    /// the access entries of the nodes that it manages, those excepted that are there.
    fn go_on(&mut self, conduct: &Conduct) {
        let Some(update) = self.updates.last_mut() else {
            return;
        };
        let mode = update.go_on(conduct.update_end);
        if !update.is_going_on() {
            "ACTIVE".clone_into(&mut self.cluster.status);
        }
        if let Some(mode) = mode {
            self.cluster.authentication_mode = mode;
            for (role, entry_type) in &self.cluster.managed {
                if !self.access.has(role) {
                    self.access.put(AccessEntry::new(role, entry_type));
                }
            }
        }
    }
}
