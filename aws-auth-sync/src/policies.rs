//! The access policies of EKS as rules.

use std::fmt::Write as _;

use iam_core::access_entry::Policy;
use iam_core::partition::Partition;
use serde_json::{Map, Value, json};

use crate::rule_told;
use crate::source::API_VERSION;

/// One JSON document of all policies, or of those that are named.
#[must_use]
pub fn json(policies: &[&Policy], partition: Partition) -> String {
    let policies: Vec<Value> = policies
        .iter()
        .map(|policy| self::policy(policy, partition))
        .collect();
    let value =
        json!({"apiVersion": API_VERSION, "kind": "AccessPolicyList", "policies": policies});
    iam_cli::json::pretty(&value)
}

/// For people: a policy's name, then its rules.
#[must_use]
pub fn text(policies: &[&Policy]) -> String {
    let mut text = String::new();
    for policy in policies {
        let _ = writeln!(text, "{}", policy.name);
        if let Some(note) = &policy.note {
            let _ = writeln!(text, "  note: {note}");
        }
        if !policy.is_published {
            text.push_str("  AWS does not publish its rules\n");
        }
        for rule in &policy.rules {
            let _ = writeln!(text, "  {}", rule_told::text(rule));
        }
    }
    text
}

fn policy(policy: &Policy, partition: Partition) -> Value {
    let mut members = Map::new();
    members.insert("name".to_owned(), json!(policy.name));
    members.insert("arn".to_owned(), json!(policy.arn(partition).to_string()));
    members.insert(
        "rules".to_owned(),
        policy.rules.iter().map(rule_told::json).collect(),
    );
    members.insert("published".to_owned(), json!(policy.is_published));
    if let Some(note) = &policy.note {
        members.insert("note".to_owned(), json!(note));
    }
    Value::Object(members)
}
