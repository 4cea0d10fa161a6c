//! The plan, for people and for scripts.

use std::fmt::Write as _;

use iam_core::excerpt::Shown;
use serde_json::{Value, json};

use super::{AccessEntry, Migration, Target};
use crate::source::API_VERSION;

/// The migration as a JSON value.
#[must_use]
pub fn value(migration: &Migration, target: &Target) -> Value {
    json!({
        "apiVersion": API_VERSION,
        "kind": "Migration",
        "clusterName": target.name(),
        "accessEntries": migration.entries,
        "blocked": migration.blocked,
        "skipped": migration.skipped,
        "warnings": migration.warnings,
    })
}

/// For people: what becomes of each entry, then the way.
#[must_use]
pub fn text(migration: &Migration, target: &Target) -> String {
    let mut text = entries(migration);
    let counts = (
        migration.entries.len(),
        migration.blocked.len(),
        migration.skipped.len(),
    );
    let _ = writeln!(
        text,
        "\n{} to make, {} blocked, {} left out",
        counts.0, counts.1, counts.2
    );
    for warning in &migration.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    let cluster = target.name();
    let _ = write!(
        text,
        "
The way, each step by itself:
  1. save aws-auth: kubectl get configmap aws-auth -n kube-system -o yaml
  2. check the platform version and the mode: aws eks describe-cluster --name {cluster}
  3. look at what is there already: migrate apply --dry-run, with the same arguments as this
  4. make the entries above: migrate apply; they win over aws-auth at once. --set-mode switches a
     cluster of mode CONFIG_MAP to API_AND_CONFIG_MAP before, from which there is no way back
  5. let each principal log in: kubectl auth whoami
  6. take the entries out of aws-auth, those of nodes last; to go back, delete access entries
  7. only when nothing is left in aws-auth: switch the mode to API; there is no way back
"
    );
    text
}

/// What becomes of each entry.
fn entries(migration: &Migration) -> String {
    let mut text = String::new();
    for entry in &migration.entries {
        let _ = writeln!(
            text,
            "+ {} {}  ({})",
            entry.entry_type, entry.principal, entry.source
        );
        text += &details(entry);
    }
    text + &left(migration)
}

/// What an entry gives, and what is different afterwards.
pub(super) fn details(entry: &AccessEntry) -> String {
    let mut text = String::new();
    if let Some(username) = &entry.username {
        let _ = writeln!(text, "    username {}", Shown(username));
    }
    if !entry.kubernetes_groups.is_empty() {
        let groups = entry.kubernetes_groups.join(", ");
        let _ = writeln!(text, "    groups {}", Shown(&groups));
    }
    for policy in &entry.access_policies {
        let (arn, scope) = (&policy.policy_arn, &policy.access_scope);
        let _ = writeln!(text, "    policy {arn} on {scope}");
    }
    for warning in &entry.warnings {
        let _ = writeln!(text, "    warning: {}", Shown(warning));
    }
    text
}

/// What no entry is made of.
pub(super) fn left(migration: &Migration) -> String {
    let mut text = String::new();
    for blocked in &migration.blocked {
        let _ = writeln!(
            text,
            "! {} entry {}: {:?}\n    blocked: {}\n    {}",
            blocked.section, blocked.index, blocked.key, blocked.reason, blocked.proposal
        );
    }
    for skipped in &migration.skipped {
        let _ = writeln!(
            text,
            "- {} entry {}: {:?}\n    left out: {}",
            skipped.section, skipped.index, skipped.key, skipped.reason
        );
    }
    text
}
