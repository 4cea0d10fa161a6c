//! One entry, from the nodes of its document.

use super::fields::{Fault, Fields, items, text};
use super::{
    AccessEntry, AccessScope, Diagnostic, EntryType, NamespacePattern, PolicyArn, PolicyBinding,
    names,
};
use crate::aws_auth::Refusal;
use crate::excerpt::Excerpt;
use crate::principal::Principal;
use crate::yaml::{Node, Position};

/// Reads the entry at `node`; `beside` are policies that stand outside of it. What is wrong goes
/// to `found`: an entry that may not act is left out, and so is a policy that cannot be bound.
pub(super) fn entry(
    node: &Node,
    index: usize,
    beside: &[Node],
    found: &mut Vec<Diagnostic>,
) -> Option<AccessEntry> {
    let known = found.len();
    let read = read(node, index, beside, found);
    let entry = match read {
        Ok(entry) => Some(entry),
        Err(fault) => {
            found.push(left_out(fault, "the entry"));
            None
        }
    };
    let of_this = found.iter_mut().skip(known);
    of_this.for_each(|remark| remark.index = Some(index));
    entry
}

fn read(
    node: &Node,
    index: usize,
    beside: &[Node],
    found: &mut Vec<Diagnostic>,
) -> Result<AccessEntry, Fault> {
    let mapping = node.as_mapping().ok_or_else(|| no_entry(node))?;
    let fields = Fields::of(mapping, &KEYS, &PASSED, found)?;
    let principal = principal(&fields, node.position)?;
    let entry_type = entry_type(&fields, &principal)?;
    let username = names::username(entry_type, &principal, fields.text("username")?);
    let username = username.map_err(|refusal| at(&fields, "username", node, refusal))?;
    let groups = groups(&fields, entry_type)?;
    let inside = fields.items("accessPolicies")?.iter();
    let associated = fields.items("associatedAccessPolicies")?.iter();
    let bound: Vec<&Node> = inside.chain(associated).chain(beside).collect();
    if let Some(first) = bound.first()
        && !entry_type.takes_policies()
    {
        let message = format!("an entry of type {entry_type} can have no access policies");
        return Err(Fault::at(first.position, message));
    }
    let policies = policies(&bound, &principal, found);
    Ok(AccessEntry {
        principal,
        entry_type,
        username,
        groups,
        policies,
        index,
        position: node.position,
    })
}

fn no_entry(node: &Node) -> Fault {
    let fault = Fault::at(node.position, "the item is not an entry");
    match node.as_scalar() {
        // As `aws eks list-access-entries` prints them.
        Some(_) => fault.hint("write principalArn: before the ARN, or describe the entry"),
        None => fault,
    }
}

fn principal(fields: &Fields<'_>, position: Position) -> Result<Principal, Fault> {
    let Some(node) = fields.get("principalArn") else {
        return Err(Fault::at(position, "principalArn is missing"));
    };
    let fault = |message: String| Fault::at(node.position, message);
    let principal: Principal = text("principalArn", node)?
        .parse()
        .map_err(|error| fault(format!("principalArn: {error}")))?;
    match &principal {
        Principal::Role { path, .. } if path.starts_with("/aws-service-role/") => Err(fault(
            "a service-linked role can have no access entry".to_owned(),
        )),
        Principal::User { .. } | Principal::Role { .. } => Ok(principal),
        Principal::AssumedRole { .. } => {
            let message = "a session can have no access entry: its role has one".to_owned();
            Err(fault(message).hint("write the role's ARN, with its path"))
        }
        Principal::FederatedUser { .. }
        | Principal::Root { .. }
        | Principal::Ec2Instance { .. } => Err(fault(
            "only users and roles can have access entries".to_owned(),
        )),
    }
}

fn entry_type(fields: &Fields<'_>, principal: &Principal) -> Result<EntryType, Fault> {
    let Some(node) = fields.get("type") else {
        return Ok(EntryType::Standard);
    };
    let entry_type: EntryType = text("type", node)?
        .parse()
        .map_err(|error| Fault::at(node.position, format!("type: {error}")))?;
    if entry_type != EntryType::Standard && principal.role_name().is_none() {
        let message = format!("an entry of type {entry_type} is for a role, not for a user");
        return Err(Fault::at(node.position, message));
    }
    Ok(entry_type)
}

fn groups(
    fields: &Fields<'_>,
    entry_type: EntryType,
) -> Result<Vec<crate::aws_auth::Template>, Fault> {
    let written = fields.items("kubernetesGroups")?;
    if entry_type == EntryType::Standard {
        let group = |node: &Node| {
            names::group(text("a group", node)?).map_err(|refusal| fault(node.position, refusal))
        };
        return written.iter().map(group).collect();
    }
    for node in written {
        if !names::is_nodes_own(entry_type, text("a group", node)?) {
            let message = format!("an entry of type {entry_type} can name no groups");
            return Err(Fault::at(node.position, message));
        }
    }
    let position = fields
        .get("kubernetesGroups")
        .map_or(Position::START, |node| node.position);
    names::implicit(entry_type).map_err(|refusal| fault(position, refusal))
}

