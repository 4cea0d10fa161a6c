//! Kubernetes' own roles for people, as data: `default_roles.json` beside this file. Every cluster
//! has them, so files bind them without holding them.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles>

use serde_json::Value;

use super::Object;

/// `cluster-admin`, `admin`, `edit`, `view`, and the roles whose rules they gather, of the release
/// of Kubernetes that the tests run.
#[must_use]
pub fn default_roles() -> Vec<Object> {
    let list: Value = serde_json::from_str(include_str!("default_roles.json")).unwrap_or_default();
    let items = list.get("items").and_then(Value::as_array);
    let objects = items.into_iter().flatten().cloned();
    objects
        .filter_map(|item| Object::read("ClusterRole", item).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Rbac, RoleName};
    use super::*;

    #[test]
    fn each_role_for_people_has_the_rules_of_those_below_it() {
        let rbac = Rbac::of_files([]).unwrap();
        let count = |name: &str| {
            let name = name.to_owned();
            rbac.rules(&RoleName::Cluster { name }).unwrap().rules.len()
        };
        let own = |name| count(&format!("system:aggregate-to-{name}"));
        assert_eq!(default_roles().len(), 7);
        assert_eq!(count("cluster-admin"), 2);
        assert_eq!(count("view"), own("view"));
        assert_eq!(count("edit"), own("view") + own("edit"));
        assert_eq!(count("admin"), own("view") + own("edit") + own("admin"));
    }
}
