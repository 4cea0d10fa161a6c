//! Rights for scripts.

use iam_core::access_entry::{AccessScope, PolicyBinding};
use serde_json::{Map, Value, json};

use super::{namespaces, reaches};
use crate::access::Access;
use crate::name::Fit;
use crate::rbac::Binding;
use crate::rights::{Grant, Reach, Rights};
use crate::rule_told;

/// `{masters, node, access: [{namespace, level, …}], bindings: […], policies: […]}`
pub(crate) fn json(rights: &Rights<'_>) -> Value {
    let namespaces = namespaces(rights);
    let access = reaches(&namespaces).map(|reach| access(rights, reach));
    json!({
        "masters": rights.masters == Some(Fit::Certain),
        "node": rights.is_node,
        "access": access.collect::<Vec<_>>(),
        "bindings": rights.grants.iter().map(grant).collect::<Vec<_>>(),
        "policies": rights.policies.iter().map(policy).collect::<Vec<_>>(),
    })
}

/// How far rights go in one part; where they go everywhere, no namespace is named.
fn access(rights: &Rights<'_>, reach: Reach<'_>) -> Value {
    let mut members = Map::new();
    if let Reach::Namespace(namespace) = reach {
        members.insert("namespace".to_owned(), json!(namespace));
    }
    let certain = rights.access(reach, Fit::Certain);
    let possible = rights.access(reach, Fit::Possible);
    let Access {
        level,
        reads_secrets,
    } = certain;
    members.insert("level".to_owned(), json!(level.word()));
    members.insert("readsSecrets".to_owned(), json!(reads_secrets));
    if possible != certain {
        members.insert("possibleLevel".to_owned(), json!(possible.level.word()));
    }
    Value::Object(members)
}

fn grant(grant: &Grant<'_>) -> Value {
    let Binding {
        namespace,
        name,
        role,
        place,
        ..
    } = grant.binding;
    let mut members = Map::new();
    let mut put = |key: &str, value: Value| {
        members.insert(key.to_owned(), value);
    };
    put("kind", json!(grant.binding.kind()));
    put("name", json!(name));
    if let Some(namespace) = namespace {
        put("namespace", json!(namespace));
    }
    if let Some(place) = place {
        put("file", json!(&*place.file));
        put("line", json!(place.line));
    }
    let subject = json!({"kind": grant.subject.kind(), "name": grant.subject.name()});
    put("subject", subject);
    put("certain", json!(grant.fit == Fit::Certain));
    put("role", json!({"kind": role.kind(), "name": role.name()}));
    if let Some(rules) = grant.rules {
        put("rules", rules.rules.iter().map(rule_told::json).collect());
    }
    Value::Object(members)
}

fn policy(binding: &PolicyBinding) -> Value {
    let scope = match binding.scope() {
        AccessScope::Cluster => json!({"type": "cluster"}),
        AccessScope::Namespaces(patterns) => {
            let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
            json!({"type": "namespace", "namespaces": patterns})
        }
    };
    let rules = binding.policy().map_or(&[][..], |policy| &policy.rules);
    json!({
        "policyArn": binding.arn().to_string(),
        "accessScope": scope,
        "rules": rules.iter().map(rule_told::json).collect::<Vec<_>>(),
    })
}
