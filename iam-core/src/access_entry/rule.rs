//! One rule of an access policy, with the meaning of a rule of RBAC.

use super::{Attributes, NonResource, Resource};

/// What a policy allows.
///
/// <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources>
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Rule {
    /// Something with objects.
    Resource(ResourceRule),
    /// Something with paths.
    NonResource(NonResourceRule),
}

/// Verbs on resources of groups. `*` stands for all; `*/scale` for that subresource of all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ResourceRule {
    /// API groups; the empty one is the core group.
    pub api_groups: Vec<String>,
    /// `pods`, `pods/log`, `*`, `*/scale`.
    pub resources: Vec<String>,
    /// `get`, …, `*`
    pub verbs: Vec<String>,
    /// Names of objects; empty: all.
    pub resource_names: Vec<String>,
}

/// Verbs on paths. A `*` at the end stands for the rest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NonResourceRule {
    /// `/healthz`, `/api/*`, `*`
    pub paths: Vec<String>,
    /// `get`, …, `*`
    pub verbs: Vec<String>,
}

impl Rule {
    /// Whether this rule allows that, wherever the policy reaches.
    #[must_use]
    pub fn allows(&self, attributes: &Attributes<'_>) -> bool {
        match (self, attributes) {
            (Self::Resource(rule), Attributes::Resource(request)) => rule.allows(request),
            (Self::NonResource(rule), Attributes::NonResource(request)) => rule.allows(request),
            (Self::Resource(_), Attributes::NonResource(_))
            | (Self::NonResource(_), Attributes::Resource(_)) => false,
        }
    }
}

impl ResourceRule {
    fn allows(&self, request: &Resource<'_>) -> bool {
        has(&self.verbs, request.verb)
            && has(&self.api_groups, request.group)
            && self.resources.iter().any(|rule| covers(rule, request))
            && (self.resource_names.is_empty()
                || self.resource_names.iter().any(|name| name == request.name))
    }
}

impl NonResourceRule {
    fn allows(&self, request: &NonResource<'_>) -> bool {
        has(&self.verbs, request.verb)
            && self.paths.iter().any(|path| match path.strip_suffix('*') {
                Some(start) => request.path.starts_with(start),
                None => path == request.path,
            })
    }
}

fn has(allowed: &[String], asked: &str) -> bool {
    allowed.iter().any(|word| word == "*" || word == asked)
}

fn covers(rule: &str, request: &Resource<'_>) -> bool {
    match rule.split_once('/') {
        _ if rule == "*" => true,
        None => request.subresource.is_empty() && rule == request.resource,
        Some((resource, subresource)) => {
            (resource == "*" || resource == request.resource) && subresource == request.subresource
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    fn rule(groups: &[&str], resources: &[&str], verbs: &[&str], names: &[&str]) -> Rule {
        Rule::Resource(ResourceRule {
            api_groups: words(groups),
            resources: words(resources),
            verbs: words(verbs),
            resource_names: words(names),
        })
    }

    fn request<'a>(verb: &'a str, group: &'a str, kind: &'a str, name: &'a str) -> Attributes<'a> {
        let (resource, subresource) = kind.split_once('/').unwrap_or((kind, ""));
        Attributes::Resource(Resource {
            namespace: "n",
            verb,
            group,
            resource,
            subresource,
            name,
        })
    }

    #[test]
    fn a_rule_means_what_it_means_in_rbac() {
        let pods = rule(&[""], &["pods"], &["get"], &[]);
        let logs = rule(&[""], &["pods/log"], &["get"], &[]);
        let scale = rule(&["*"], &["*/scale"], &["get"], &[]);
        let all = rule(&["*"], &["*"], &["*"], &[]);
        // No API server sends a slash within the name of a resource.
        let whole = |resource| {
            Attributes::Resource(Resource {
                verb: "get",
                resource,
                ..Resource::default()
            })
        };
        let own = rule(&["g"], &["leases"], &["update"], &["a", "b"]);
        for (rule, attributes, expected) in [
            (&pods, request("get", "", "pods", ""), true),
            (&pods, request("list", "", "pods", ""), false),
            (&pods, request("", "", "pods", ""), false),
            (&pods, request("*", "", "pods", ""), false),
            (&pods, request("GET", "", "pods", ""), false),
            (&pods, request("get", "", "Pods", ""), false),
            (&pods, request("get", "", "*", ""), false),
            (&pods, request("get", "", "", ""), false),
            (&pods, request("get", "*", "pods", ""), false),
            (&pods, request("get", "apps", "pods", ""), false),
            (&pods, request("get", "", "pods/log", ""), false),
            (&logs, request("get", "", "pods/log", ""), true),
            (&logs, request("get", "", "pods", ""), false),
            (&logs, whole("pods/log"), false),
            (&logs, request("get", "", "pods/log/x", ""), false),
            (&scale, whole("*/scale"), false),
            (
                &scale,
                request("get", "apps", "deployments/scale", ""),
                true,
            ),
            (&scale, request("get", "apps", "deployments", ""), false),
            (&all, request("impersonate", "x", "users/y", "z"), true),
            (&all, request("", "", "pods", ""), true),
            (&own, request("update", "g", "leases", "a"), true),
            (&own, request("update", "g", "leases", "c"), false),
            (&own, request("update", "g", "leases", ""), false),
        ] {
            assert_eq!(
                rule.allows(&attributes),
                expected,
                "{rule:?} {attributes:?}"
            );
        }
    }

    #[test]
    fn a_rule_for_paths_reaches_paths_alone() {
        let rule = Rule::NonResource(NonResourceRule {
            paths: words(&["/api", "/api/*"]),
            verbs: words(&["get"]),
        });
        let path = |verb, path| Attributes::NonResource(NonResource { path, verb });
        for (attributes, expected) in [
            (path("get", "/api"), true),
            (path("get", "/api/v1"), true),
            (path("post", "/api"), false),
            (path("get", "/apis"), false),
            (path("get", "/"), false),
            (path("get", ""), false),
            (path("get", "/API"), false),
            (path("get", "//api"), false),
            (path("GET", "/api"), false),
            (path("", "/api"), false),
            (request("get", "", "/api", ""), false),
        ] {
            assert_eq!(rule.allows(&attributes), expected, "{attributes:?}");
        }
    }
}
