//! Rights for people.

use std::fmt::Write as _;

use iam_core::access_entry::{AccessScope, Rule};

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
        let _ = writeln!(text, "  by {}", told(grant));
        rules(&mut text, grant.rules.map_or(&[], |found| &found.rules));
    }
    for binding in rights.policies {
        let scope = match binding.scope() {
            AccessScope::Cluster => "the cluster".to_owned(),
            AccessScope::Namespaces(patterns) => {
                let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
                patterns.join(", ")
            }
        };
        let _ = writeln!(text, "  by {} in {scope}", shown(binding.arn().name()));
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
fn told(grant: &Grant<'_>) -> String {
    let binding = grant.binding;
    let name = match &binding.namespace {
        Some(namespace) => format!("{}/{}", shown(namespace), shown(&binding.name)),
        None => shown(&binding.name),
    };
    let place = binding.place.as_ref().map_or_else(String::new, |place| {
        format!(", {}:{}", place.file, place.line)
    });
    let (kind, subject) = (grant.subject.kind(), shown(&grant.subject.name()));
    let possible = match grant.fit {
        Fit::Certain => "",
        Fit::Possible => ", where the login makes it so",
    };
    let missing = match grant.rules {
        Some(_) => "",
        None => ", which does not exist",
    };
    let role = format!("{} {}", binding.role.kind(), shown(binding.role.name()));
    format!(
        "{} {name} ({kind} {subject}{possible}{place}): {role}{missing}",
        binding.kind()
    )
}

fn rules(text: &mut String, rules: &[Rule]) {
    for rule in rules {
        let _ = writeln!(text, "     {}", rule_told::text(rule));
    }
}
