//! The plan, for people and for scripts.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Migration, Target};
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
  3. switch the mode to API_AND_CONFIG_MAP; there is no way back to CONFIG_MAP
  4. wait, and look at the entries that EKS made: aws eks list-access-entries --cluster-name {cluster}
  5. make the entries above; they win over aws-auth at once
  6. let each principal log in: kubectl auth whoami
  7. take the entries out of aws-auth, those of nodes last; to go back, delete access entries
  8. only when nothing is left in aws-auth: switch the mode to API; there is no way back
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
        if let Some(username) = &entry.username {
            let _ = writeln!(text, "    username {username}");
        }
        if !entry.kubernetes_groups.is_empty() {
            let _ = writeln!(text, "    groups {}", entry.kubernetes_groups.join(", "));
        }
        for policy in &entry.access_policies {
            let _ = writeln!(
                text,
                "    policy {} on the {}",
                policy.policy_arn, policy.access_scope.scope_type
            );
        }
        for warning in &entry.warnings {
            let _ = writeln!(text, "    warning: {warning}");
        }
    }
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
