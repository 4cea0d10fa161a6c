//! `accessConfig.accessEntries` of eksctl's `ClusterConfig`.

use serde_json::{Map, Value, json};

use super::super::{AccessEntry, Migration, Target};
use crate::yaml;

pub(super) fn config(migration: &Migration, target: &Target) -> String {
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), json!(target.name()));
    if let Target::Arn(arn) = target {
        metadata.insert("region".to_owned(), json!(arn.region().to_string()));
    }
    let entries: Vec<Value> = migration.entries.iter().map(entry).collect();
    yaml::write(&json!({
        "apiVersion": "eksctl.io/v1alpha5",
        "kind": "ClusterConfig",
        "metadata": metadata,
        "accessConfig": {
            "authenticationMode": "API_AND_CONFIG_MAP",
            "accessEntries": entries,
        },
    }))
}

fn entry(entry: &AccessEntry) -> Value {
    let mut members = Map::new();
    members.insert(
        "principalARN".to_owned(),
        json!(entry.principal.to_string()),
    );
    members.insert("type".to_owned(), json!(entry.entry_type.name()));
    if !entry.kubernetes_groups.is_empty() {
        members.insert(
            "kubernetesGroups".to_owned(),
            json!(entry.kubernetes_groups),
        );
    }
    if let Some(username) = &entry.username {
        members.insert("kubernetesUsername".to_owned(), json!(username));
    }
    let policies = entry
        .access_policies
        .iter()
        .map(|policy| json!({"policyARN": policy.policy_arn, "accessScope": policy.access_scope}));
    let policies: Vec<Value> = policies.collect();
    if !policies.is_empty() {
        members.insert("accessPolicies".to_owned(), json!(policies));
    }
    Value::Object(members)
}
