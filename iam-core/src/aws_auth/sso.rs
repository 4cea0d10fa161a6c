//! Roles that IAM Identity Center makes for permission sets.

use std::{fmt, str::FromStr as _};

use super::Identity;
use crate::{account::AccountId, partition::Partition};

/// All roles of one permission set in one account: `AWSReservedSSO_NAME_` and sixteen hexadecimal
/// digits, which change when the permission set is provisioned anew.
///
/// A name that merely begins alike (`Admin` and `Admin_Extra`) is another permission set. Names
/// are compared in ASCII lower case, as IAM compares role names.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SsoRole {
    partition: Partition,
    account: AccountId,
    permission_set_name: Box<str>,
}

impl SsoRole {
    /// The pattern that an `sso:` entry stands for; `None` for other entries, and for parts that
    /// are no account, partition or name.
    #[must_use]
    pub fn of_identity(identity: &Identity) -> Option<Self> {
        let Identity::Sso {
            permission_set_name,
            account_id,
            partition,
        } = identity
        else {
            return None;
        };
        let partition = partition.as_deref().unwrap_or(Partition::Aws.id());
        is_permission_set_name(permission_set_name).then_some(())?;
        Some(Self {
            partition: Partition::from_str(partition).ok()?,
            account: AccountId::from_str(account_id).ok()?,
            permission_set_name: permission_set_name.to_ascii_lowercase().into(),
        })
    }

    /// The pattern that a role matches, by its name without a path.
    #[must_use]
    pub fn of_role(partition: Partition, account: AccountId, name: &str) -> Option<Self> {
        let folded = name.to_ascii_lowercase();
        let (permission_set_name, suffix) = folded.strip_prefix(PREFIX)?.rsplit_once('_')?;
        let is_suffix = suffix.len() == 16 && suffix.bytes().all(|b| b.is_ascii_hexdigit());
        (is_suffix && is_permission_set_name(permission_set_name)).then(|| Self {
            partition,
            account,
            permission_set_name: permission_set_name.into(),
        })
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }
}

impl fmt::Display for SsoRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            account,
            permission_set_name,
        } = self;
        write!(
            f,
            "arn:{partition}:iam::{account}:role/{PREFIX}{permission_set_name}_*"
        )
    }
}

/// One to 32 letters, digits and `_ + = , . @ -`:
/// <https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PermissionSet.html>
pub(super) fn is_permission_set_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    (1..=32).contains(&name.len()) && name.bytes().all(is_allowed)
}

const PREFIX: &str = "awsreservedsso_";
