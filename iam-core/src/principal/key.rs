//! What mappings are looked up by.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{Principal, PrincipalError};
use crate::account::AccountId;
use crate::partition::Partition;

/// The one lookup key of principals: path-free for roles, in ASCII lower case.
///
/// IAM's names are unique within an account regardless of case, and a role's also regardless of
/// its path. Case folding is that of ASCII alone: `K` (U+212A) is not `k`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PrincipalKey {
    account: AccountId,
    partition: Partition,
    kind: Kind,
    // `NAME` of a role or federated user, `path/NAME` of a user, empty for root.
    name: Box<str>,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Kind {
    User,
    Role,
    FederatedUser,
    Root,
}

impl PrincipalKey {
    /// The key of a mapping that may name any kind of principal, as either list of aws-auth may.
    ///
    /// # Errors
    /// When the text is no ARN of a user, role, federated user or root; an assumed role is none,
    /// since sessions are mapped by their role.
    pub fn of_mapped_arn(text: &str) -> Result<Self, KeyError> {
        let is_folded = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let principal = if is_folded {
            Principal::from_str(text)
        } else {
            Principal::from_str(&text.to_ascii_lowercase())
        }?;
        match principal {
            Principal::AssumedRole { .. } | Principal::Ec2Instance { .. } => Err(KeyError::Session),
            Principal::User { .. }
            | Principal::Role { .. }
            | Principal::FederatedUser { .. }
            | Principal::Root { .. } => Ok(Self::of(&principal)),
        }
    }

    /// The key of a role's mapping; a path is dropped ([`super::RoleArn::has_path`] tells).
    ///
    /// # Errors
    /// When the text is no ARN of a role.
    pub fn of_role_arn(text: &str) -> Result<Self, KeyError> {
        Self::of_mapped_arn(text)?.only_if("a role", |kind| match kind {
            Kind::Role => true,
            Kind::User | Kind::FederatedUser | Kind::Root => false,
        })
    }

    /// The key of a user's mapping: a user with its path, a federated user, or root.
    ///
    /// # Errors
    /// When the text is no ARN of one of them.
    pub fn of_user_arn(text: &str) -> Result<Self, KeyError> {
        Self::of_mapped_arn(text)?.only_if("a user", |kind| match kind {
            Kind::User | Kind::FederatedUser | Kind::Root => true,
            Kind::Role => false,
        })
    }

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

    /// Whether this is the account's root, which no mapping of a whole account covers.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.kind == Kind::Root
    }

    /// The role's name in lower case, where this is a role.
    #[must_use]
    pub fn role_name(&self) -> Option<&str> {
        (self.kind == Kind::Role).then_some(&*self.name)
    }

    pub(super) fn of(principal: &Principal) -> Self {
        let (kind, mut name) = match principal {
            Principal::User { path, name, .. } => (
                Kind::User,
                [path.strip_prefix('/').unwrap_or(path), name].concat(),
            ),
            Principal::Role { name, .. } => (Kind::Role, name.clone()),
            Principal::AssumedRole { role, .. } => (Kind::Role, role.clone()),
            Principal::FederatedUser { name, .. } => (Kind::FederatedUser, name.clone()),
            Principal::Root { .. } => (Kind::Root, String::new()),
            Principal::Ec2Instance { .. } => (Kind::Role, super::EC2_INSTANCE_ROLE.to_owned()),
        };
        name.make_ascii_lowercase();
        let (account, partition) = (principal.account(), principal.partition());
        Self {
            account,
            partition,
            kind,
            name: name.into_boxed_str(),
        }
    }

    /// The canonical ARN in lower case, as it is displayed.
    #[must_use]
    pub fn arn(&self) -> String {
        let (service, kind) = match self.kind {
            Kind::User => ("iam", "user/"),
            Kind::Role => ("iam", "role/"),
            Kind::FederatedUser => ("sts", "federated-user/"),
            Kind::Root => ("iam", "root"),
        };
        let (partition, account) = (self.partition.id(), self.account.as_str());
        let parts = ["arn:", partition, ":", service, "::", account, ":", kind];
        let mut arn = String::with_capacity(2 * parts.len() + self.name.len() + 40);
        arn.extend(parts);
        arn.push_str(&self.name);
        arn
    }

    fn only_if(self, expected: &'static str, fits: fn(Kind) -> bool) -> Result<Self, KeyError> {
        if fits(self.kind) {
            Ok(self)
        } else {
            Err(KeyError::Kind { expected })
        }
    }
}

impl fmt::Display for PrincipalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn())
    }
}

/// The ARN cannot be what a mapping goes by.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum KeyError {
    /// Not a principal at all.
    #[error(transparent)]
    Principal(#[from] PrincipalError),
    /// The ARN of one session.
    #[error(
        "an assumed-role ARN matches nobody: sessions are mapped by their role, arn:…:iam::ACCOUNT:role/NAME"
    )]
    Session,
    /// A principal of the other kind.
    #[error("the ARN is not that of {expected}")]
    Kind {
        /// What it had to be.
        expected: &'static str,
    },
}
