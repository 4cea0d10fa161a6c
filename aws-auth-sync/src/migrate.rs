//! From aws-auth to access entries of EKS: what becomes of each entry, files that make it so, and
//! [`apply`], which makes it so itself and alone asks EKS.
//!
//! Nothing that the EKS API would refuse is emitted: what is made is read again by the rules of
//! access entries. What cannot be carried over is said, with what to do about it; a login that
//! aws-auth refuses today is not given by the way.

pub mod apply;
mod arn_map;
pub mod emit;
mod names;
mod node;
mod principal;
pub mod report;
mod verify;

use std::collections::HashSet;
use std::fmt::{self, Display};

use iam_aws::eks::{AccessPolicy, AccessScope};
use iam_core::access_entry::EntryType;
use iam_core::account::AccountId;
use iam_core::aws_auth::{Consumer, Entry, Identity, Outcome, Section, SsoRoleMatch};
use iam_core::cluster::{ClusterArn, ClusterId};
use iam_core::partition::Partition;
use iam_core::principal::Principal;
use serde::{Serialize, Serializer};

use crate::combined::Combined;

pub use arn_map::{ArnMap, ArnMapError};

/// Where the entries go.
#[derive(Clone, Debug)]
pub enum Target {
    /// A cluster by its ARN.
    Arn(ClusterArn),
    /// A cluster by its name: of which account and region is not known.
    Name(ClusterId),
}

impl Target {
    /// The cluster's name, as it is asked about.
    #[must_use]
    pub fn id(&self) -> &ClusterId {
        match self {
            Self::Arn(arn) => arn.name(),
            Self::Name(name) => name,
        }
    }

    /// The cluster's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.id().as_str()
    }

    fn account(&self) -> Option<AccountId> {
        match self {
            Self::Arn(arn) => Some(arn.account()),
            Self::Name(_) => None,
        }
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(arn) => write!(f, "{arn}"),
            Self::Name(name) => write!(f, "{name}"),
        }
    }
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("arn:") {
            let arn = text.parse::<ClusterArn>();
            return arn.map(Self::Arn).map_err(|error| error.to_string());
        }
        let name = text.parse::<ClusterId>();
        name.map(Self::Name).map_err(|error| error.to_string())
    }
}

/// What only the person who migrates knows.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Real ARNs by path-free ones.
    pub arns: ArnMap,
    /// Pod execution roles of Fargate, path-free or not.
    pub fargate_roles: Vec<String>,
    /// Roles of hybrid nodes.
    pub hybrid_roles: Vec<String>,
}

/// An access entry to make.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessEntry {
    /// The user or role, a role with its path.
    #[serde(rename = "principalArn", serialize_with = "shown")]
    pub principal: Principal,
    /// What it is for.
    #[serde(rename = "type", serialize_with = "shown")]
    pub entry_type: EntryType,
    /// The username; none where EKS fills in its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The groups.
    pub kubernetes_groups: Vec<String>,
    /// The policies.
    pub access_policies: Vec<AccessPolicy>,
    /// The file and line of the entry that it is made of.
    pub source: String,
    /// What is different afterwards.
    pub warnings: Vec<String>,
}

fn shown<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

impl AccessEntry {
    /// The username that EKS takes it for; AWS does not say that of every type of node.
    #[must_use]
    pub fn full_username(&self) -> Option<String> {
        let default = || self.entry_type.default_username(&self.principal);
        self.username.clone().or_else(default)
    }
}

/// An entry that cannot be carried over as it is.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Blocked {
    /// The list.
    pub section: &'static str,
    /// The entry's place in it.
    pub index: usize,
    /// Whom it is about.
    pub key: String,
    /// Why.
    pub reason: String,
    /// What to do.
    pub proposal: String,
}

/// An entry that is left out, and nobody misses.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Skipped {
    /// The list.
    pub section: &'static str,
    /// The entry's place in it.
    pub index: usize,
    /// Whom it is about.
    pub key: String,
    /// Why.
    pub reason: String,
}

/// The whole migration.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Migration {
    /// What to make.
    pub entries: Vec<AccessEntry>,
    /// What is in the way.
    pub blocked: Vec<Blocked>,
    /// What is left out.
    pub skipped: Vec<Skipped>,
    /// What to know.
    pub warnings: Vec<String>,
}

/// Why an entry stays behind.
enum Stays {
    Blocked { reason: String, proposal: String },
    Skipped { reason: String },
}

impl Stays {
    fn blocked(reason: impl Into<String>, proposal: impl Into<String>) -> Self {
        Self::Blocked {
            reason: reason.into(),
            proposal: proposal.into(),
        }
    }

    fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped {
            reason: reason.into(),
        }
    }
}

