//! The access entries of one cluster.
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html>

mod body;
mod entry;
mod rules;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::cluster::EksCluster;
use super::operation::{Call, Read};
use super::page::page;
use crate::support::sigv4::Request;
use crate::support::standin::Refusal;

pub use entry::AccessEntry;
pub(super) use rules::policies;

/// The access entries of a cluster.
#[derive(Default)]
pub(super) struct Access {
    entries: Entries,
    /// What is still read after a write, and how many times.
    before: Option<(Entries, usize)>,
}

/// By principal.
type Entries = BTreeMap<String, AccessEntry>;

/// What an operation goes by besides the entries.
pub(super) struct Terms<'a> {
    pub(super) cluster: &'a EksCluster,
    /// Every user and role that there is.
    pub(super) principals: &'a BTreeSet<String>,
    /// How many items a page holds at most.
    pub(super) page: usize,
    /// How many reads a write is not seen by.
    pub(super) lag: usize,
    /// How many entries there may be.
    pub(super) most: usize,
}

impl Access {
    /// Puts an entry there, whatever the rules say.
    pub(super) fn put(&mut self, entry: AccessEntry) {
        self.entries.insert(entry.principal_arn.clone(), entry);
    }

    pub(super) fn has(&self, principal: &str) -> bool {
        self.entries.contains_key(principal)
    }

    /// Every entry, as it is.
    pub(super) fn all(&self) -> Vec<AccessEntry> {
        self.entries.values().cloned().collect()
    }

    pub(super) fn answer(
        &mut self,
        call: Call,
        request: &Request,
        terms: &Terms<'_>,
    ) -> Result<Value, Refusal> {
        if terms.cluster.authentication_mode == "CONFIG_MAP" {
            let message = "The cluster's authentication mode must be set to one of \
                           [API, API_AND_CONFIG_MAP] to perform this operation.";
            return Err(Refusal::new(400, "InvalidRequestException", message));
        }
        match call {
            Call::Read(read) => self.read(read, request, terms),
            Call::Write(write) => {
                let before = self.entries.clone();
                let answer = write::write(&mut self.entries, write, request, terms)?;
                self.before = Some((before, terms.lag));
                Ok(answer)
            }
        }
    }

    fn read(&mut self, read: Read, request: &Request, terms: &Terms<'_>) -> Result<Value, Refusal> {
        let entries = self.seen();
        match read {
            Read::ListAccessEntries => {
                let query = request.query();
                let policy = query.iter().find(|(name, _)| name == "associatedPolicyArn");
                let listed = entries.values().filter(|entry| {
                    policy.is_none_or(|(_, policy)| entry.policies.contains_key(policy))
                });
                let listed: Vec<Value> = listed.map(|entry| json!(entry.principal_arn)).collect();
                page(request, "accessEntries", &listed, terms.page)
            }
            Read::DescribeAccessEntry { principal } => {
                let entry = entries
                    .get(&principal)
                    .ok_or_else(|| not_found("principalArn"))?;
                Ok(described(entry, terms))
            }
            Read::ListAssociatedAccessPolicies { principal } => {
                let entry = entries
                    .get(&principal)
                    .ok_or_else(|| not_found("principalArn"))?;
                let policies = entry.associated();
                page(request, "associatedAccessPolicies", &policies, terms.page)
            }
        }
    }

    /// What a reader sees: for a while what was before the last write.
    fn seen(&mut self) -> &Entries {
        self.before = match self.before.take() {
            Some((before, left)) if left > 0 => Some((before, left - 1)),
            Some(_) | None => None,
        };
        let before = self.before.as_ref().map(|(before, _)| before);
        before.unwrap_or(&self.entries)
    }
}

fn described(entry: &AccessEntry, terms: &Terms<'_>) -> Value {
    json!({ "accessEntry": entry.description(&terms.cluster.arn()) })
}

fn not_found(what: &str) -> Refusal {
    let message = format!("The specified {what} could not be found.");
    Refusal::new(404, "ResourceNotFoundException", &message)
}
