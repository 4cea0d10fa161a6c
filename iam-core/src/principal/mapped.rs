//! ARNs that a user writes down: of a role to assume or to map, of a user to map.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::{KeyError, Principal, PrincipalKey};
use crate::account::AccountId;
use crate::partition::Partition;

/// The ARN of an IAM role: `arn:P:iam::A:role/[path/]NAME`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RoleArn {
    partition: Partition,
    account: AccountId,
    path: Cow<'static, str>,
    name: String,
}

impl RoleArn {
    /// The partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The role's name without its path.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `/`, or `/a/b/`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether the role has a path, which STS leaves out when it names a caller.
    #[must_use]
    pub fn has_path(&self) -> bool {
        self.path != "/"
    }

    /// What mappings are looked up by: the role without its path.
    #[must_use]
    pub fn key(&self) -> PrincipalKey {
        self.principal().key()
    }

    fn principal(&self) -> Principal {
        let Self {
            partition,
            account,
            path,
            name,
        } = self.clone();
        Principal::Role {
            partition,
            account,
            path,
            name,
        }
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            account,
            path,
            name,
        } = self;
        write!(f, "arn:{partition}:iam::{account}:role{path}{name}")
    }
}

impl FromStr for RoleArn {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Principal::from_str(text)? {
            Principal::Role {
                partition,
                account,
                path,
                name,
            } => Ok(Self {
                partition,
                account,
                path,
                name,
            }),
            Principal::AssumedRole { .. } | Principal::Ec2Instance { .. } => Err(KeyError::Session),
            Principal::User { .. } | Principal::FederatedUser { .. } | Principal::Root { .. } => {
                Err(KeyError::Kind { expected: "a role" })
            }
        }
    }
}

/// The ARN of an IAM user with its path, of a federated user, or of an account's root.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct UserArn(Principal);

impl UserArn {
    /// The partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.0.partition()
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.0.account()
    }

    /// What mappings are looked up by: the whole ARN, path included.
    #[must_use]
    pub fn key(&self) -> PrincipalKey {
        self.0.key()
    }
}

impl fmt::Display for UserArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for UserArn {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let principal = Principal::from_str(text)?;
        match principal {
            Principal::User { .. } | Principal::FederatedUser { .. } | Principal::Root { .. } => {
                Ok(Self(principal))
            }
            Principal::AssumedRole { .. } | Principal::Ec2Instance { .. } => Err(KeyError::Session),
            Principal::Role { .. } => Err(KeyError::Kind { expected: "a user" }),
        }
    }
}
