//! An entry as its consumer takes it.

use iam_core::aws_auth::{Entry, Identity};
use serde_json::{Map, Value, json};

use crate::digest::{Digest, digest};
use crate::key::Key;

/// Whom an entry is about and what it gives, as written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Meaning {
    /// Whom it is about.
    pub identity: Identity,
    /// The username template; empty for an account.
    pub username: String,
    /// The group templates; none for an account.
    pub groups: Vec<String>,
}

impl Meaning {
    /// What it is known by.
    #[must_use]
    pub fn key(&self) -> Key {
        Key::of(&self.identity)
    }

    /// What people and scripts call it: the ARN of a role without its path and in lower case, all
    /// else as written.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.identity {
            Identity::Role { .. } => self.key().as_str().to_owned(),
            Identity::User { .. } | Identity::Sso { .. } | Identity::Account { .. } => {
                self.identity.to_string()
            }
        }
    }

    /// Whether the consumer takes both alike: the order of groups has no meaning.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.names_the_same(other)
            && self.username == other.username
            && self.gives_the_same_groups(other)
    }

    /// Whether the consumer looks both up by the same text, path and partition included.
    #[must_use]
    pub fn names_the_same(&self, other: &Self) -> bool {
        self.identity == other.identity || self.who() == other.who()
    }

    /// Whether both give the same groups.
    #[must_use]
    pub fn gives_the_same_groups(&self, other: &Self) -> bool {
        let lengths = self.groups.len().max(other.groups.len());
        self.groups == other.groups || (lengths > 1 && self.set() == other.set())
    }

    /// Whether it gives a group.
    #[must_use]
    pub fn gives(&self, group: &str) -> bool {
        self.groups.iter().any(|found| found == group)
    }

    /// What a record knows the values by; equal for entries that are the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let who = self.who();
        let texts = [who.as_str(), self.username.as_str()];
        digest(texts.into_iter().chain(self.set()))
    }

    /// The entry for scripts, with the keys of aws-auth.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut members = Map::new();
        let mut put = |key: &str, value: Value| members.insert(key.to_owned(), value);
        match &self.identity {
            Identity::Account { id } => return json!({"account": id}),
            Identity::Role { arn } => put("rolearn", json!(arn)),
            Identity::User { arn } => put("userarn", json!(arn)),
            Identity::Sso {
                permission_set_name,
                account_id,
                partition,
            } => {
                let name = json!(permission_set_name);
                let mut sso = json!({"permissionSetName": name, "accountID": account_id});
                if let (Some(sso), Some(partition)) = (sso.as_object_mut(), partition) {
                    sso.insert("partition".to_owned(), json!(partition));
                }
                put("sso", sso)
            }
        };
        put("username", json!(self.username));
        put("groups", json!(self.groups));
        Value::Object(members)
    }

    fn who(&self) -> String {
        match &self.identity {
            Identity::Role { arn } | Identity::User { arn } => arn.to_lowercase(),
            Identity::Account { id } => id.clone(),
            // To the consumer a partition that is given is another one than none.
            Identity::Sso { partition, .. } => {
                let partition = partition.as_deref().unwrap_or_default();
                format!("{partition} {}", self.identity).to_lowercase()
            }
        }
    }

    /// The groups without their order, each once.
    fn set(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }
}

impl PartialEq<Entry> for Meaning {
    fn eq(&self, entry: &Entry) -> bool {
        let Self {
            identity,
            username,
            groups,
        } = self;
        (identity, username, groups) == (&entry.identity, &entry.username, &entry.groups)
    }
}

impl From<&Entry> for Meaning {
    fn from(entry: &Entry) -> Self {
        Self {
            identity: entry.identity.clone(),
            username: entry.username.clone(),
            groups: entry.groups.clone(),
        }
    }
}

impl From<Entry> for Meaning {
    fn from(entry: Entry) -> Self {
        Self {
            identity: entry.identity,
            username: entry.username,
            groups: entry.groups,
        }
    }
}

/// Entries for tests.
#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// An entry about a role.
    pub(crate) fn role(arn: &str, username: &str, groups: &[&str]) -> Meaning {
        Meaning {
            identity: Identity::Role { arn: arn.into() },
            username: username.into(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::role;

    #[test]
    fn entries_are_the_same_where_the_consumer_takes_them_alike() {
        let dev = role("arn:aws:iam::111122223333:role/dev", "d", &["a", "b"]);
        let table = [
            (
                role("arn:aws:iam::111122223333:role/DEV", "d", &["b", "a", "a"]),
                true,
            ),
            (
                role("arn:aws:iam::111122223333:role/x/dev", "d", &["a", "b"]),
                false,
            ),
            (
                role("arn:aws:iam::111122223333:role/dev", "D", &["a", "b"]),
                false,
            ),
            (
                role("arn:aws:iam::111122223333:role/dev", "d", &["a"]),
                false,
            ),
            (
                role("arn:aws:iam::111122223333:role/dev", "d", &["a", "b", ""]),
                false,
            ),
        ];
        for (other, expected) in table {
            assert_eq!(dev.is_same(&other), expected, "{other:?}");
            assert_eq!(dev.digest() == other.digest(), expected, "{other:?}");
        }
    }
}
