//! An access entry, as `DescribeAccessEntry` shows it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::sts::ACCOUNT;

/// An access entry; a story changes what it is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AccessEntry {
    /// The user or role, a role with its path.
    pub principal_arn: String,
    /// `STANDARD`, `EC2_LINUX`, …
    pub entry_type: String,
    /// The username; what EKS fills in where nobody says another.
    pub username: String,
    /// The groups.
    pub groups: Vec<String>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// The access policies by ARN, each with its namespaces; without any: the whole cluster.
    pub policies: BTreeMap<String, Vec<String>>,
}

impl AccessEntry {
    /// One of a type, as EKS makes it where nothing else is said.
    pub fn new(principal_arn: &str, entry_type: &str) -> Self {
        let groups: &[&str] = match entry_type {
            "EC2_LINUX" | "HYBRID_LINUX" => &["system:nodes"],
            "EC2_WINDOWS" => &["eks:kube-proxy-windows", "system:nodes"],
            "FARGATE_LINUX" => &["system:node-proxier", "system:nodes"],
            _ => &[],
        };
        Self {
            principal_arn: principal_arn.to_owned(),
            entry_type: entry_type.to_owned(),
            username: default_username(principal_arn, entry_type),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            tags: BTreeMap::new(),
            policies: BTreeMap::new(),
        }
    }

    /// The same with a username.
    pub fn username(self, username: &str) -> Self {
        Self {
            username: username.to_owned(),
            ..self
        }
    }

    /// The same with groups.
    pub fn groups(self, groups: &[&str]) -> Self {
        Self {
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            ..self
        }
    }

    /// The same with a policy of the partition `aws` in namespaces; without any, everywhere.
    pub fn policy(mut self, name: &str, namespaces: &[&str]) -> Self {
        let arn = format!("arn:aws:eks::aws:cluster-access-policy/{name}");
        let namespaces = namespaces.iter().map(|name| (*name).to_owned());
        self.policies.insert(arn, namespaces.collect());
        self
    }

    /// The same with a tag.
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    pub(super) fn description(&self, cluster_arn: &str) -> Value {
        let (place, cluster) = cluster_arn
            .split_once(":cluster/")
            .expect("a cluster's ARN names it");
        let resource = self.principal_arn.rsplit(':').next().unwrap_or_default();
        let kind = resource.split('/').next().unwrap_or_default();
        let name = resource.rsplit('/').next().unwrap_or_default();
        let account = self.principal_arn.split(':').nth(4).unwrap_or(ACCOUNT);
        let id = "50ca5dee-ce49-6aab-2249-7e664f4276e8";
        json!({
            "clusterName": cluster,
            "principalArn": self.principal_arn,
            "kubernetesGroups": self.groups,
            "accessEntryArn": format!("{place}:access-entry/{cluster}/{kind}/{account}/{name}/{id}"),
            "createdAt": 1_700_000_000.5,
            "modifiedAt": 1_700_000_000.5,
            "tags": self.tags,
            "username": self.username,
            "type": self.entry_type,
        })
    }

    pub(super) fn associated(&self) -> Vec<Value> {
        let policies = self.policies.iter();
        let shown = policies.map(|(arn, namespaces)| associated(arn, namespaces));
        shown.collect()
    }
}

pub(super) fn associated(arn: &str, namespaces: &[String]) -> Value {
    let kind = match namespaces {
        [] => "cluster",
        _ => "namespace",
    };
    json!({
        "policyArn": arn,
        "accessScope": { "type": kind, "namespaces": namespaces },
        "associatedAt": 1_700_000_000.5,
        "modifiedAt": 1_700_000_000.5,
    })
}

/// <https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html>
pub(super) fn default_username(principal_arn: &str, entry_type: &str) -> String {
    match entry_type {
        "EC2_LINUX" | "EC2_WINDOWS" | "EC2" => "system:node:{{EC2PrivateDNSName}}".to_owned(),
        "FARGATE_LINUX" | "HYBRID_LINUX" => "system:node:{{SessionName}}".to_owned(),
        _ => match principal_arn.split_once(":role/") {
            Some((account, path)) => {
                let account = account.replacen(":iam:", ":sts:", 1);
                let name = path.rsplit('/').next().unwrap_or_default();
                format!("{account}:assumed-role/{name}/{{{{SessionName}}}}")
            }
            None => principal_arn.to_owned(),
        },
    }
}
