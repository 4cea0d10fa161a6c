//! Entries that go by the unique ids of users and roles: `server.dynamicfileUserIDStrict`.

use std::collections::HashMap;
use std::sync::Arc;

use iam_core::aws_auth::{
    self, Diagnostic, Entry, Identity, Mapped, Mapping, Refusal, Section, Severity, SsoRole,
    mapped_principal,
};
use iam_core::principal::PrincipalKey;

use super::document::Document;
use super::dynamic_file::json::{DynamicDocument, DynamicEntry};
use super::snapshot::{Hit, Names};
use super::sought::Sought;
use crate::config::BackendMode;

/// The entries of a file by unique id, and the accounts beside them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct UserIdTable {
    roles: Arc<HashMap<Box<str>, IdEntry>>,
    users: Arc<HashMap<Box<str>, IdEntry>>,
    /// The accounts, and what is wrong with all of the file.
    document: Document,
}

/// An entry, and whom its id must belong to.
#[derive(Debug)]
struct IdEntry {
    whom: Whom,
    mapping: Mapping,
}

/// Whom an id must belong to.
#[derive(Debug)]
enum Whom {
    /// Anybody: the entry has no ARN.
    Anybody,
    /// The principal of the ARN.
    Principal(PrincipalKey),
    /// A role of the permission set.
    SsoRole(SsoRole),
}

impl UserIdTable {
    /// What was read at `origin`.
    pub(super) fn compile(origin: &str, read: &DynamicDocument) -> Self {
        let (mut roles, mut users) = (HashMap::new(), HashMap::new());
        let mut diagnostics = read.diagnostics.clone();
        for DynamicEntry { entry, user_id } in &read.entries {
            let table = match entry.section {
                Section::MapRoles => &mut roles,
                Section::MapUsers | Section::MapAccounts => &mut users,
            };
            match id_entry(entry, user_id) {
                Ok((found, warnings)) => {
                    let replaced: Option<IdEntry> = table.insert(user_id.as_str().into(), found);
                    let warnings = warnings.into_iter().chain(replaced.as_ref().map(replaces));
                    diagnostics.extend(warnings.map(|message| warning(entry, message)));
                }
                Err(refusal) => diagnostics.push(left_out(entry, refusal)),
            }
        }
        let accounts = read.accounts.clone();
        let rest = aws_auth::Document::from_parts(accounts, diagnostics, Vec::new());
        Self {
            roles: Arc::new(roles),
            users: Arc::new(users),
            document: Document::compile_with(origin, &rest, &read.remarks),
        }
    }

    /// What the file says of a caller: the role's entry with its id, else the user's, if the
    /// entry's ARN is the caller's as well; else its account.
    pub(super) fn lookup(&self, mode: BackendMode, sought: &Sought<'_>) -> Option<Hit<'_>> {
        let id = sought.principal_id();
        let with_id = self.roles.get(id).or_else(|| self.users.get(id));
        match with_id.filter(|entry| entry.whom.is(sought.key())) {
            Some(entry) => Some(Hit {
                mode,
                names: Some(Names::of(&entry.mapping)),
                place: self.document.place(mode, entry.mapping.source),
            }),
            None => self.document.find(mode, Mapped::Principal(sought.key())),
        }
    }

    /// The accounts, and what is wrong with all of the file.
    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    /// How many mappings act.
    pub(super) fn len(&self) -> usize {
        self.roles.len() + self.users.len() + self.document.mappings().len()
    }
}

impl Whom {
    fn is(&self, key: &PrincipalKey) -> bool {
        match self {
            Self::Anybody => true,
            Self::Principal(expected) => expected == key,
            Self::SsoRole(expected) => key.role_name().is_some_and(|name| {
                SsoRole::of_role(key.partition(), key.account(), name).as_ref() == Some(expected)
            }),
        }
    }
}

fn id_entry(entry: &Entry, user_id: &str) -> Result<(IdEntry, Vec<String>), Refusal> {
    if user_id.is_empty() {
        return Err(Refusal {
            message: "the entry has no userid, by which this file's entries are matched".to_owned(),
            hint: Some("add the unique id: AROA… of a role, AIDA… of a user".to_owned()),
        });
    }
    let whom = match &entry.identity {
        Identity::Role { arn } | Identity::User { arn } if arn.is_empty() => Whom::Anybody,
        // By unique ids aws-iam-authenticator, too, leaves the path of a role out.
        Identity::Role { arn } | Identity::User { arn } => {
            Whom::Principal(mapped_principal(arn)?.0)
        }
        Identity::Sso { .. } | Identity::Account { .. } => Whom::SsoRole(
            SsoRole::of_identity(&entry.identity).ok_or_else(|| Refusal {
                message: "the sso block names no permission set of an account".to_owned(),
                hint: None,
            })?,
        ),
    };
    let (mapping, mut warnings) = Mapping::of(entry)?;
    if let Some((role_id, _)) = user_id
        .split_once(':')
        .filter(|_| user_id.starts_with(ROLE))
    {
        warnings.push(format!(
            "the userid holds a session and matches nobody: write {role_id}"
        ));
    }
    Ok((IdEntry { whom, mapping }, warnings))
}

fn replaces(replaced: &IdEntry) -> String {
    let line = replaced.mapping.source.line;
    format!("the entry on line {line} has the same userid: this one replaces it")
}

fn warning(entry: &Entry, message: String) -> Diagnostic {
    Diagnostic {
        code: "",
        severity: Severity::Warning,
        section: entry.section,
        index: Some(entry.index),
        position: entry.position,
        message,
        hint: None,
    }
}

fn left_out(entry: &Entry, refusal: Refusal) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        hint: refusal.hint,
        ..warning(entry, format!("{}: the entry is left out", refusal.message))
    }
}

/// Unique ids of roles begin so.
const ROLE: &str = "AROA";
