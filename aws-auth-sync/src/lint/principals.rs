//! What IAM says of users and roles of one account, where it is asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use iam_aws::iam::Named;
use iam_core::account::AccountId;
use iam_core::aws_auth::Identity;
use iam_core::partition::Partition;
use iam_core::principal::Principal;

use crate::subject::Subject;

/// What IAM says of users and roles of the account that asks; it tells nobody of others.
#[derive(Clone, Debug)]
pub struct Principals {
    partition: Partition,
    account: AccountId,
    told: HashMap<Key, Told>,
}

/// Kind, and name in lower case: IAM's names are unique whatever their case.
pub type Key = (Named, String);

/// What IAM says of a name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Told {
    /// Nobody has it.
    Nobody,
    /// The ARN of whoever has it, with its path and in IAM's spelling.
    Arn(String),
}

/// What the files name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Names {
    /// Users and roles of the account that asks, each as it is spelled first.
    pub own: BTreeMap<Key, String>,
    /// How many there are of other accounts.
    pub others: usize,
}

impl Principals {
    /// Nothing is told yet; `caller` is who asks.
    #[must_use]
    pub fn of(caller: &Principal) -> Self {
        Self {
            partition: caller.partition(),
            account: caller.account(),
            told: HashMap::new(),
        }
    }

    /// The users and roles that the files name.
    #[must_use]
    pub fn named(&self, subjects: &[Subject]) -> Names {
        let (mut own, mut others) = (BTreeMap::new(), BTreeSet::new());
        for entry in subjects.iter().flat_map(Subject::entries) {
            let (Identity::Role { arn } | Identity::User { arn }) = &entry.identity else {
                continue;
            };
            let Ok(principal) = arn.parse::<Principal>() else {
                continue;
            };
            let Some((key, name)) = key_of(&principal) else {
                continue;
            };
            if self.is_own(&principal) {
                own.entry(key).or_insert(name);
            } else {
                others.insert(principal.canonical_arn());
            }
        }
        let others = others.len();
        Names { own, others }
    }

    /// Keeps what IAM says of a name.
    pub fn learn(&mut self, key: Key, told: Told) {
        self.told.insert(key, told);
    }

    /// What IAM says of a principal, if it was asked.
    #[must_use]
    pub fn about(&self, principal: &Principal) -> Option<&Told> {
        let (key, _) = key_of(principal).filter(|_| self.is_own(principal))?;
        self.told.get(&key)
    }

    fn is_own(&self, principal: &Principal) -> bool {
        let of = (principal.partition(), principal.account());
        of == (self.partition, self.account)
    }
}

/// What IAM knows a principal by, and how the name is spelled.
fn key_of(principal: &Principal) -> Option<(Key, String)> {
    let (kind, name) = match principal {
        Principal::User { name, .. } => (Named::User, name),
        // The identity of instances without a role is none of IAM's.
        Principal::Role { name, .. } if !name.contains(':') => (Named::Role, name),
        Principal::Role { .. }
        | Principal::AssumedRole { .. }
        | Principal::FederatedUser { .. }
        | Principal::Root { .. }
        | Principal::Ec2Instance { .. } => return None,
    };
    Some(((kind, name.to_ascii_lowercase()), name.clone()))
}
