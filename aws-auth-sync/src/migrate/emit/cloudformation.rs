//! `AWS::EKS::AccessEntry`: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eks-accessentry.html>

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::super::{AccessEntry, Migration, Target};
use crate::yaml;

pub(super) fn template(migration: &Migration, target: &Target) -> String {
    let mut resources = Map::new();
    let mut names = HashSet::new();
    for entry in &migration.entries {
        let name = unique(&entry.principal.to_string(), &mut names);
        let resource = json!({
            "Type": "AWS::EKS::AccessEntry",
            "Properties": properties(entry, target.name()),
        });
        resources.insert(name, resource);
    }
    yaml::write(&json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("Access entries of the EKS cluster {}, made of aws-auth", target.name()),
        "Resources": resources,
    }))
}

fn properties(entry: &AccessEntry, cluster: &str) -> Value {
    let mut members = Map::new();
    members.insert("ClusterName".to_owned(), json!(cluster));
    members.insert(
        "PrincipalArn".to_owned(),
        json!(entry.principal.to_string()),
    );
    members.insert("Type".to_owned(), json!(entry.entry_type.name()));
    if let Some(username) = &entry.username {
        members.insert("Username".to_owned(), json!(username));
    }
    if !entry.kubernetes_groups.is_empty() {
        members.insert(
            "KubernetesGroups".to_owned(),
            json!(entry.kubernetes_groups),
        );
    }
    let policies = entry.access_policies.iter().map(|policy| {
        let mut scope = Map::new();
        scope.insert("Type".to_owned(), json!(policy.access_scope.scope_type));
        if !policy.access_scope.namespaces.is_empty() {
            scope.insert(
                "Namespaces".to_owned(),
                json!(policy.access_scope.namespaces),
            );
        }
        json!({"PolicyArn": policy.policy_arn, "AccessScope": scope})
    });
    let policies: Vec<Value> = policies.collect();
    if !policies.is_empty() {
        members.insert("AccessPolicies".to_owned(), json!(policies));
    }
    Value::Object(members)
}

/// A logical id, of letters and digits only, that no other entry has.
fn unique(arn: &str, names: &mut HashSet<String>) -> String {
    let resource = arn.rsplit(':').next().unwrap_or(arn);
    let mut base = String::from("AccessEntry");
    for word in resource.split(|character: char| !character.is_ascii_alphanumeric()) {
        let mut letters = word.chars();
        base.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        base.push_str(letters.as_str());
    }
    let mut name = base.clone();
    let mut number = 2;
    while !names.insert(name.clone()) {
        name = format!("{base}N{number}");
        number += 1;
    }
    name
}
