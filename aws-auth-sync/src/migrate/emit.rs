//! Files that make the access entries.

mod cli;
mod cloudformation;
mod eksctl;
mod terraform;

use serde_json::{Value, json};

use super::{AccessEntry, Migration, Target, report};
use crate::yaml;

/// What to emit.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// The whole migration as one document, what is blocked and left out included
    Json,
    /// A shell script of the AWS CLI
    Cli,
    /// Terraform, with import blocks
    Terraform,
    /// A CloudFormation template
    Cloudformation,
    /// eksctl's ClusterConfig
    Eksctl,
    /// The file of access entries that authz-webhook reads
    AccessEntries,
}

/// Writes a migration.
#[must_use]
pub fn render(migration: &Migration, target: &Target, format: Format) -> String {
    match format {
        Format::Json => iam_cli::json::pretty(&report::value(migration, target)),
        Format::Cli => cli::script(migration, target),
        Format::Terraform => terraform::text(migration, target),
        Format::Cloudformation => cloudformation::template(migration, target),
        Format::Eksctl => eksctl::config(migration, target),
        Format::AccessEntries => access_entries(migration),
    }
}

fn access_entries(migration: &Migration) -> String {
    let entries = migration.entries.iter().map(entry);
    yaml::write(&json!({"accessEntries": entries.collect::<Vec<_>>()}))
}

/// An entry in the shape of the EKS API, without what is about its making.
fn entry(entry: &AccessEntry) -> Value {
    let mut members = serde_json::Map::new();
    members.insert(
        "principalArn".to_owned(),
        json!(entry.principal.to_string()),
    );
    members.insert("type".to_owned(), json!(entry.entry_type.name()));
    if let Some(username) = &entry.username {
        members.insert("username".to_owned(), json!(username));
    }
    if !entry.kubernetes_groups.is_empty() {
        members.insert(
            "kubernetesGroups".to_owned(),
            json!(entry.kubernetes_groups),
        );
    }
    if !entry.access_policies.is_empty() {
        members.insert("accessPolicies".to_owned(), json!(entry.access_policies));
    }
    Value::Object(members)
}
