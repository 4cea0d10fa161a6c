//! What an access entry that is there differs in from the one that is wanted.

use std::collections::BTreeSet;
use std::fmt;

use iam_aws::eks::{self, AccessPolicy, AccessScope};
use iam_core::access_entry::EntryType;
use serde_json::{Value, json};

use crate::migrate::AccessEntry;

/// One thing that differs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Difference {
    /// The type, which nobody can change.
    Type {
        /// What is there.
        found: String,
        /// What is wanted.
        wanted: EntryType,
    },
    /// The username.
    Username {
        /// What is there.
        found: String,
        /// What is wanted.
        wanted: String,
    },
    /// The groups; their order means nothing.
    Groups {
        /// What is there.
        found: Vec<String>,
        /// What is wanted.
        wanted: Vec<String>,
    },
    /// A policy that is not bound.
    MissingPolicy(AccessPolicy),
    /// A policy that reaches elsewhere.
    Scope {
        /// Where it reaches.
        found: AccessScope,
        /// The policy as it is wanted.
        wanted: AccessPolicy,
    },
    /// A policy that is not wanted.
    ExtraPolicy(AccessPolicy),
}

/// What differs; of an entry of another type that alone.
pub(super) fn between(
    wanted: &AccessEntry,
    (found, policies): &(eks::AccessEntry, Vec<AccessPolicy>),
) -> Vec<Difference> {
    if found.entry_type != wanted.entry_type.name() {
        return vec![Difference::Type {
            found: found.entry_type.clone(),
            wanted: wanted.entry_type,
        }];
    }
    if wanted.entry_type != EntryType::Standard {
        // The type decides about all else.
        return Vec::new();
    }
    let mut differences = Vec::new();
    if let Some(username) = wanted.full_username()
        && found.username != username
    {
        differences.push(Difference::Username {
            found: found.username.clone(),
            wanted: username,
        });
    }
    if !are_same(&found.kubernetes_groups, &wanted.kubernetes_groups) {
        differences.push(Difference::Groups {
            found: found.kubernetes_groups.clone(),
            wanted: wanted.kubernetes_groups.clone(),
        });
    }
    differences.extend(of_policies(policies, &wanted.access_policies));
    differences
}

fn of_policies(found: &[AccessPolicy], wanted: &[AccessPolicy]) -> Vec<Difference> {
    let of = |list: &[AccessPolicy], arn: &str| {
        let mut named = list.iter();
        named.find(|policy| policy.policy_arn == arn).cloned()
    };
    let given = wanted.iter().filter_map(|wanted| {
        let Some(found) = of(found, &wanted.policy_arn) else {
            return Some(Difference::MissingPolicy(wanted.clone()));
        };
        let (found, scope) = (found.access_scope, &wanted.access_scope);
        let is_same =
            found.scope_type == scope.scope_type && are_same(&found.namespaces, &scope.namespaces);
        (!is_same).then(|| Difference::Scope {
            found,
            wanted: wanted.clone(),
        })
    });
    let extra = found
        .iter()
        .filter(|found| of(wanted, &found.policy_arn).is_none())
        .map(|found| Difference::ExtraPolicy(found.clone()));
    given.chain(extra).collect()
}

fn are_same(left: &[String], right: &[String]) -> bool {
    left.iter().collect::<BTreeSet<_>>() == right.iter().collect()
}

impl Difference {
    pub(super) fn is_of_the_type(&self) -> bool {
        matches!(self, Self::Type { .. })
    }

    pub(super) fn is_of_the_names(&self) -> bool {
        matches!(self, Self::Username { .. } | Self::Groups { .. })
    }

    pub(super) fn is_of_a_missing_policy(&self) -> bool {
        matches!(self, Self::MissingPolicy(_))
    }

    /// The policy that is to be bound.
    pub(super) fn given(&self) -> Option<&AccessPolicy> {
        match self {
            Self::MissingPolicy(policy) | Self::Scope { wanted: policy, .. } => Some(policy),
            Self::Type { .. }
            | Self::Username { .. }
            | Self::Groups { .. }
            | Self::ExtraPolicy(_) => None,
        }
    }

    /// The policy that is to be taken.
    pub(super) fn taken(&self) -> Option<&AccessPolicy> {
        match self {
            Self::ExtraPolicy(policy) => Some(policy),
            Self::Type { .. }
            | Self::Username { .. }
            | Self::Groups { .. }
            | Self::MissingPolicy(_)
            | Self::Scope { .. } => None,
        }
    }

    /// Field, what is there and what is wanted; absent is absent.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Type { found, wanted } => {
                json!({"field": "type", "found": found, "wanted": wanted.name()})
            }
            Self::Username { found, wanted } => {
                json!({"field": "username", "found": found, "wanted": wanted})
            }
            Self::Groups { found, wanted } => {
                json!({"field": "kubernetesGroups", "found": found, "wanted": wanted})
            }
            Self::MissingPolicy(wanted) => json!({"field": "accessPolicies", "wanted": wanted}),
            Self::Scope { found, wanted } => {
                let found = AccessPolicy {
                    access_scope: found.clone(),
                    ..wanted.clone()
                };
                json!({"field": "accessPolicies", "found": found, "wanted": wanted})
            }
            Self::ExtraPolicy(found) => json!({"field": "accessPolicies", "found": found}),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type { found, wanted } => write!(f, "type: {found} -> {wanted}"),
            Self::Username { found, wanted } => write!(f, "username: {found} -> {wanted}"),
            Self::Groups { found, wanted } => {
                write!(f, "groups: {} -> {}", list(found), list(wanted))
            }
            Self::MissingPolicy(policy) => {
                let (arn, scope) = (&policy.policy_arn, &policy.access_scope);
                write!(f, "policy: none -> {arn} on {scope}")
            }
            Self::Scope { found, wanted } => {
                let (arn, scope) = (&wanted.policy_arn, &wanted.access_scope);
                write!(f, "policy: {arn} on {found} -> on {scope}")
            }
            Self::ExtraPolicy(policy) => {
                let (arn, scope) = (&policy.policy_arn, &policy.access_scope);
                write!(f, "policy: {arn} on {scope} -> none")
            }
        }
    }
}

