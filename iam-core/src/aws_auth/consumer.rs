//! Lookups as aws-iam-authenticator makes them.
//!
//! [`Mappings`](super::Mappings) is what a careful server does with a document; this is what the
//! real consumer does with it, faults included: it compares ARNs as they are written, keeps
//! entries without a username, and leaves some choices to chance.

use std::collections::{HashMap, HashSet};

use super::{Document, Entry, Identity, Section};
use crate::account::AccountId;
use crate::principal::Principal;

/// Whether `sso` entries match at all: the consumer's feature gate `SSORoleMatch`, which is off
/// unless somebody turns it on. EKS does not.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SsoRoleMatch {
    /// They match nobody.
    #[default]
    Off,
    /// They match the roles of their permission set.
    On,
}

/// A document as the consumer holds it.
#[derive(Clone, Debug)]
pub struct Consumer<'a> {
    roles: HashMap<String, Vec<&'a Entry>>,
    sso_roles: Vec<(String, &'a Entry)>,
    users: HashMap<String, Vec<&'a Entry>>,
    accounts: HashMap<&'a str, &'a Entry>,
    overridden: HashSet<(Section, usize)>,
}

/// What the consumer finds for a caller.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome<'a> {
    /// Entries that name the caller, never none. Of several one acts, by chance.
    Entries(Vec<&'a Entry>),
    /// The caller's account is listed: its canonical ARN is its username.
    Account(&'a Entry),
    /// Nothing.
    Unmapped,
}

impl<'a> Consumer<'a> {
    /// Holds `document` as the consumer does: of entries with one key the last stays.
    #[must_use]
    pub fn new(document: &'a Document, sso_role_match: SsoRoleMatch) -> Self {
        let mut overridden = HashSet::new();
        let kept_roles = kept(document, Section::MapRoles, &mut overridden);
        let mut roles = HashMap::<String, Vec<_>>::with_capacity(kept_roles.len());
        let mut sso_roles = Vec::new();
        for (key, entry) in kept_roles {
            match &entry.identity {
                Identity::Sso { .. } if sso_role_match == SsoRoleMatch::On => {
                    // Without the wildcard it ends with.
                    let prefix = key.strip_suffix('*').unwrap_or(&key).to_owned();
                    sso_roles.push((prefix, entry));
                }
                Identity::Sso { .. } => {}
                Identity::Role { arn } | Identity::User { arn } | Identity::Account { id: arn } => {
                    roles.entry(fold(arn)).or_default().push(entry);
                }
            }
        }
        let kept_users = kept(document, Section::MapUsers, &mut overridden);
        let mut users = HashMap::<String, Vec<_>>::with_capacity(kept_users.len());
        for (key, entry) in kept_users {
            users.entry(fold(&key)).or_default().push(entry);
        }
        let accounts = kept(document, Section::MapAccounts, &mut overridden);
        let accounts = accounts
            .into_iter()
            .filter_map(|(_, entry)| match &entry.identity {
                Identity::Account { id } => Some((id.as_str(), entry)),
                Identity::Role { .. } | Identity::Sso { .. } | Identity::User { .. } => None,
            });
        Self {
            roles,
            sso_roles,
            users,
            accounts: accounts.collect(),
            overridden,
        }
    }

    /// Whom the consumer takes `principal` for.
    #[must_use]
    pub fn lookup(&self, principal: &Principal) -> Outcome<'a> {
        self.lookup_canonical(&canonical_arn(principal))
    }

    /// The entries that a later one with the same key replaces.
    #[must_use]
    pub fn is_overridden(&self, entry: &Entry) -> bool {
        self.overridden.contains(&(entry.section, entry.index))
    }

    /// Whether some caller could get the entry.
    #[must_use]
    pub fn is_effective(&self, entry: &Entry) -> bool {
        let is_it = |found: &Entry| (found.section, found.index) == (entry.section, entry.index);
        if self.is_overridden(entry) {
            return false;
        }
        match &entry.identity {
            Identity::Account { id } => id.parse::<AccountId>().is_ok(),
            Identity::Sso { partition, .. } => {
                partition.is_none() && self.sso_roles.iter().any(|(_, found)| is_it(found))
            }
            Identity::Role { arn } | Identity::User { arn } => {
                let principal = arn.to_ascii_lowercase().parse::<Principal>();
                principal.is_ok_and(|principal| {
                    let canonical = principal.canonical_arn();
                    canonical.eq_ignore_ascii_case(arn) && self.naming(&canonical).any(is_it)
                })
            }
        }
    }

    /// Whom the consumer takes a caller for, by the ARN that it looks up.
    #[must_use]
    pub fn lookup_canonical(&self, canonical: &str) -> Outcome<'a> {
        let mut found: Vec<&Entry> = self.naming(canonical).collect();
        if !found.is_empty() {
            found.sort_by_key(|entry| entry.index);
            return Outcome::Entries(found);
        }
        let account = canonical.split(':').nth(4).unwrap_or_default();
        let listed = self.accounts.get(account).copied();
        listed.map_or(Outcome::Unmapped, Outcome::Account)
    }

    /// The entries that name a caller: those of users where none of roles does.
    fn naming(&self, canonical: &str) -> impl Iterator<Item = &'a Entry> {
        let folded = fold(canonical);
        let roles = self.roles.get(&folded).into_iter().flatten().copied();
        let users = self.users.get(&folded).into_iter().flatten().copied();
        let sso_roles = self.sso_roles.iter();
        let sso_roles = sso_roles
            .filter(move |(prefix, _)| folded.starts_with(prefix.as_str()))
            .map(|(_, entry)| *entry);
        let mut in_roles = roles.chain(sso_roles).peekable();
        let has_role = in_roles.peek().is_some();
        in_roles.chain(users.filter(move |_| !has_role))
    }
}