impl Migration {
    /// What becomes of the entries of `combined`.
    #[must_use]
    pub fn plan(combined: &Combined, target: &Target, known: &Known) -> Self {
        let mut migration = Self::default();
        let step = Step {
            combined,
            consumer: Consumer::new(&combined.document, SsoRoleMatch::Off),
            target,
            known,
        };
        let mut principals = HashSet::new();
        for entry in &combined.document.entries {
            let stays = match step.entry(entry) {
                Ok(made) if migration.entries.len() >= MOST => {
                    let reason = format!("a cluster takes no more than {MOST} access entries");
                    Stays::blocked(reason, format!("leave {} out, or ask AWS", made.principal))
                }
                Ok(made) if !principals.insert(made.principal.key()) => {
                    Stays::skipped("an access entry is made for the same principal already")
                }
                Ok(made) => {
                    migration.entries.push(made);
                    continue;
                }
                Err(stays) => stays,
            };
            migration.leave(entry, stays);
        }
        migration.warnings = warnings(&migration);
        migration
    }

    /// Whether an entry is in the way.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        !self.blocked.is_empty()
    }

    fn leave(&mut self, entry: &Entry, stays: Stays) {
        let (section, index, key) = (entry.section.key(), entry.index, entry.identity.to_string());
        match stays {
            Stays::Blocked { reason, proposal } => self.blocked.push(Blocked {
                section,
                index,
                key,
                reason,
                proposal,
            }),
            Stays::Skipped { reason } => self.skipped.push(Skipped {
                section,
                index,
                key,
                reason,
            }),
        }
    }
}

/// One step: an entry becomes an access entry, or stays.
struct Step<'a> {
    combined: &'a Combined,
    consumer: Consumer<'a>,
    target: &'a Target,
    known: &'a Known,
}

impl Step<'_> {
    fn entry(&self, entry: &Entry) -> Result<AccessEntry, Stays> {
        let arn = match &entry.identity {
            Identity::Account { .. } => {
                let reason = "a whole account cannot be an access entry";
                return Err(Stays::blocked(
                    reason,
                    "make an entry for each user and role of it that logs in",
                ));
            }
            Identity::Sso {
                permission_set_name,
                ..
            } => {
                let reason = "an sso block names roles that only IAM knows";
                let proposal = format!(
                    "find them with aws iam list-roles --path-prefix /aws-reserved/sso.amazonaws.com/ \
                     (AWSReservedSSO_{permission_set_name}_…) and write an entry for each"
                );
                return Err(Stays::blocked(reason, proposal));
            }
            Identity::Role { arn } | Identity::User { arn } => arn,
        };
        if self.consumer.is_overridden(entry) {
            return Err(Stays::skipped(
                "a later entry with the same ARN replaces it today",
            ));
        }
        let principal = principal::of_entry(self, entry, arn)?;
        if let Outcome::Entries(found) = self.consumer.lookup(&principal)
            && found.len() > 1
        {
            let reason = "several entries name the principal, and which one acts is left to chance";
            return Err(Stays::blocked(reason, "keep one of them"));
        }
        let made = match node::of_entry(self, entry, &principal)? {
            Some(made) => made,
            None => self.standard(entry, &principal)?,
        };
        verify::check(made)
    }

    fn standard(&self, entry: &Entry, principal: &Principal) -> Result<AccessEntry, Stays> {
        let mut warnings = Vec::new();
        let username = names::username(entry, principal, &mut warnings)?;
        let (kubernetes_groups, policies) = names::groups(entry, principal, &mut warnings)?;
        if self
            .target
            .account()
            .is_some_and(|account| account != principal.account())
        {
            warnings.push("the principal is of another account than the cluster".to_owned());
        }
        let access_policies = policies
            .into_iter()
            .map(|name| cluster_wide(self.partition(principal), name));
        Ok(AccessEntry {
            principal: principal.clone(),
            entry_type: EntryType::Standard,
            username,
            kubernetes_groups,
            access_policies: access_policies.collect(),
            source: self.source(entry),
            warnings,
        })
    }

    /// The partition of the cluster; of one that is only named, that of its principal.
    fn partition(&self, principal: &Principal) -> Partition {
        match self.target {
            Target::Arn(arn) => arn.partition(),
            Target::Name(_) => principal.partition(),
        }
    }

    fn source(&self, entry: &Entry) -> String {
        let (file, line) = self.combined.place(entry);
        format!("{file}:{line}")
    }
}

fn cluster_wide(partition: Partition, policy: &str) -> AccessPolicy {
    AccessPolicy {
        policy_arn: format!("arn:{partition}:eks::aws:cluster-access-policy/{policy}"),
        access_scope: AccessScope::cluster(),
    }
}

fn warnings(migration: &Migration) -> Vec<String> {
    let mut warnings = vec![
        "the authentication mode moves one way only: CONFIG_MAP to API_AND_CONFIG_MAP to API".to_owned(),
        "an access entry is bound to the role or user that exists now: one that is made anew under the same name needs a new entry".to_owned(),
    ];
    if migration
        .entries
        .iter()
        .any(|entry| entry.entry_type != EntryType::Standard)
    {
        warnings.push(
            "EKS makes the entries of managed node groups and Fargate profiles itself when the mode is switched: leave those that exist".to_owned(),
        );
    }
    let accounts = migration
        .blocked
        .iter()
        .any(|blocked| blocked.section == Section::MapAccounts.key());
    if accounts {
        warnings.push(
            "mapAccounts works as long as the mode reads aws-auth, and ends with it".to_owned(),
        );
    }
    warnings
}

/// <https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html>
const MOST: usize = 3000;
