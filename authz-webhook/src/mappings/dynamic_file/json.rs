//! The JSON of `server.dynamicfilepath`, read as Go's `encoding/json` reads it for
//! aws-iam-authenticator: keys in any case, unknown ones without effect, null as if absent.
//!
//! A value of the wrong kind, at which Go refuses the file, costs its entry here.

mod object;

use iam_core::aws_auth::{self, Diagnostic, Entry, Fields, Identity, Position, Section, Severity};
use iam_core::excerpt::Excerpt;
use serde_json::value::RawValue;
use thiserror::Error;

use object::{Object, Places, cut, value};

/// A file as it is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DynamicDocument {
    /// `Version`: what whoever wrote it calls it.
    pub version: Option<String>,
    /// `LastUpdatedDateTime`: when it was written, in seconds since 1970.
    pub last_updated: Option<u64>,
    /// Roles and users, as written.
    pub(in crate::mappings) entries: Vec<DynamicEntry>,
    /// Accounts.
    pub(in crate::mappings) accounts: Vec<Entry>,
    /// What a person should know of entries.
    pub(in crate::mappings) diagnostics: Vec<Diagnostic>,
    /// What a person should know of the file.
    pub(in crate::mappings) remarks: Vec<String>,
}

/// An entry and its unique id.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::mappings) struct DynamicEntry {
    /// All but the id; its ARN may be empty.
    pub(in crate::mappings) entry: Entry,
    /// `userid`, or nothing.
    pub(in crate::mappings) user_id: String,
}

/// The text is not of this kind.
#[derive(Debug, Error)]
pub enum DynamicDocumentError {
    /// It is longer than this.
    #[error("longer than {} MiB", .0 >> 20)]
    TooLong(usize),
    /// Not a JSON object.
    #[error("not a JSON object of mappings: {0}")]
    NoObject(String),
    /// A key holds something else than a list.
    #[error("line {}, column {}: {key} is no list", .position.line, .position.column)]
    NoList {
        /// Which.
        key: &'static str,
        /// Where.
        position: Position,
    },
}

impl DynamicDocument {
    /// Reads a file.
    ///
    /// # Errors
    /// What makes all of it unreadable. A faulty entry is none: it is told among the remarks.
    pub fn parse(text: &str) -> Result<Self, DynamicDocumentError> {
        if text.len() > LONGEST {
            return Err(DynamicDocumentError::TooLong(LONGEST));
        }
        // The error names line and column.
        let no_object =
            |error: serde_json::Error| DynamicDocumentError::NoObject(cut(&error.to_string()));
        let top: Object<'_> = serde_json::from_str(text).map_err(no_object)?;
        let mut places = Places::of(text);
        let [roles, users, accounts] = Section::ALL.map(|section| places.list(&top, section));
        let (roles, users, accounts) = (roles?, users?, accounts?);
        let mut reader = Reader {
            places,
            read: Self::default(),
        };
        let version: Option<String> = top.value("Version").unwrap_or_default();
        reader.read.version = version.map(|version| cut(&version));
        let updated: Option<String> = top.value("LastUpdatedDateTime").unwrap_or_default();
        reader.read.last_updated = updated.and_then(|seconds| seconds.parse().ok());
        reader.read.remarks.extend(top.unknown(&TOP).map(unknown));
        reader.entries(Section::MapRoles, &roles);
        reader.entries(Section::MapUsers, &users);
        reader.accounts(&accounts);
        Ok(reader.read)
    }

    /// What a file that does not exist says.
    pub(super) fn absent() -> Self {
        Self {
            remarks: vec!["the file does not exist: it maps nobody".to_owned()],
            ..Self::default()
        }
    }

    /// The entries as those of an aws-auth, whose ids have no effect.
    pub(super) fn by_arn(&self) -> aws_auth::Document {
        let mut diagnostics = self.diagnostics.clone();
        let mut entries = Vec::with_capacity(self.entries.len() + self.accounts.len());
        for DynamicEntry { entry, .. } in &self.entries {
            match &entry.identity {
                Identity::Role { arn } | Identity::User { arn } if arn.is_empty() => {
                    let key = arn_key(entry.section);
                    let message = format!("the entry has no {key}: the entry is left out");
                    diagnostics.push(error(entry.section, entry.index, entry.position, message));
                }
                _ => entries.push(entry.clone()),
            }
        }
        entries.extend(self.accounts.iter().cloned());
        aws_auth::Document::from_parts(entries, diagnostics, Vec::new())
    }
}

/// A file that is being read.
struct Reader<'a> {
    places: Places<'a>,
    read: DynamicDocument,
}

