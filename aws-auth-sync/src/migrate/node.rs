//! Entries of nodes.

use iam_core::access_entry::EntryType;
use iam_core::aws_auth::Entry;
use iam_core::principal::Principal;

use super::{AccessEntry, Stays, Step};
use crate::guard::NODE_GROUPS;

/// The access entry of nodes; `None` for entries that are not.
pub(super) fn of_entry(
    step: &Step<'_>,
    entry: &Entry,
    principal: &Principal,
) -> Result<Option<AccessEntry>, Stays> {
    let has = |group: &str| entry.groups.iter().any(|found| found == group);
    let Some(name) = entry.username.strip_prefix("system:node:") else {
        return Ok(None);
    };
    if !has("system:bootstrappers") || !has("system:nodes") {
        let reason = "the username is a node's, and one of the groups of nodes is missing";
        return Err(Stays::blocked(
            reason,
            "correct the entry, then migrate again",
        ));
    }
    let entry_type = match name {
        "{{EC2PrivateDNSName}}" if has("eks:kube-proxy-windows") => EntryType::Ec2Windows,
        "{{EC2PrivateDNSName}}" => EntryType::Ec2Linux,
        "{{SessionName}}" => by_role(step, principal)?,
        _ => {
            let reason = "the node's name is not one that EKS gives";
            return Err(Stays::blocked(
                reason,
                "write system:node:{{EC2PrivateDNSName}}",
            ));
        }
    };
    check(step, entry, principal, entry_type)?;
    Ok(Some(AccessEntry {
        principal: principal.clone(),
        entry_type,
        username: None,
        kubernetes_groups: Vec::new(),
        access_policies: Vec::new(),
        source: step.source(entry),
        warnings: Vec::new(),
    }))
}

/// What an entry of nodes cannot carry.
fn check(
    step: &Step<'_>,
    entry: &Entry,
    principal: &Principal,
    entry_type: EntryType,
) -> Result<(), Stays> {
    if let Some(other) = entry
        .groups
        .iter()
        .find(|group| !NODE_GROUPS.contains(&group.as_str()))
    {
        let reason =
            format!("an entry of type {entry_type} takes no groups, and this one gives {other:?}");
        return Err(Stays::blocked(
            reason,
            "give what needs the group a role of its own",
        ));
    }
    if step
        .target
        .account()
        .is_some_and(|account| account != principal.account())
    {
        let reason = "roles of nodes have to be of the cluster's own account";
        return Err(Stays::blocked(
            reason,
            "keep the entry in aws-auth, or move the nodes to a role of the account",
        ));
    }
    Ok(())
}

/// Fargate and hybrid nodes look alike in aws-auth.
fn by_role(step: &Step<'_>, principal: &Principal) -> Result<EntryType, Stays> {
    let canonical = principal.canonical_arn();
    let is_named = |roles: &[String]| {
        roles.iter().any(|role| {
            let named = role.parse::<Principal>().map(|role| role.canonical_arn());
            named.is_ok_and(|named| named.eq_ignore_ascii_case(&canonical))
        })
    };
    match (
        is_named(&step.known.fargate_roles),
        is_named(&step.known.hybrid_roles),
    ) {
        (true, false) => Ok(EntryType::FargateLinux),
        (false, true) => Ok(EntryType::HybridLinux),
        (true, true) => Err(Stays::blocked(
            "the role is named for Fargate and for hybrid nodes",
            "name it with one of --fargate-role and --hybrid-role",
        )),
        (false, false) => Err(Stays::blocked(
            "its nodes are on Fargate or hybrid, and aws-auth does not tell which",
            format!("give --fargate-role {canonical} or --hybrid-role {canonical}"),
        )),
    }
}
