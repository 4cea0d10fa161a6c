//! A document compiled for lookups.

use std::collections::HashMap;

use super::{Diagnostic, Document, Entry, Refusal, Section, SsoRole, Template, compile};
use crate::{
    account::AccountId,
    principal::{Principal, PrincipalKey},
};

/// What a principal is mapped to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mapping {
    /// The username.
    pub username: Template,
    /// The groups.
    pub groups: Vec<Template>,
    /// Where the mapping is written.
    pub source: MappingSource,
}

/// Where a mapping is written.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct MappingSource {
    /// The list.
    pub section: Section,
    /// The entry's place in it, from 0.
    pub index: usize,
    /// The entry's line, from 1.
    pub line: usize,
}

/// What a lookup finds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Match<'a> {
    /// An entry about the principal itself.
    Mapping(&'a Mapping),
    /// The principal's account is listed: its canonical ARN is its username, without groups.
    Account(AccountId, MappingSource),
}

/// Whom an entry that may act is about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Mapped<'a> {
    /// A role, a user, a federated user or root.
    Principal(&'a PrincipalKey),
    /// The roles of a permission set.
    SsoRole(&'a SsoRole),
    /// Everybody of an account but its root.
    Account(AccountId),
}

/// The entries of a document that may act, by whom they are about.
///
/// The order is total: an entry of `mapRoles` that names the principal, an `sso` entry whose
/// pattern it matches, an entry of `mapUsers` that names it, its account. Among equal entries of a
/// list the last one wins. Either list may name roles and users.
#[derive(Clone, Debug, Default)]
pub struct Mappings {
    pub(super) roles: HashMap<PrincipalKey, Mapping>,
    pub(super) sso_roles: HashMap<SsoRole, Mapping>,
    pub(super) users: HashMap<PrincipalKey, Mapping>,
    pub(super) accounts: HashMap<AccountId, MappingSource>,
}

impl Mappings {
    /// Compiles `document`, and says which entries are left out, and why, and which ones deserve
    /// a look. An entry that is left out never affects the others.
    #[must_use]
    pub fn compile(document: &Document) -> (Self, Vec<Diagnostic>) {
        compile::compile(document)
    }

    /// Whom `principal` is mapped to, in a time that does not depend on the number of mappings.
    ///
    /// The account root matches an entry that names it, and never its account.
    #[must_use]
    pub fn lookup(&self, principal: &Principal) -> Option<Match<'_>> {
        self.find(Mapped::Principal(&principal.key()))
    }

    /// The entry that decides about all of `mapped`; as [`Self::lookup`] for a principal's key.
    #[must_use]
    pub fn find(&self, mapped: Mapped<'_>) -> Option<Match<'_>> {
        let (mapping, account) = match mapped {
            Mapped::Principal(key) => (
                self.of_principal(key),
                (!key.is_root()).then_some(key.account()),
            ),
            Mapped::SsoRole(role) => (self.sso_roles.get(role), Some(role.account())),
            Mapped::Account(account) => (None, Some(account)),
        };
        mapping.map(Match::Mapping).or_else(|| {
            let (account, source) = self.accounts.get_key_value(&account?)?;
            Some(Match::Account(*account, *source))
        })
    }

    /// Everything that is mapped, and where, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Mapped<'_>, MappingSource)> {
        let principals = self.roles.iter().chain(&self.users);
        let principals = principals.map(|(key, found)| (Mapped::Principal(key), found.source));
        let sso_roles = self.sso_roles.iter();
        let sso_roles = sso_roles.map(|(role, found)| (Mapped::SsoRole(role), found.source));
        let accounts = self.accounts.iter();
        let accounts = accounts.map(|(account, source)| (Mapped::Account(*account), *source));
        principals.chain(sso_roles).chain(accounts)
    }

    /// How many mappings there are, accounts included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.roles.len() + self.sso_roles.len() + self.users.len() + self.accounts.len()
    }

    /// Whether nobody is mapped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether some mapping needs the name of the caller's EC2 instance.
    #[must_use]
    pub fn needs_ec2_private_dns_name(&self) -> bool {
        let mut mappings = self
            .roles
            .values()
            .chain(self.sso_roles.values())
            .chain(self.users.values());
        mappings.any(Mapping::needs_ec2_private_dns_name)
    }

    fn of_principal(&self, key: &PrincipalKey) -> Option<&Mapping> {
        let in_roles = self.roles.get(key).or_else(|| self.sso(key));
        in_roles.or_else(|| self.users.get(key))
    }

    fn sso(&self, key: &PrincipalKey) -> Option<&Mapping> {
        if self.sso_roles.is_empty() {
            return None;
        }
        let name = key.role_name()?;
        self.sso_roles
            .get(&SsoRole::of_role(key.partition(), key.account(), name)?)
    }
}

impl Mapping {
    /// What `entry` maps to, whomever it is about, and what of its names deserves a look.
    ///
    /// # Errors
    /// Why the entry must not act.
    pub fn of(entry: &Entry) -> Result<(Self, Vec<String>), Refusal> {
        compile::mapping(entry)
    }

    /// Whether username or a group contains `{{EC2PrivateDNSName}}`.
    #[must_use]
    pub fn needs_ec2_private_dns_name(&self) -> bool {
        let mut templates = std::iter::once(&self.username).chain(&self.groups);
        templates.any(Template::needs_ec2_private_dns_name)
    }
}
