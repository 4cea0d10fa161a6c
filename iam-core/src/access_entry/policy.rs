//! The access policies of EKS, as data: `policies.json` beside this file.
//!
//! AWS publishes the rules as tables:
//! <https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html>. What it only
//! describes, or does not publish, grants nothing here.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde_json::Value;
use thiserror::Error;

use super::{Attributes, NonResourceRule, ResourceRule, Rule};
use crate::partition::Partition;

/// An access policy and what it allows.
#[derive(Debug, Eq, PartialEq)]
pub struct Policy {
    /// Its name: `AmazonEKSViewPolicy`.
    pub name: String,
    /// What it allows, those of the policies that it includes first.
    pub rules: Vec<Rule>,
    /// Whether AWS publishes its rules.
    pub is_published: bool,
    /// What the rules leave out, and why.
    pub note: Option<String>,
}

/// The ARN of an access policy: `arn:P:eks::aws:cluster-access-policy/NAME`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PolicyArn {
    partition: Partition,
    name: String,
}

/// A text that is no ARN of an access policy.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("it is not of the form arn:PARTITION:eks::aws:cluster-access-policy/NAME")]
pub struct PolicyArnError;

impl Policy {
    /// All that are known, in the order of AWS's tables.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &POLICIES
    }

    /// The policy of that name. New ones appear every few months, so an unknown name is no error.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        POLICIES.iter().find(|policy| policy.name == name)
    }

    /// Whether it allows that, where it counts.
    #[must_use]
    pub fn allows(&self, attributes: &Attributes<'_>) -> bool {
        self.rules.iter().any(|rule| rule.allows(attributes))
    }

    /// Its ARN in a partition.
    #[must_use]
    pub fn arn(&self, partition: Partition) -> PolicyArn {
        PolicyArn {
            partition,
            name: self.name.clone(),
        }
    }

    fn read(value: &Value, before: &[Self]) -> Option<Self> {
        let included = words(value, "includes");
        let inherited = before
            .iter()
            .filter(|policy| included.contains(&policy.name))
            .flat_map(|policy| policy.rules.iter().cloned());
        let own = value.get("rules")?.as_array()?.iter().map(read_rule);
        Some(Self {
            name: value.get("name")?.as_str()?.to_owned(),
            rules: inherited.map(Some).chain(own).collect::<Option<_>>()?,
            is_published: value.get("unpublished").is_none(),
            note: value.get("note").and_then(Value::as_str).map(str::to_owned),
        })
    }
}

impl PolicyArn {
    /// The policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }
}

impl FromStr for PolicyArn {
    type Err = PolicyArnError;

    fn from_str(text: &str) -> Result<Self, PolicyArnError> {
        let (partition, rest) = text
            .strip_prefix("arn:")
            .and_then(|rest| rest.split_once(':'))
            .ok_or(PolicyArnError)?;
        let name = rest
            .strip_prefix("eks::aws:cluster-access-policy/")
            .filter(|name| {
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
            .ok_or(PolicyArnError)?;
        Ok(Self {
            partition: partition.parse().map_err(|_| PolicyArnError)?,
            name: name.to_owned(),
        })
    }
}

impl fmt::Display for PolicyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, name } = self;
        write!(f, "arn:{partition}:eks::aws:cluster-access-policy/{name}")
    }
}

fn read_rule(value: &Value) -> Option<Rule> {
    let verbs = words(value, "verbs");
    let rule = match value.get("nonResourceURLs") {
        Some(_) => Rule::NonResource(NonResourceRule {
            paths: words(value, "nonResourceURLs"),
            verbs,
        }),
        None => Rule::Resource(ResourceRule {
            api_groups: words(value, "apiGroups"),
            resources: words(value, "resources"),
            verbs,
            resource_names: words(value, "resourceNames"),
        }),
    };
    value.is_object().then_some(rule)
}