fn list(texts: &[String]) -> String {
    if texts.is_empty() {
        return "none".to_owned();
    }
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMIN: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";
    const VIEW: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";

    fn policy(arn: &str, namespaces: &[&str]) -> AccessPolicy {
        let access_scope = match namespaces {
            [] => AccessScope::cluster(),
            namespaces => AccessScope {
                scope_type: "namespace".to_owned(),
                namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
            },
        };
        AccessPolicy {
            policy_arn: arn.to_owned(),
            access_scope,
        }
    }

    fn wanted(entry_type: EntryType) -> AccessEntry {
        AccessEntry {
            principal: "arn:aws:iam::111122223333:role/team/dev".parse().unwrap(),
            entry_type,
            username: Some("dev:{{SessionName}}".to_owned()),
            kubernetes_groups: vec!["a".to_owned(), "b".to_owned()],
            access_policies: vec![policy(VIEW, &["x", "y"])],
            source: "f.yaml:1".to_owned(),
            warnings: Vec::new(),
        }
    }

    fn found(entry_type: &str) -> (eks::AccessEntry, Vec<AccessPolicy>) {
        let entry = eks::AccessEntry {
            principal_arn: "arn:aws:iam::111122223333:role/team/dev".to_owned(),
            entry_type: entry_type.to_owned(),
            username: "dev:{{SessionName}}".to_owned(),
            kubernetes_groups: vec!["b".to_owned(), "a".to_owned()],
            tags: [("k".to_owned(), "v".to_owned())].into(),
        };
        (entry, vec![policy(VIEW, &["y", "x"])])
    }

    fn told(differences: &[Difference]) -> Vec<String> {
        differences.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_order_of_groups_and_namespaces_means_nothing_and_tags_are_others() {
        let wanted = wanted(EntryType::Standard);
        assert_eq!(between(&wanted, &found("STANDARD")), []);
    }

    #[test]
    fn another_type_is_all_that_is_told_and_a_node_type_decides_all_else() {
        let differences = between(&wanted(EntryType::Standard), &found("EC2_LINUX"));
        assert_eq!(told(&differences), ["type: EC2_LINUX -> STANDARD"]);
        assert!(differences.iter().all(Difference::is_of_the_type));
        let expected = json!({"field": "type", "found": "EC2_LINUX", "wanted": "STANDARD"});
        assert_eq!(differences[0].value(), expected);
        let node = wanted(EntryType::Ec2Linux);
        assert_eq!(between(&node, &found("EC2_LINUX")), []);
    }

    #[test]
    fn names_and_policies_are_told_one_by_one_with_what_mends_them() {
        let (mut entry, _) = found("STANDARD");
        entry.username = "dev".to_owned();
        entry.kubernetes_groups.clear();
        let there = vec![policy(VIEW, &[]), policy(ADMIN, &[])];
        let mut wanted = wanted(EntryType::Standard);
        wanted.access_policies.push(policy("arn:p", &["z"]));
        let differences = between(&wanted, &(entry, there));
        let expected = [
            "username: dev -> dev:{{SessionName}}".to_owned(),
            "groups: none -> a, b".to_owned(),
            format!("policy: {VIEW} on the cluster -> on the namespaces x, y"),
            "policy: none -> arn:p on the namespace z".to_owned(),
            format!("policy: {ADMIN} on the cluster -> none"),
        ];
        assert_eq!(told(&differences), expected);
        let names = differences.iter().map(Difference::is_of_the_names);
        assert_eq!(names.collect::<Vec<_>>(), [true, true, false, false, false]);
        let given: Vec<_> = differences.iter().filter_map(Difference::given).collect();
        assert_eq!(given, wanted.access_policies.iter().collect::<Vec<_>>());
        let taken: Vec<_> = differences.iter().filter_map(Difference::taken).collect();
        assert_eq!(taken, [&policy(ADMIN, &[])]);
        let missing = differences.iter().map(Difference::is_of_a_missing_policy);
        assert_eq!(missing.filter(|is| *is).count(), 1);
        let scope = json!({
            "field": "accessPolicies",
            "found": {"policyArn": VIEW, "accessScope": {"type": "cluster"}},
            "wanted": {
                "policyArn": VIEW,
                "accessScope": {"type": "namespace", "namespaces": ["x", "y"]},
            },
        });
        assert_eq!(differences[2].value(), scope);
        assert_eq!(
            differences[4].value(),
            json!({
                "field": "accessPolicies",
                "found": {"policyArn": ADMIN, "accessScope": {"type": "cluster"}},
            })
        );
    }

    #[test]
    fn without_a_username_the_one_that_eks_fills_in_is_wanted() {
        let mut wanted = wanted(EntryType::Standard);
        wanted.username = None;
        let usual = "arn:aws:sts::111122223333:assumed-role/dev/{{SessionName}}";
        let differences = between(&wanted, &found("STANDARD"));
        let expected = format!("username: dev:{{{{SessionName}}}} -> {usual}");
        assert_eq!(told(&differences), [expected]);
        let (mut entry, policies) = found("STANDARD");
        entry.username = usual.to_owned();
        assert_eq!(between(&wanted, &(entry, policies)), []);
    }
}
