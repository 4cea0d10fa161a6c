//! Objects as they are read, and what acts of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use iam_core::aws_auth::{
    Entry, Fields, Identity, Mapping, Position, Refusal, Section, Severity, mapped_principal,
};
use iam_core::principal::PrincipalKey;
use kube::core::DynamicObject;
use serde_json::Value;

use super::status::StatusWish;
use crate::mappings::document::SourceDiagnostic;
use crate::mappings::object_table::{ObjectTable, PlacedMapping};

/// The name of an object.
pub(super) type Name = String;

/// An object, as far as it matters.
#[derive(Clone, Debug)]
pub(super) struct IdentityMapping {
    pub(super) spec: Spec,
    resource_version: Option<String>,
    /// `status.canonicalARN`: only to know whether it must be written.
    canonical_arn: Option<String>,
}

/// What an object maps, or the part of it that is of the wrong kind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Spec {
    arn: String,
    username: String,
    groups: Result<Vec<String>, &'static str>,
}

/// What acts of all objects.
pub(super) struct Compiled {
    pub(super) table: ObjectTable,
    pub(super) diagnostics: Vec<SourceDiagnostic>,
    pub(super) wishes: Vec<StatusWish>,
}

impl IdentityMapping {
    /// The name of an object, and what it says. Whatever the cluster's schema lets through is
    /// read: what is missing is empty.
    pub(super) fn of(object: DynamicObject) -> (Name, Self) {
        let DynamicObject { metadata, data, .. } = object;
        let text = |pointer: &str| data.pointer(pointer)?.as_str().map(str::to_owned);
        let mapping = Self {
            spec: Spec {
                arn: text("/spec/arn").unwrap_or_default(),
                username: text("/spec/username").unwrap_or_default(),
                groups: groups(data.pointer("/spec/groups")),
            },
            resource_version: metadata.resource_version,
            canonical_arn: text("/status/canonicalARN"),
        };
        (metadata.name.unwrap_or_default(), mapping)
    }

    fn wish(&self, name: &str) -> Option<StatusWish> {
        let canonical_arn = canonical_arn(&self.spec.arn);
        (self.canonical_arn.as_ref() != Some(&canonical_arn)).then(|| StatusWish {
            name: name.to_owned(),
            resource_version: self.resource_version.clone(),
            canonical_arn,
        })
    }
}

fn groups(value: Option<&Value>) -> Result<Vec<String>, &'static str> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(groups)) => groups
            .iter()
            .map(|group| Ok(group.as_str().ok_or("a group is no text")?.to_owned()))
            .collect(),
        Some(_) => Err("groups is no list"),
    }
}

/// The ARN as aws-iam-authenticator writes it into the status: in lower case, with a role's path.
/// Another spelling would be written over and over where both programs run.
fn canonical_arn(arn: &str) -> String {
    arn.to_ascii_lowercase()
}

/// What acts of `objects`: of several for one principal the last by name.
pub(super) fn compile(objects: &BTreeMap<Name, IdentityMapping>) -> Compiled {
    let mut entries: HashMap<PrincipalKey, PlacedMapping> = HashMap::with_capacity(objects.len());
    let mut diagnostics = Vec::new();
    let mut wishes = Vec::new();
    let mut dropped = 0;
    for (name, object) in objects {
        let origin: Arc<str> = format!("iamidentitymappings/{name}").into();
        let mut say = |severity, text: String, hint| {
            let text = format!("{origin}: {text}");
            diagnostics.push(SourceDiagnostic {
                text,
                hint,
                severity,
            });
        };
        match mapping(&object.spec) {
            Ok((key, mapping, warnings)) => {
                for warning in warnings {
                    say(Severity::Warning, warning, None);
                }
                let placed = PlacedMapping {
                    origin: Arc::clone(&origin),
                    mapping: Arc::new(mapping),
                };
                if let Some(replaced) = entries.insert(key, placed) {
                    let other = replaced.origin;
                    let message = format!("{other} names the same principal: this one replaces it");
                    say(Severity::Warning, message, None);
                }
                wishes.extend(object.wish(name));
            }
            Err(Refusal { message, hint }) => {
                say(Severity::Error, format!("{message}: it is left out"), hint);
                dropped += 1;
            }
        }
    }
    Compiled {
        table: ObjectTable::new(entries, dropped),
        diagnostics,
        wishes,
    }
}

/// Whom a spec maps, to what, and what of it deserves a look.
fn mapping(spec: &Spec) -> Result<(PrincipalKey, Mapping, Vec<String>), Refusal> {
    let refusal = |message: &str| Refusal {
        message: message.to_owned(),
        hint: None,
    };
    if spec.arn.is_empty() {
        return Err(refusal("spec.arn is missing"));
    }
    let (key, remark) = mapped_principal(&spec.arn)?;
    let arn = spec.arn.clone();
    let (section, identity) = match key.role_name() {
        Some(_) => (Section::MapRoles, Identity::Role { arn }),
        None => (Section::MapUsers, Identity::User { arn }),
    };
    let entry = Entry {
        section,
        index: 0,
        position: Position::START,
        identity,
        username: spec.username.clone(),
        groups: spec.groups.clone().map_err(refusal)?,
        fields: Fields::default(),
    };
    let (mapping, mut warnings) = Mapping::of(&entry)?;
    warnings.extend(remark.map(str::to_owned));
    Ok((key, mapping, warnings))
}