fn words(value: &Value, key: &str) -> Vec<String> {
    let items = value.get(key).and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let table: Value = serde_json::from_str(include_str!("policies.json"))
        .expect("the table is JSON: a test reads it");
    let mut policies = Vec::new();
    for value in table.as_array().into_iter().flatten() {
        policies.extend(Policy::read(value, &policies));
    }
    policies
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Resource;
    use super::*;

    /// Every key of every row is one that is read, and every row is read whole.
    #[test]
    fn the_whole_table_is_read() {
        let table: Value = serde_json::from_str(include_str!("policies.json")).unwrap();
        let rows = table.as_array().unwrap();
        assert_eq!(Policy::all().len(), rows.len());
        let keys = |values: Vec<&Value>| -> BTreeSet<String> {
            let objects = values.into_iter().map(|value| value.as_object().unwrap());
            objects.flat_map(|object| object.keys().cloned()).collect()
        };
        let rules = rows.iter().flat_map(|row| row["rules"].as_array().unwrap());
        assert_eq!(
            keys(rows.iter().collect()),
            BTreeSet::from(["includes", "name", "note", "rules", "unpublished"].map(str::to_owned)),
        );
        assert_eq!(
            keys(rules.collect()),
            BTreeSet::from(
                [
                    "apiGroups",
                    "nonResourceURLs",
                    "resourceNames",
                    "resources",
                    "verbs"
                ]
                .map(str::to_owned)
            ),
        );
        for policy in Policy::all() {
            assert_eq!(
                policy.rules.is_empty(),
                !policy.is_published,
                "{}",
                policy.name
            );
            assert_eq!(
                Policy::named(&policy.name).map(|found| &found.name),
                Some(&policy.name),
                "two rows have one name",
            );
        }
    }

    #[test]
    fn the_policies_for_people_allow_what_aws_says() {
        let asked = |verb, group, kind: &'static str| {
            let (resource, subresource) = kind.split_once('/').unwrap_or((kind, ""));
            Attributes::Resource(Resource {
                namespace: "n",
                verb,
                group,
                resource,
                subresource,
                name: "",
            })
        };
        let names = [
            "AmazonEKSViewPolicy",
            "AmazonEKSEditPolicy",
            "AmazonEKSAdminPolicy",
            "AmazonEKSAdminViewPolicy",
            "AmazonEKSClusterAdminPolicy",
            "AmazonEKSSecretReaderPolicy",
            "AmazonEKSSecretAdminPolicy",
        ];
        let rbac = "rbac.authorization.k8s.io";
        for (attributes, expected) in [
            (asked("get", "", "pods"), "VEAWC"),
            (asked("get", "", "pods/log"), "VEAWC"),
            (asked("get", "", "secrets"), "EAWCRS"),
            (asked("delete", "", "secrets"), "EACS"),
            (asked("create", "", "pods"), "EAC"),
            (asked("create", "", "pods/exec"), "EAC"),
            (asked("get", "", "pods/exec"), "EAWC"),
            (asked("create", "", "pods/eviction"), "C"),
            (asked("impersonate", "", "serviceaccounts"), "EAC"),
            (asked("create", "", "serviceaccounts/token"), "C"),
            (asked("create", rbac, "roles"), "AC"),
            (asked("get", rbac, "roles"), "AWC"),
            (asked("create", rbac, "clusterroles"), "C"),
            (asked("list", "", "nodes"), "WC"),
            (asked("update", "discovery.k8s.io", "endpointslices"), "C"),
        ] {
            let allowed: String = names
                .iter()
                .zip("VEAWCRS".chars())
                .filter(|(name, _)| Policy::named(name).unwrap().allows(&attributes))
                .map(|(_, letter)| letter)
                .collect();
            assert_eq!(allowed, expected, "{attributes:?}");
        }
    }

    #[test]
    fn an_arn_names_a_policy_of_aws_and_nothing_else() {
        let text = "arn:aws-us-gov:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
        let arn: PolicyArn = text.parse().unwrap();
        assert_eq!(
            (arn.to_string().as_str(), arn.name()),
            (text, "AmazonEKSViewPolicy")
        );
        assert_eq!(
            Policy::named(arn.name()).map(|p| p.arn(arn.partition())),
            Some(arn)
        );
        for text in [
            "AmazonEKSViewPolicy",
            "arn:aws:iam::aws:policy/AmazonEKSViewPolicy",
            "arn:aws-x:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
            "arn:aws:eks:us-west-2:aws:cluster-access-policy/AmazonEKSViewPolicy",
            "arn:aws:eks::aws:cluster-access-policy/",
            "arn:aws:eks::aws:cluster-access-policy/a/b",
        ] {
            assert_eq!(text.parse::<PolicyArn>(), Err(PolicyArnError), "{text}");
        }
    }
}
