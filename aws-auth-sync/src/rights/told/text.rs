//! Rights for people.

use std::fmt::Write as _;

use iam_core::access_entry::{AccessScope, PolicyBinding, Rule};

use super::{namespaces, reaches};
use crate::access::Level;
use crate::name::Fit;
use crate::rights::{Grant, Reach, Rights};
use crate::rule_told;
use crate::shown::shown;

/// How far rights go, part by part, then by what, with the rules.
pub(crate) fn text(rights: &Rights<'_>) -> String {
    let mut text = String::new();
    if rights.masters == Some(Fit::Certain) {
        text.push_str("  may do everything: system:masters passes by RBAC\n");
        return text;
    }
    let namespaces = namespaces(rights);
    for reach in reaches(&namespaces) {
        access(&mut text, rights, reach);
    }
    if rights.is_node {
        text.push_str("  by the Node authorizer: what the node of its name needs\n");
    }
    for grant in &rights.grants {
        let _ = writeln!(text, "  by {}", self::grant(grant));
        rules(&mut text, grant.rules.map_or(&[], |found| &found.rules));
    }
    for binding in rights.policies {
        let _ = writeln!(text, "  by {}", self::policy(binding));
        let policy = binding.policy();
        rules(&mut text, policy.map_or(&[], |policy| &policy.rules));
    }
    text
}

fn access(text: &mut String, rights: &Rights<'_>, reach: Reach<'_>) {
    let certain = rights.access(reach, Fit::Certain);
    let possible = rights.access(reach, Fit::Possible);
    let place = match reach {
        Reach::Everywhere => "everywhere".to_owned(),
        Reach::Namespace(namespace) => format!("in {}", shown(namespace)),
    };
    let told = match certain.level {
        Level::None => "nothing".to_owned(),
        _ => certain.told(),
    };
    let _ = write!(text, "  may {place}: {told}");
    if possible != certain {
        let _ = write!(text, "; {}, by the name of a session", possible.told());
    }
    text.push('\n');
}

/// `RoleBinding shop/devs (Group developers): ClusterRole edit`
pub(crate) fn grant(grant: &Grant<'_>) -> String {
    format!("{}: {}", binding(grant), role(grant))
}

/// `RoleBinding shop/devs (Group developers)`
pub(crate) fn binding(grant: &Grant<'_>) -> String {
    let binding = grant.binding;
    let name = in_namespace(binding.namespace.as_deref(), &binding.name);
    let place = binding.place.as_ref().map_or_else(String::new, |place| {
        format!(", {}:{}", place.file, place.line)
    });
    let (kind, subject) = (grant.subject.kind(), shown(&grant.subject.name()));
    let possible = match grant.fit {
        Fit::Certain => "",
        Fit::Possible => ", where the login makes it so",
    };
    format!(
        "{} {name} ({kind} {subject}{possible}{place})",
        binding.kind()
    )
}

/// `Role shop/deployer`
pub(crate) fn role(grant: &Grant<'_>) -> String {
    let role = &grant.binding.role;
    let name = in_namespace(role.namespace(), role.name());
    let missing = match grant.rules {
        Some(_) => "",
        None => ", which does not exist",
    };
    format!("{} {name}{missing}", role.kind())
}

fn in_namespace(namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some(namespace) => format!("{}/{}", shown(namespace), shown(name)),
        None => shown(name),
    }
}

/// `AmazonEKSViewPolicy in dev-*, shop`
pub(crate) fn policy(binding: &PolicyBinding) -> String {
    format!("{} in {}", shown(binding.arn().name()), scope(binding))
}

/// `dev-*, shop`
pub(crate) fn scope(binding: &PolicyBinding) -> String {
    match binding.scope() {
        AccessScope::Cluster => "the cluster".to_owned(),
        AccessScope::Namespaces(patterns) => {
            let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
            patterns.join(", ")
        }
    }
}

fn rules(text: &mut String, rules: &[Rule]) {
    for rule in rules {
        let _ = writeln!(text, "     {}", rule_told::text(rule));
    }
}