/// The ARN that the consumer looks for. Unlike [`Principal::canonical_arn`] it keeps the path of a
/// role, which no answer of STS has.
fn canonical_arn(principal: &Principal) -> String {
    match principal {
        Principal::Role { .. } => principal.to_string(),
        Principal::User { .. }
        | Principal::AssumedRole { .. }
        | Principal::FederatedUser { .. }
        | Principal::Root { .. }
        | Principal::Ec2Instance { .. } => principal.canonical_arn(),
    }
}

/// The entries of a section by their keys, the last of each key, in the order of the text.
fn kept<'a>(
    document: &'a Document,
    section: Section,
    overridden: &mut HashSet<(Section, usize)>,
) -> Vec<(String, &'a Entry)> {
    let entries = document.section(section);
    let mut kept: Vec<(String, &Entry)> = entries.map(|entry| (key(entry), entry)).collect();
    let mut last = HashMap::with_capacity(kept.len());
    for (key, entry) in &kept {
        if let Some(earlier) = last.insert(key.as_str(), entry.index) {
            overridden.insert((section, earlier));
        }
    }
    kept.retain(|(_, entry)| !overridden.contains(&(section, entry.index)));
    kept
}

/// What the consumer's maps go by: role ARNs in lower case, everything else as it is written.
fn key(entry: &Entry) -> String {
    match &entry.identity {
        Identity::Role { arn } => arn.to_lowercase(),
        Identity::User { arn } => arn.clone(),
        Identity::Account { id } => id.clone(),
        Identity::Sso {
            permission_set_name,
            account_id,
            partition,
        } => {
            // A partition that is given gets lost on the way into the pattern.
            let partition = if partition.is_some() { "" } else { "aws" };
            let role = format!("awsreservedsso_{permission_set_name}_*");
            format!("arn:{partition}:iam::{account_id}:role/{role}").to_lowercase()
        }
    }
}

/// Go's `strings.EqualFold`, for the comparison with ASCII: the Kelvin sign and the long s are
/// letters of it.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let fold = |character: char| match character {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        other => other.to_ascii_lowercase(),
    };
    text.chars().map(fold).collect()
}