/// The policies that can be bound; of one that stands there twice the last scope counts, as in
/// the API.
fn policies(
    nodes: &[&Node],
    principal: &Principal,
    found: &mut Vec<Diagnostic>,
) -> Vec<PolicyBinding> {
    let mut bindings: Vec<PolicyBinding> = Vec::new();
    for node in nodes {
        let binding = match binding(node, principal, found) {
            Ok(binding) => binding,
            Err(fault) => {
                found.push(left_out(fault, "the policy"));
                continue;
            }
        };
        warn_of_policy(node, &binding, found);
        let same = |bound: &&mut PolicyBinding| bound.arn() == binding.arn();
        match bindings.iter_mut().find(same) {
            Some(bound) => {
                let name = binding.arn().name();
                let message = format!("{name} is bound twice: this scope replaces the other");
                found.push(Diagnostic::warning(node.position, message));
                *bound = binding;
            }
            None => bindings.push(binding),
        }
    }
    bindings
}

fn binding(
    node: &Node,
    principal: &Principal,
    found: &mut Vec<Diagnostic>,
) -> Result<PolicyBinding, Fault> {
    let mapping = node
        .as_mapping()
        .ok_or_else(|| Fault::at(node.position, "the item is no policy with its scope"))?;
    let fields = Fields::of(mapping, &POLICY_KEYS, &POLICY_PASSED, found)?;
    let Some(named) = fields.get("policyArn") else {
        return Err(Fault::at(node.position, "policyArn is missing"));
    };
    let arn: PolicyArn = text("policyArn", named)?
        .parse()
        .map_err(|error| Fault::at(named.position, format!("policyArn: {error}")))?;
    if arn.partition() != principal.partition() {
        let (policy, principal) = (arn.partition(), principal.partition());
        let message =
            format!("policyArn is of the partition {policy}, principalArn of {principal}");
        return Err(Fault::at(named.position, message));
    }
    let Some(scope) = fields.get("accessScope") else {
        let fault = Fault::at(node.position, "accessScope is missing");
        return Err(fault.hint("add accessScope: {type: cluster}, or a type namespace"));
    };
    Ok(PolicyBinding::new(arn, access_scope(scope, found)?))
}

fn access_scope(node: &Node, found: &mut Vec<Diagnostic>) -> Result<AccessScope, Fault> {
    let fault = |message: &str| Fault::at(node.position, message);
    let mapping = node
        .as_mapping()
        .ok_or_else(|| fault("accessScope is not a mapping"))?;
    let fields = Fields::of(mapping, &["type", "namespaces"], &[], found)?;
    let named = match fields.get("namespaces") {
        Some(node) => items("namespaces", node)?,
        None => &[],
    };
    match (fields.text("type")?, named) {
        (Some("cluster"), []) => Ok(AccessScope::Cluster),
        (Some("cluster"), [..]) => Err(fault("a scope of type cluster names no namespaces")),
        (Some("namespace"), []) => Err(fault("a scope of type namespace names no namespace")),
        (Some("namespace"), named) => {
            let patterns = named.iter().map(namespace).collect::<Result<_, _>>()?;
            Ok(AccessScope::Namespaces(patterns))
        }
        (Some(_), _) => Err(fault("the scope's type is neither cluster nor namespace")),
        (None, _) => Err(fault("the scope's type is missing")),
    }
}

fn namespace(node: &Node) -> Result<NamespacePattern, Fault> {
    let text = text("a namespace", node)?;
    text.parse()
        .map_err(|error| Fault::at(node.position, format!("{}: {error}", Excerpt(text))))
}

/// Names are not a closed list: EKS adds some every few months.
fn warn_of_policy(node: &Node, binding: &PolicyBinding, found: &mut Vec<Diagnostic>) {
    let name = Excerpt(binding.arn().name());
    let message = match binding.policy() {
        None => format!("the policy {name} is not known: it grants nothing here"),
        Some(policy) if !policy.is_published => {
            format!("AWS does not publish what {name} allows: it grants nothing here")
        }
        Some(_) => return,
    };
    found.push(Diagnostic::warning(node.position, message));
}

fn at(fields: &Fields<'_>, key: &str, entry: &Node, refusal: Refusal) -> Fault {
    let node = fields.get(key).unwrap_or(entry);
    fault(node.position, refusal)
}

fn fault(position: Position, refusal: Refusal) -> Fault {
    let Refusal { message, hint } = refusal;
    Fault {
        position,
        message,
        hint,
    }
}

fn left_out(fault: Fault, what: &str) -> Diagnostic {
    let Fault {
        position,
        message,
        hint,
    } = fault;
    let message = format!("{message}: {what} is left out");
    Diagnostic {
        hint,
        ..Diagnostic::error(position, message)
    }
}

const KEYS: [&str; 6] = [
    "principalArn",
    "type",
    "username",
    "kubernetesGroups",
    "accessPolicies",
    "associatedAccessPolicies",
];
/// What the API says of an entry beside.
const PASSED: [&str; 6] = [
    "accessEntryArn",
    "clusterName",
    "clientRequestToken",
    "createdAt",
    "modifiedAt",
    "tags",
];
const POLICY_KEYS: [&str; 2] = ["policyArn", "accessScope"];
const POLICY_PASSED: [&str; 2] = ["associatedAt", "modifiedAt"];
