//! A document compiled for lookups.

use std::collections::{HashMap, HashSet};

use super::{Diagnostic, Document, Section, SsoRole, Template, compile};
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
    pub(super) accounts: HashSet<AccountId>,
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
        let key = principal.key();
        self.roles
            .get(&key)
            .or_else(|| self.sso(principal))
            .or_else(|| self.users.get(&key))
            .map(Match::Mapping)
            .or_else(|| self.account(principal).map(Match::Account))
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

    fn sso(&self, principal: &Principal) -> Option<&Mapping> {
        if self.sso_roles.is_empty() {
            return None;
        }
        let name = principal.role_name()?;
        self.sso_roles.get(&SsoRole::of_role(
            principal.partition(),
            principal.account(),
            name,
        )?)
    }

    fn account(&self, principal: &Principal) -> Option<AccountId> {
        let account = principal.account();
        let is_root = matches!(principal, Principal::Root { .. });
        (!is_root && self.accounts.contains(&account)).then_some(account)
    }
}

impl Mapping {
    /// Whether username or a group contains `{{EC2PrivateDNSName}}`.
    #[must_use]
    pub fn needs_ec2_private_dns_name(&self) -> bool {
        let mut templates = std::iter::once(&self.username).chain(&self.groups);
        templates.any(Template::needs_ec2_private_dns_name)
    }
}