impl Reader<'_> {
    fn entries(&mut self, section: Section, items: &[&RawValue]) {
        for (index, raw) in items.iter().enumerate() {
            let position = self.places.of_value(raw);
            let said = value::<Object<'_>>(raw).and_then(|object| {
                let object = object.unwrap_or_default();
                for name in object.unknown(known_keys(section)) {
                    let severity = Severity::Warning;
                    let said = remark(severity, section, index, position, unknown(name));
                    self.read.diagnostics.push(said);
                }
                entry(section, index, position, &object)
            });
            match said {
                Ok(entry) => self.read.entries.push(entry),
                Err(why) => self.left_out(section, index, position, &why),
            }
        }
    }

    fn accounts(&mut self, items: &[&RawValue]) {
        let section = Section::MapAccounts;
        for (index, raw) in items.iter().enumerate() {
            let position = self.places.of_value(raw);
            match value::<String>(raw) {
                Ok(id) => self.read.accounts.push(Entry {
                    section,
                    index,
                    position,
                    identity: Identity::Account {
                        id: id.unwrap_or_default(),
                    },
                    username: String::new(),
                    groups: Vec::new(),
                    fields: Fields::default(),
                }),
                Err(why) => self.left_out(section, index, position, &why),
            }
        }
    }

    fn left_out(&mut self, section: Section, index: usize, position: Position, why: &str) {
        let message = format!("{why}: the entry is left out");
        let diagnostic = error(section, index, position, message);
        self.read.diagnostics.push(diagnostic);
    }
}

fn entry(
    section: Section,
    index: usize,
    position: Position,
    object: &Object<'_>,
) -> Result<DynamicEntry, String> {
    let text = |key: &str| Ok::<_, String>(object.value::<String>(key)?.unwrap_or_default());
    let arn = text(arn_key(section))?;
    let sso = match section {
        Section::MapRoles => object.get("sso"),
        Section::MapUsers | Section::MapAccounts => None,
    };
    let identity = match (section, sso) {
        (Section::MapRoles, Some(_)) if !arn.is_empty() => {
            return Err("the entry has both rolearn and sso".to_owned());
        }
        (Section::MapRoles, Some(sso)) => sso_identity(sso)?,
        (Section::MapRoles, None) => Identity::Role { arn },
        (Section::MapUsers | Section::MapAccounts, _) => Identity::User { arn },
    };
    let groups: Vec<Option<String>> = object.value("groups")?.unwrap_or_default();
    Ok(DynamicEntry {
        user_id: text("userid")?,
        entry: Entry {
            section,
            index,
            position,
            identity,
            username: text("username")?,
            groups: groups.into_iter().map(Option::unwrap_or_default).collect(),
            fields: Fields::default(),
        },
    })
}

fn sso_identity(raw: &RawValue) -> Result<Identity, String> {
    let sso: Object<'_> = value(raw)?.unwrap_or_default();
    let text = |key: &str| Ok::<_, String>(sso.value::<String>(key)?.unwrap_or_default());
    let partition = text("partition")?;
    Ok(Identity::Sso {
        permission_set_name: text("permissionSetName")?,
        account_id: text("accountID")?,
        partition: (!partition.is_empty()).then_some(partition),
    })
}

fn arn_key(section: Section) -> &'static str {
    match section {
        Section::MapRoles => "rolearn",
        Section::MapUsers | Section::MapAccounts => "userarn",
    }
}

fn error(section: Section, index: usize, position: Position, message: String) -> Diagnostic {
    remark(Severity::Error, section, index, position, message)
}

fn remark(
    severity: Severity,
    section: Section,
    index: usize,
    position: Position,
    message: String,
) -> Diagnostic {
    Diagnostic {
        code: "",
        severity,
        section,
        index: Some(index),
        position,
        message,
        hint: None,
    }
}

fn unknown(name: &str) -> String {
    format!("the key {} is unknown: it has no effect", Excerpt(name))
}

fn known_keys(section: Section) -> &'static [&'static str] {
    match section {
        Section::MapRoles => &["rolearn", "sso", "username", "groups", "userid"],
        Section::MapUsers | Section::MapAccounts => &["userarn", "username", "groups", "userid"],
    }
}

/// What aws-iam-authenticator reads, and what its own examples carry.
const TOP: [&str; 6] = [
    "LastUpdatedDateTime",
    "Version",
    "ClusterId",
    "mapRoles",
    "mapUsers",
    "mapAccounts",
];

/// Room for many times 10,000 entries.
pub(super) const LONGEST: usize = 16 << 20;
