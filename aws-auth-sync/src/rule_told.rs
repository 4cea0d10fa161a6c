//! A rule of RBAC or of an access policy, for people and for scripts.

use iam_core::access_entry::Rule;
use serde_json::{Value, json};

use crate::shown::shown;

/// `get, list on core: pods, pods/log`
pub(crate) fn text(rule: &Rule) -> String {
    match rule {
        Rule::Resource(rule) => {
            let groups = rule.api_groups.iter();
            let groups = groups.map(|group| if group.is_empty() { "core" } else { group });
            let (verbs, groups) = (list(&rule.verbs), list(groups));
            let on = format!("{verbs} on {groups}: {}", list(&rule.resources));
            match rule.resource_names.as_slice() {
                [] => on,
                names => format!("{on} named {}", list(names)),
            }
        }
        Rule::NonResource(rule) => format!("{} on {}", list(&rule.verbs), list(&rule.paths)),
    }
}

fn list(words: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| shown(word.as_ref())).collect();
    words.join(", ")
}

/// The rule as RBAC writes it.
pub(crate) fn json(rule: &Rule) -> Value {
    match rule {
        Rule::Resource(rule) => {
            let mut value = json!({
                "apiGroups": rule.api_groups, "resources": rule.resources, "verbs": rule.verbs,
            });
            if let (false, Some(members)) = (rule.resource_names.is_empty(), value.as_object_mut())
            {
                members.insert("resourceNames".to_owned(), json!(rule.resource_names));
            }
            value
        }
        Rule::NonResource(rule) => json!({"nonResourceURLs": rule.paths, "verbs": rule.verbs}),
    }
}
