//! Which entries may act, and which ones deserve a look.

mod names;

use std::collections::{HashMap, hash_map};

use super::{
    Diagnostic, Document, Entry, Identity, Mapping, MappingSource, Mappings, Section, Severity,
    SsoRole,
};
use crate::{
    account::AccountId,
    principal::{KeyError, PrincipalKey},
};

pub(crate) use names::name_template;

/// See [`Mappings::compile`].
pub(super) fn compile(document: &Document) -> (Mappings, Vec<Diagnostic>) {
    let mut compiler = Compiler::default();
    // Most often the entries are roles, and all of them act.
    let roles = document.section(Section::MapRoles).count();
    compiler.mappings.roles.reserve(roles);
    for entry in &document.entries {
        match compiler.entry(entry) {
            Ok(()) => {}
            Err(Refusal { message, hint }) => {
                let message = format!("{message}: the entry is left out");
                let diagnostic = remark(Severity::Error, entry, message);
                compiler.diagnostics.push(Diagnostic { hint, ..diagnostic });
            }
        }
    }
    (compiler.mappings, compiler.diagnostics)
}

#[derive(Default)]
struct Compiler {
    mappings: Mappings,
    diagnostics: Vec<Diagnostic>,
}

/// Why an entry must not act.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The reason, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Refusal {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}

impl Compiler {
    fn entry(&mut self, entry: &Entry) -> Result<(), Refusal> {
        match &entry.identity {
            Identity::Account { id } => self.account(entry, id),
            Identity::Sso { .. } => self.sso_role(entry),
            Identity::Role { arn } | Identity::User { arn } => self.principal(entry, arn),
        }
    }

    fn account(&mut self, entry: &Entry, id: &str) -> Result<(), Refusal> {
        let account: AccountId = id.parse().map_err(|error| {
            let hint = "write the account number in quotes, leading zeros included";
            Refusal::with_hint(format!("{error}"), hint)
        })?;
        self.mappings.accounts.insert(account, source(entry));
        Ok(())
    }

    fn sso_role(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let role = SsoRole::of_identity(&entry.identity)
            .ok_or_else(|| Refusal::new("the sso block names no permission set of an account"))?;
        let mapping = self.mapping(entry)?;
        if let Identity::Sso {
            partition: Some(_), ..
        } = entry.identity
        {
            let message = "aws-iam-authenticator matches nobody by an sso block with a partition";
            self.warn(entry, message.to_owned());
        }
        let overridden = insert(&mut self.mappings.sso_roles, role, mapping);
        self.warn_of_overridden(entry, overridden);
        Ok(())
    }

    fn principal(&mut self, entry: &Entry, arn: &str) -> Result<(), Refusal> {
        let (key, remark) = mapped_principal(arn)?;
        let mapping = self.mapping(entry)?;
        if let Some(remark) = remark {
            self.warn(entry, remark.to_owned());
        }
        self.warn_of_list(entry, &key);
        if let Some(role) = self.mappings.roles.get(&key)
            && entry.section == Section::MapUsers
        {
            let line = role.source.line;
            let message = format!("mapRoles, line {line}, names the same principal and wins");
            self.warn(entry, message);
        }
        let map = match entry.section {
            Section::MapRoles => &mut self.mappings.roles,
            Section::MapUsers | Section::MapAccounts => &mut self.mappings.users,
        };
        let overridden = insert(map, key, mapping);
        self.warn_of_overridden(entry, overridden);
        Ok(())
    }

    /// The templates of an entry, if every name in it is acceptable.
    fn mapping(&mut self, entry: &Entry) -> Result<Mapping, Refusal> {
        let (mapping, warnings) = mapping(entry)?;
        for message in warnings {
            self.warn(entry, message);
        }
        Ok(mapping)
    }

    fn warn_of_list(&mut self, entry: &Entry, key: &PrincipalKey) {
        let is_role = key.role_name().is_some();
        if is_role != (entry.section == Section::MapRoles) {
            let (found, home) = if is_role {
                ("role", "mapRoles")
            } else {
                ("user", "mapUsers")
            };
            self.warn(
                entry,
                format!("a {found} works here, but belongs into {home}"),
            );
        }
    }

    fn warn_of_overridden(&mut self, entry: &Entry, overridden: Option<MappingSource>) {
        if let Some(MappingSource { line, .. }) = overridden {
            let message =
                format!("the entry on line {line} names the same principal: this one replaces it");
            self.warn(entry, message);
        }
    }

    fn warn(&mut self, entry: &Entry, message: String) {
        self.diagnostics
            .push(remark(Severity::Warning, entry, message));
    }
}

/// See [`Mapping::of`].
pub(super) fn mapping(entry: &Entry) -> Result<(Mapping, Vec<String>), Refusal> {
    let names = names::check(entry)?;
    let mapping = Mapping {
        username: names.username,
        groups: names.groups,
        source: source(entry),
    };
    Ok((mapping, names.warnings))
}

fn source(entry: &Entry) -> MappingSource {
    MappingSource {
        section: entry.section,
        index: entry.index,
        line: entry.position.line,
    }
}

fn remark(severity: Severity, entry: &Entry, message: String) -> Diagnostic {
    Diagnostic::new(severity, entry.section, entry.position, message).at_index(entry.index)
}

/// Where the mapping that is replaced stands.
fn insert<K: Eq + std::hash::Hash>(
    map: &mut HashMap<K, Mapping>,
    key: K,
    mapping: Mapping,
) -> Option<MappingSource> {
    match map.entry(key) {
        hash_map::Entry::Occupied(mut entry) => Some(entry.insert(mapping).source),
        hash_map::Entry::Vacant(entry) => {
            entry.insert(mapping);
            None
        }
    }
}

/// Whom a mapping by this ARN is about, and what is to be said of an ARN that works although EKS
/// and aws-iam-authenticator would match nobody by it.
///
/// # Errors
/// The ARN can match nobody.
pub fn mapped_principal(arn: &str) -> Result<(PrincipalKey, Option<&'static str>), Refusal> {
    let key = PrincipalKey::of_mapped_arn(arn).map_err(|error| unmatchable(arn, &error))?;
    // A role's name has no slash; its ARN has one before the name, and more in a path.
    let has_path = key.role_name().is_some() && arn.matches('/').count() > 1;
    Ok((key, has_path.then_some(PATH)))
}

fn unmatchable(arn: &str, error: &KeyError) -> Refusal {
    let message = format!("the ARN can match nobody: {error}");
    match role_of_session(arn) {
        Some(role) => Refusal::with_hint(message, format!("write {role}")),
        None => Refusal::new(message),
    }
}

/// The role ARN to write instead of a session's.
fn role_of_session(arn: &str) -> Option<String> {
    let principal: crate::principal::Principal = arn.parse().ok()?;
    principal.session_name()?;
    Some(principal.canonical_arn())
}

const PATH: &str = "the role ARN has a path, which callers' ARNs never show: the role is matched by \
                    its name (EKS and aws-iam-authenticator would never match it)";
