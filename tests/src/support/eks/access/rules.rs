//! What the EKS API refuses about access entries.
//! <https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html>

use iam_core::access_entry::Policy;
use serde_json::Value;

use crate::support::standin::Refusal;

/// The types, and what each forbids besides.
const TYPES: [(&str, Takes); 7] = [
    ("STANDARD", Takes::NamesAndPolicies),
    ("EC2", Takes::Policies),
    ("EC2_LINUX", Takes::Nothing),
    ("EC2_WINDOWS", Takes::Nothing),
    ("FARGATE_LINUX", Takes::Nothing),
    ("HYBRID_LINUX", Takes::Nothing),
    ("HYPERPOD_LINUX", Takes::Nothing),
];

#[derive(Clone, Copy, Eq, PartialEq)]
enum Takes {
    NamesAndPolicies,
    Policies,
    Nothing,
}

pub(super) fn check_type(entry_type: &str, principal: &str, account: &str) -> Result<(), Refusal> {
    let message = match takes(entry_type) {
        None => format!("The specified type {entry_type} is invalid"),
        Some(Takes::NamesAndPolicies) => return Ok(()),
        Some(Takes::Policies | Takes::Nothing) => {
            let own = format!("::{account}:role/");
            if principal.contains(&own) {
                return Ok(());
            }
            format!(
                "The principal of a {entry_type} access entry must be a role of the cluster's account"
            )
        }
    };
    Err(invalid(&message))
}

/// The groups and the username of an entry of people and programs.
pub(super) fn check_names(
    entry_type: &str,
    groups: Option<&[String]>,
    username: Option<&str>,
) -> Result<(), Refusal> {
    if takes(entry_type) != Some(Takes::NamesAndPolicies) {
        return match (groups, username) {
            (None, None) => Ok(()),
            _ => Err(invalid(&format!(
                "The kubernetesGroups and username cannot be set for an access entry of type {entry_type}"
            ))),
        };
    }
    for group in groups.unwrap_or_default() {
        if let Some(prefix) = reserved(group) {
            let message = format!(
                "The kubernetes group name {group} is invalid, it cannot start with {prefix}"
            );
            return Err(invalid(&message));
        }
    }
    let Some(username) = username else {
        return Ok(());
    };
    if let Some(prefix) = reserved(username) {
        return Err(invalid(&format!(
            "The username must not begin with {prefix}"
        )));
    }
    if let Some((before, _)) = username.split_once("{{SessionName")
        && !before.contains(':')
    {
        return Err(invalid(
            "The username must contain a colon before {{SessionName}}",
        ));
    }
    Ok(())
}

/// A policy that exists, and the namespaces of its scope.
pub(super) fn check_policy(
    entry_type: &str,
    partition: &str,
    policy: &str,
    scope: &Value,
) -> Result<Vec<String>, Refusal> {
    if takes(entry_type) == Some(Takes::Nothing) {
        let message = format!(
            "Access policies cannot be associated with an access entry of type {entry_type}"
        );
        return Err(Refusal::new(400, "InvalidRequestException", &message));
    }
    if !policies(partition).any(|(_, arn)| arn == policy) {
        return Err(invalid("The policyArn parameter value is not valid."));
    }
    let namespaces = scope.get("namespaces").cloned().unwrap_or_default();
    let namespaces: Option<Vec<String>> = serde_json::from_value(namespaces).unwrap_or_default();
    let namespaces = namespaces.unwrap_or_default();
    let is_pattern = |name: &String| !name.trim_end_matches('*').contains('*') && !name.is_empty();
    match (scope.get("type").and_then(Value::as_str), namespaces.len()) {
        (Some("cluster"), 0) => Ok(namespaces),
        (Some("namespace"), 1..) if namespaces.iter().all(is_pattern) => Ok(namespaces),
        _ => Err(invalid("The accessScope parameter value is not valid.")),
    }
}

/// Names and ARNs of the policies that there are.
pub(in super::super) fn policies(partition: &str) -> impl Iterator<Item = (&'static str, String)> {
    let prefix = format!("arn:{partition}:eks::aws:cluster-access-policy/");
    let names = Policy::all().iter().map(|policy| policy.name.as_str());
    names.map(move |name| (name, format!("{prefix}{name}")))
}

fn takes(entry_type: &str) -> Option<Takes> {
    let mut types = TYPES.iter();
    types
        .find(|(name, _)| *name == entry_type)
        .map(|(_, takes)| *takes)
}

fn reserved(name: &str) -> Option<&'static str> {
    ["system:", "eks:", "aws:", "amazon:", "iam:"]
        .into_iter()
        .find(|prefix| name.starts_with(prefix))
}

pub(super) fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "InvalidParameterException", message)
}
