//! A script of the AWS CLI that may run again: an entry that is there is brought up to date.

use std::fmt::Write as _;

use iam_core::access_entry::EntryType;
use serde_json::{Map, Value, json};

use super::super::{AccessEntry, Migration, Target};

pub(super) fn script(migration: &Migration, target: &Target) -> String {
    let mut text = String::from(HEAD);
    if let Target::Arn(arn) = target {
        let region = quoted(&arn.region().to_string());
        // Version 1 of the AWS CLI reads the second alone.
        let _ = writeln!(
            text,
            "export AWS_REGION={region} AWS_DEFAULT_REGION={region}\n"
        );
    }
    for entry in &migration.entries {
        one(&mut text, entry, target.name());
    }
    text
}

fn one(text: &mut String, entry: &AccessEntry, cluster: &str) {
    let _ = writeln!(text, "# {}", comment(&entry.source));
    for warning in &entry.warnings {
        let _ = writeln!(text, "# warning: {}", comment(warning));
    }
    let asked = json!({"clusterName": cluster, "principalArn": entry.principal.to_string()});
    let mut names = Map::new();
    if !entry.kubernetes_groups.is_empty() {
        names.insert(
            "kubernetesGroups".to_owned(),
            json!(entry.kubernetes_groups),
        );
    }
    if let Some(username) = &entry.username {
        names.insert("username".to_owned(), json!(username));
    }
    let mut created = with(&asked, &names);
    if let Some(members) = created.as_object_mut() {
        members.insert("type".to_owned(), json!(entry.entry_type.name()));
    }
    let (asked_text, created) = (argument(&asked), argument(&created));
    let _ = writeln!(text, "if there {asked_text}; then");
    if entry.entry_type == EntryType::Standard {
        // What is not named stays as it is, so both are.
        let mut whole = Map::new();
        whole.insert(
            "kubernetesGroups".to_owned(),
            json!(entry.kubernetes_groups),
        );
        whole.insert("username".to_owned(), json!(entry.full_username()));
        let updated = argument(&with(&asked, &whole));
        let _ = writeln!(
            text,
            "  aws eks update-access-entry --cli-input-json {updated}"
        );
    } else {
        // Nothing of it can be changed.
        text.push_str("  :\n");
    }
    let _ = writeln!(
        text,
        "else\n  aws eks create-access-entry --cli-input-json {created}\nfi"
    );
    for policy in &entry.access_policies {
        let mut bound = Map::new();
        bound.insert("policyArn".to_owned(), json!(policy.policy_arn));
        bound.insert("accessScope".to_owned(), json!(policy.access_scope));
        let bound = argument(&with(&asked, &bound));
        let _ = writeln!(
            text,
            "aws eks associate-access-policy --cli-input-json {bound}"
        );
    }
    text.push('\n');
}

fn with(value: &Value, more: &Map<String, Value>) -> Value {
    let mut value = value.clone();
    if let Some(members) = value.as_object_mut() {
        members.extend(more.clone());
    }
    value
}

fn argument(value: &Value) -> String {
    quoted(&value.to_string())
}

/// A word of the shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Text that ends with its line.
fn comment(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}

const HEAD: &str = "#!/usr/bin/env bash
# Access entries made of aws-auth. The cluster's mode has to be API_AND_CONFIG_MAP or API.
set -euo pipefail

there() {
  local said
  if said=$(aws eks describe-access-entry --cli-input-json \"$1\" 2>&1 >/dev/null); then return 0; fi
  case $said in
  *ResourceNotFoundException*) return 1 ;;
  *) printf '%s\\n' \"$said\" >&2; exit 1 ;;
  esac
}

";
