//! Entries as the consumer keeps them.

use std::fmt;

use crate::yaml::Position;

/// A list of an aws-auth document.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Section {
    /// `mapRoles`
    MapRoles,
    /// `mapUsers`
    MapUsers,
    /// `mapAccounts`
    MapAccounts,
}

impl Section {
    /// All sections, in the order in which they are looked through.
    pub const ALL: [Self; 3] = [Self::MapRoles, Self::MapUsers, Self::MapAccounts];

    /// The key of the ConfigMap, in its one spelling.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::MapRoles => "mapRoles",
            Self::MapUsers => "mapUsers",
            Self::MapAccounts => "mapAccounts",
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// An entry that the consumer keeps, with the values that it sees.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The list it stands in.
    pub section: Section,
    /// Its place in the list as written, from 0; dropped items count.
    pub index: usize,
    /// Where it stands: the whole item, without its `- `.
    pub position: Position,
    /// Whom it is about.
    pub identity: Identity,
    /// The username template; empty when there is none or it is no text.
    pub username: String,
    /// The group templates; an item that is no text is empty.
    pub groups: Vec<String>,
    /// Where the parts stand.
    pub fields: Fields,
}

/// Whom an entry is about, as written.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Identity {
    /// `rolearn`
    Role {
        /// The ARN, unchecked.
        arn: String,
    },
    /// `sso`: all roles that IAM Identity Center makes for a permission set in an account.
    Sso {
        /// `permissionSetName`, checked.
        permission_set_name: String,
        /// `accountID`, twelve digits.
        account_id: String,
        /// `partition`, when given: a known one.
        partition: Option<String>,
    },
    /// `userarn`
    User {
        /// The ARN, unchecked.
        arn: String,
    },
    /// An item of `mapAccounts`.
    Account {
        /// The item's text, unchecked.
        id: String,
    },
}

impl Identity {
    /// The list that an entry about it belongs to.
    #[must_use]
    pub const fn section(&self) -> Section {
        match self {
            Self::Role { .. } | Self::Sso { .. } => Section::MapRoles,
            Self::User { .. } => Section::MapUsers,
            Self::Account { .. } => Section::MapAccounts,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role { arn } | Self::User { arn } => f.write_str(arn),
            Self::Account { id } => f.write_str(id),
            Self::Sso {
                permission_set_name,
                account_id,
                partition,
            } => {
                let partition = partition.as_deref().unwrap_or("aws");
                write!(
                    f,
                    "arn:{partition}:iam::{account_id}:role/AWSReservedSSO_{permission_set_name}_*"
                )
            }
        }
    }
}

/// Where the parts of an entry stand; parts that come in by a merge (`<<`) stand outside of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fields {
    /// `rolearn`, `sso` or `userarn`; of an account none.
    pub identity: Option<Field>,
    /// `username`
    pub username: Option<Field>,
    /// `groups`
    pub groups: Option<Field>,
    /// The items of `groups`, as many as [`Entry::groups`] has.
    pub group_items: Vec<Position>,
    /// `userid`, which the consumer ignores.
    pub userid: Option<Field>,
}

/// Where a key and its value stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Field {
    /// The key.
    pub key: Position,
    /// The value.
    pub value: Position,
}
