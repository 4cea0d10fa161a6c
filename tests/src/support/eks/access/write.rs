//! Changes of access entries.

use serde_json::{Value, json};

use super::body::Body;
use super::entry::associated;
use super::{AccessEntry, Entries, Terms, described, not_found, rules};
use crate::support::eks::operation::Write;
use crate::support::sigv4::Request;
use crate::support::standin::Refusal;

pub(super) fn write(
    entries: &mut Entries,
    write: Write,
    request: &Request,
    terms: &Terms<'_>,
) -> Result<Value, Refusal> {
    match write {
        Write::CreateAccessEntry => create(entries, &Body::of(request)?, terms),
        Write::UpdateAccessEntry { principal } => {
            let entry = found(entries, &principal)?;
            update(entry, &Body::of(request)?)?;
            Ok(described(entry, terms))
        }
        Write::DeleteAccessEntry { principal } => {
            let removed = entries.remove(&principal);
            removed
                .map(|_| json!({}))
                .ok_or_else(|| not_found("principalArn"))
        }
        Write::AssociateAccessPolicy { principal } => {
            associate(found(entries, &principal)?, &Body::of(request)?, terms)
        }
        Write::DisassociateAccessPolicy { principal, policy } => {
            let removed = found(entries, &principal)?.policies.remove(&policy);
            removed
                .map(|_| json!({}))
                .ok_or_else(|| not_found("policyArn"))
        }
    }
}

fn create(entries: &mut Entries, body: &Body, terms: &Terms<'_>) -> Result<Value, Refusal> {
    let principal = body.text("principalArn")?.unwrap_or_default();
    if !terms.principals.contains(&principal) {
        let message = "The specified principalArn is invalid: invalid principal.";
        return Err(rules::invalid(message));
    }
    let entry_type = body.text("type")?.unwrap_or_else(|| "STANDARD".to_owned());
    rules::check_type(&entry_type, &principal, &terms.cluster.account)?;
    let (groups, username) = (body.texts("kubernetesGroups")?, body.text("username")?);
    rules::check_names(&entry_type, groups.as_deref(), username.as_deref())?;
    if entries.contains_key(&principal) {
        let message = "The specified access entry resource is already in use on this cluster.";
        return Err(Refusal::new(409, "ResourceInUseException", message));
    }
    if entries.len() >= terms.most {
        let most = terms.most;
        let message = format!("The cluster has reached the limit of {most} access entries");
        return Err(Refusal::new(
            400,
            "ResourceLimitExceededException",
            &message,
        ));
    }
    let usual = AccessEntry::new(&principal, &entry_type);
    let entry = AccessEntry {
        username: username.unwrap_or(usual.username),
        groups: groups.unwrap_or(usual.groups),
        tags: body.tags()?,
        ..AccessEntry::new(&principal, &entry_type)
    };
    let answer = described(&entry, terms);
    entries.insert(principal, entry);
    Ok(answer)
}

/// What is not given stays.
fn update(entry: &mut AccessEntry, body: &Body) -> Result<(), Refusal> {
    let (groups, username) = (body.texts("kubernetesGroups")?, body.text("username")?);
    rules::check_names(&entry.entry_type, groups.as_deref(), username.as_deref())?;
    if let Some(groups) = groups {
        entry.groups = groups;
    }
    if let Some(username) = username {
        entry.username = username;
    }
    Ok(())
}

/// A policy that is there gets the new scope.
fn associate(entry: &mut AccessEntry, body: &Body, terms: &Terms<'_>) -> Result<Value, Refusal> {
    let policy = body.text("policyArn")?.unwrap_or_default();
    let scope = body.value("accessScope");
    let partition = &terms.cluster.partition;
    let namespaces = rules::check_policy(&entry.entry_type, partition, &policy, &scope)?;
    let shown = associated(&policy, &namespaces);
    entry.policies.insert(policy, namespaces);
    Ok(json!({
        "clusterName": terms.cluster.name,
        "principalArn": entry.principal_arn,
        "associatedAccessPolicy": shown,
    }))
}

fn found<'a>(entries: &'a mut Entries, principal: &str) -> Result<&'a mut AccessEntry, Refusal> {
    let entry = entries.get_mut(principal);
    entry.ok_or_else(|| not_found("principalArn"))
}
