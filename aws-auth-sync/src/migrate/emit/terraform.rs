//! Terraform's `aws_eks_access_entry` and `aws_eks_access_policy_association`.

use std::collections::HashSet;
use std::fmt::Write as _;

use iam_core::access_entry::EntryType;

use super::super::{AccessEntry, Migration, Target};

pub(super) fn text(migration: &Migration, target: &Target) -> String {
    let cluster = target.name();
    let mut names = HashSet::new();
    let mut text = String::from(HEAD);
    for entry in &migration.entries {
        let name = unique(&entry.principal.to_string(), &mut names);
        one(&mut text, entry, cluster, &name);
    }
    text
}

fn one(text: &mut String, entry: &AccessEntry, cluster: &str, name: &str) {
    let source: String = entry
        .source
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    let arn = string(&entry.principal.to_string());
    let _ = writeln!(
        text,
        "# {source}\nresource \"aws_eks_access_entry\" \"{name}\" {{"
    );
    let _ = writeln!(text, "  cluster_name  = {}", string(cluster));
    let _ = writeln!(text, "  principal_arn = {arn}");
    let _ = writeln!(
        text,
        "  type          = {}",
        string(entry.entry_type.name())
    );
    if let Some(username) = &entry.username {
        let _ = writeln!(text, "  user_name     = {}", string(username));
    }
    if !entry.kubernetes_groups.is_empty() {
        let groups: Vec<String> = entry
            .kubernetes_groups
            .iter()
            .map(|group| string(group))
            .collect();
        let _ = writeln!(text, "  kubernetes_groups = [{}]", groups.join(", "));
    }
    text.push_str("}\n\n");
    for (index, policy) in entry.access_policies.iter().enumerate() {
        let _ = writeln!(
            text,
            "resource \"aws_eks_access_policy_association\" \"{name}_{index}\" {{"
        );
        let _ = writeln!(
            text,
            "  cluster_name  = aws_eks_access_entry.{name}.cluster_name"
        );
        let _ = writeln!(
            text,
            "  principal_arn = aws_eks_access_entry.{name}.principal_arn"
        );
        let _ = writeln!(text, "  policy_arn    = {}", string(&policy.policy_arn));
        let _ = writeln!(
            text,
            "\n  access_scope {{\n    type = {}",
            string(&policy.access_scope.scope_type)
        );
        if !policy.access_scope.namespaces.is_empty() {
            let namespaces: Vec<String> = policy
                .access_scope
                .namespaces
                .iter()
                .map(|namespace| string(namespace))
                .collect();
            let _ = writeln!(text, "    namespaces = [{}]", namespaces.join(", "));
        }
        text.push_str("  }\n}\n\n");
    }
    import(text, entry, cluster, name);
}

/// EKS makes the entries of nodes itself; the others exist only where somebody made them.
fn import(text: &mut String, entry: &AccessEntry, cluster: &str, name: &str) {
    let is_made_by_eks = entry.entry_type != EntryType::Standard;
    let mark = if is_made_by_eks { "" } else { "# " };
    let id = string(&format!("{cluster}:{}", entry.principal));
    let lines = [
        "import {".to_owned(),
        format!("  to = aws_eks_access_entry.{name}"),
        format!("  id = {id}"),
        "}".to_owned(),
    ];
    for line in lines {
        let _ = writeln!(text, "{mark}{line}");
    }
    for (index, policy) in entry.access_policies.iter().enumerate() {
        let id = string(&format!(
            "{cluster}#{}#{}",
            entry.principal, policy.policy_arn
        ));
        let _ = writeln!(
            text,
            "# import {{\n#   to = aws_eks_access_policy_association.{name}_{index}\n#   id = {id}\n# }}"
        );
    }
    text.push('\n');
}

/// A name of Terraform's that no other entry has.
fn unique(arn: &str, names: &mut HashSet<String>) -> String {
    let resource = arn.rsplit(':').next().unwrap_or(arn).replace('/', "_");
    let is_allowed =
        |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    let base: String = resource
        .chars()
        .map(|character| {
            if is_allowed(character) {
                character
            } else {
                '_'
            }
        })
        .collect();
    let mut name = base.clone();
    let mut number = 2;
    while !names.insert(name.to_lowercase()) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}

/// A string of HCL: <https://developer.hashicorp.com/terraform/language/expressions/strings>
fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            other if other.is_control() => quoted.push(' '),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted.replace("${", "$${").replace("%{", "%%{")
}

const HEAD: &str = "# Access entries made of aws-auth.
#
# An entry that exists already has to be imported. EKS makes those of managed node groups and
# Fargate profiles itself: their import blocks are set; remove the block of an entry that does not
# exist yet, and uncomment those of others that do.

";
