//! Who a caller is: the ARNs that STS answers with and that mappings name.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::account::AccountId;
use crate::arn::{Arn, Parts};
use crate::partition::Partition;

mod error;
mod key;
mod mapped;
mod name;
mod session;

pub use error::PrincipalError;
pub use key::{KeyError, PrincipalKey};
pub use mapped::{RoleArn, UserArn};
pub use session::{InstanceId, InstanceIdError, SessionName, SessionNameError};

/// An identity of IAM or STS.
///
/// Names are those that IAM allows, in ASCII: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
/// `Display` gives the ARN that was parsed.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Principal {
    /// `arn:P:iam::A:user/[path/]NAME`
    User {
        /// The partition.
        partition: Partition,
        /// The account.
        account: AccountId,
        /// `/`, or `/a/b/`.
        path: Cow<'static, str>,
        /// The name without its path.
        name: String,
    },
    /// `arn:P:iam::A:role/[path/]NAME`
    Role {
        /// The partition.
        partition: Partition,
        /// The account.
        account: AccountId,
        /// `/`, or `/a/b/`.
        path: Cow<'static, str>,
        /// The name without its path.
        name: String,
    },
    /// `arn:P:sts::A:assumed-role/ROLE/SESSION`. STS leaves the role's path out.
    AssumedRole {
        /// The partition.
        partition: Partition,
        /// The account.
        account: AccountId,
        /// The role's name.
        role: String,
        /// What whoever assumed the role called the session.
        session: SessionName,
    },
    /// `arn:P:sts::A:federated-user/NAME`
    FederatedUser {
        /// The partition.
        partition: Partition,
        /// The account.
        account: AccountId,
        /// The name given in `GetFederationToken`.
        name: String,
    },
    /// `arn:P:iam::A:root`
    Root {
        /// The partition.
        partition: Partition,
        /// The account.
        account: AccountId,
    },
    /// `arn:P:sts::A:assumed-role/aws:ec2-instance/i-…`: an instance by its own identity, without
    /// an instance profile.
    Ec2Instance {
        /// The partition.
        partition: Partition,
        /// The account.
        account: AccountId,
        /// The instance.
        instance_id: InstanceId,
    },
}

