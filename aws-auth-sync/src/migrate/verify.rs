//! What is made is read again by the rules of access entries.

use iam_core::access_entry::Document;
use iam_core::aws_auth::Severity;
use serde_json::json;

use super::{AccessEntry, Stays};

/// Lets pass what the EKS API would take.
pub(super) fn check(made: AccessEntry) -> Result<AccessEntry, Stays> {
    let mut entry = json!({
        "principalArn": made.principal.to_string(),
        "type": made.entry_type.name(),
        "accessPolicies": made.access_policies,
    });
    if let Some(members) = entry.as_object_mut() {
        if !made.kubernetes_groups.is_empty() {
            members.insert("kubernetesGroups".to_owned(), json!(made.kubernetes_groups));
        }
        if let Some(username) = &made.username {
            members.insert("username".to_owned(), json!(username));
        }
    }
    let text = json!({"accessEntries": [entry]}).to_string();
    let fault = match Document::parse(&text) {
        Ok(document) => document
            .diagnostics
            .into_iter()
            .find(|found| found.severity == Severity::Error)
            .map(|found| (found.message, found.hint)),
        Err(error) => Some((error.to_string(), None)),
    };
    match fault {
        None => Ok(made),
        Some((reason, hint)) => {
            let proposal =
                hint.unwrap_or_else(|| "correct the entry, then migrate again".to_owned());
            Err(Stays::blocked(reason, proposal))
        }
    }
}
