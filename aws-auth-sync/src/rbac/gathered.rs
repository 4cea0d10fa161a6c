//! Rules that a ClusterRole gathers from others by their labels, which a controller writes into it.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles>

use std::collections::HashSet;

use iam_core::access_entry::Rule;
use kube::core::SelectorExt as _;

use super::{Role, RoleName};

/// The rules of `role` and of those among `all` that it gathers.
pub(super) fn rules(role: &Role, all: &[Role]) -> Vec<Rule> {
    let (mut rules, mut seen) = (Vec::new(), HashSet::new());
    gather(role, all, &mut seen, &mut rules);
    rules
}

/// Roles gather from one another in any depth, and in circles.
fn gather<'a>(
    role: &'a Role,
    all: &'a [Role],
    seen: &mut HashSet<&'a RoleName>,
    rules: &mut Vec<Rule>,
) {
    if !seen.insert(&role.name) {
        return;
    }
    rules.extend_from_slice(&role.rules);
    if role.gathers.is_empty() {
        return;
    }
    let is_gathered = |other: &&Role| {
        let mut selectors = role.gathers.iter();
        matches!(other.name, RoleName::Cluster { .. })
            && selectors.any(|selector| selector.matches(&other.labels))
    };
    for other in all.iter().filter(is_gathered) {
        gather(other, all, seen, rules);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Object, Rbac};
    use super::*;

    fn role(name: &str, labels: &serde_json::Value, gathers: &[&str], verb: &str) -> Object {
        let selectors: Vec<_> = gathers
            .iter()
            .map(|label| json!({"matchLabels": {*label: "true"}}))
            .collect();
        let value = json!({
            "metadata": {"name": name, "labels": labels},
            "aggregationRule": {"clusterRoleSelectors": selectors},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": [verb]}],
        });
        Object::read("ClusterRole", value).unwrap()
    }

    #[test]
    fn roles_gather_by_labels_through_others_and_in_circles() {
        let objects = [
            role("a", &json!({"to-c": "true"}), &["to-a"], "get"),
            role("b", &json!({"to-a": "true"}), &["to-b"], "list"),
            role("c", &json!({"to-b": "true"}), &["to-c"], "watch"),
            role("d", &json!({"to-a": "false"}), &[], "delete"),
        ];
        let verbs = |name: &str, rbac: &Rbac| -> Vec<String> {
            let name = name.to_owned();
            let found = rbac.rules(&RoleName::Cluster { name }).unwrap();
            let verbs = found.rules.iter().map(|rule| match rule {
                Rule::Resource(rule) => rule.verbs.concat(),
                Rule::NonResource(rule) => rule.verbs.concat(),
            });
            verbs.collect()
        };
        let files = Rbac::of_files(objects.clone()).unwrap();
        assert_eq!(verbs("a", &files), ["get", "list", "watch"]);
        assert_eq!(verbs("c", &files), ["watch", "get", "list"]);
        assert_eq!(verbs("d", &files), ["delete"]);
        assert_eq!(verbs("a", &Rbac::of_cluster(objects.to_vec())), ["get"]);
    }
}