impl Principal {
    /// The partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        match self {
            Self::User { partition, .. }
            | Self::Role { partition, .. }
            | Self::AssumedRole { partition, .. }
            | Self::FederatedUser { partition, .. }
            | Self::Root { partition, .. }
            | Self::Ec2Instance { partition, .. } => *partition,
        }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        match self {
            Self::User { account, .. }
            | Self::Role { account, .. }
            | Self::AssumedRole { account, .. }
            | Self::FederatedUser { account, .. }
            | Self::Root { account, .. }
            | Self::Ec2Instance { account, .. } => *account,
        }
    }

    /// The session of an assumed role; of an EC2 instance identity, the instance's id.
    #[must_use]
    pub fn session_name(&self) -> Option<&str> {
        match self {
            Self::AssumedRole { session, .. } => Some(session.as_str()),
            Self::Ec2Instance { instance_id, .. } => Some(instance_id.as_str()),
            Self::User { .. }
            | Self::Role { .. }
            | Self::FederatedUser { .. }
            | Self::Root { .. } => None,
        }
    }

    /// The role's name, without a path, of whoever is or has assumed one.
    #[must_use]
    pub fn role_name(&self) -> Option<&str> {
        match self {
            Self::Role { name, .. } => Some(name),
            Self::AssumedRole { role, .. } => Some(role),
            Self::Ec2Instance { .. } => Some(EC2_INSTANCE_ROLE),
            Self::User { .. } | Self::FederatedUser { .. } | Self::Root { .. } => None,
        }
    }

    /// The ARN that mappings go by: `arn:P:iam::A:role/NAME` for a role and its sessions, without
    /// the path, which STS does not know; users keep theirs.
    #[must_use]
    pub fn canonical_arn(&self) -> String {
        let [kind, path, name] = match self {
            Self::User { path, name, .. } => ["user", path, name],
            Self::Role { name: role, .. } | Self::AssumedRole { role, .. } => ["role", "/", role],
            Self::Ec2Instance { .. } => ["role", "/", EC2_INSTANCE_ROLE],
            Self::FederatedUser { .. } | Self::Root { .. } => return self.to_string(),
        };
        let (partition, account) = (self.partition().id(), self.account());
        // Joined, not formatted: the webhook makes one for every token.
        let account = account.as_str();
        ["arn:", partition, ":iam::", account, ":", kind, path, name].concat()
    }

    /// What mappings are looked up by.
    #[must_use]
    pub fn key(&self) -> PrincipalKey {
        PrincipalKey::of(self)
    }

    fn of(arn: &Parts<'_>) -> Result<Self, PrincipalError> {
        if !arn.region.is_empty() {
            return Err(PrincipalError::Region {
                found: arn.region.to_owned(),
            });
        }
        let partition = arn.partition;
        let account = AccountId::from_str(arn.account)?;
        if (arn.service, arn.resource) == ("iam", "root") {
            return Ok(Self::Root { partition, account });
        }
        let unsupported = || PrincipalError::Unsupported {
            service: arn.service.to_owned(),
            resource: arn.resource.to_owned(),
        };
        let (kind, rest) = arn.resource.split_once('/').ok_or_else(unsupported)?;
        match (arn.service, kind) {
            ("iam", "user") => {
                let (path, name) = name::path_and_name(rest)?;
                let name = name::user(name)?;
                Ok(Self::User {
                    partition,
                    account,
                    path,
                    name,
                })
            }
            ("iam", "role") => {
                let (path, name) = name::path_and_name(rest)?;
                let name = name::role(name)?;
                Ok(Self::Role {
                    partition,
                    account,
                    path,
                    name,
                })
            }
            ("sts", "assumed-role") => assumed_role(partition, account, rest),
            ("sts", "federated-user") => {
                let name = name::federated(rest)?;
                Ok(Self::FederatedUser {
                    partition,
                    account,
                    name,
                })
            }
            _ => Err(unsupported()),
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (partition, account) = (self.partition(), self.account());
        match self {
            Self::User { path, name, .. } => {
                write!(f, "arn:{partition}:iam::{account}:user{path}{name}")
            }
            Self::Role { path, name, .. } => {
                write!(f, "arn:{partition}:iam::{account}:role{path}{name}")
            }
            Self::AssumedRole { role, session, .. } => {
                write!(
                    f,
                    "arn:{partition}:sts::{account}:assumed-role/{role}/{session}"
                )
            }
            Self::FederatedUser { name, .. } => {
                write!(f, "arn:{partition}:sts::{account}:federated-user/{name}")
            }
            Self::Root { .. } => write!(f, "arn:{partition}:iam::{account}:root"),
            Self::Ec2Instance { instance_id, .. } => write!(
                f,
                "arn:{partition}:sts::{account}:assumed-role/{EC2_INSTANCE_ROLE}/{instance_id}"
            ),
        }
    }
}

impl FromStr for Principal {
    type Err = PrincipalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::of(&Parts::parse(text)?)
    }
}

impl TryFrom<&Arn> for Principal {
    type Error = PrincipalError;

    fn try_from(arn: &Arn) -> Result<Self, Self::Error> {
        Self::of(&arn.parts())
    }
}

fn assumed_role(
    partition: Partition,
    account: AccountId,
    rest: &str,
) -> Result<Principal, PrincipalError> {
    let parts = rest.split('/').count();
    let (role, session) = rest
        .split_once('/')
        .filter(|_| parts == 2)
        .ok_or(PrincipalError::AssumedRoleParts)?;
    if role == EC2_INSTANCE_ROLE {
        let instance_id = session.parse()?;
        return Ok(Principal::Ec2Instance {
            partition,
            account,
            instance_id,
        });
    }
    let role = name::role(role)?;
    Ok(Principal::AssumedRole {
        partition,
        account,
        role,
        session: session.parse()?,
    })
}

/// The role that AWS names for an instance's own identity; nobody can make a role of this name.
const EC2_INSTANCE_ROLE: &str = "aws:ec2-instance";

#[cfg(test)]
mod tests;
