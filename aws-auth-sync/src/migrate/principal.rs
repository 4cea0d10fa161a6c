//! The user or role that an access entry can be for.

use iam_core::aws_auth::{Entry, Outcome, Section};
use iam_core::principal::Principal;

use super::{Stays, Step};

/// The principal of an entry, a role by its real ARN.
pub(super) fn of_entry(step: &Step<'_>, entry: &Entry, arn: &str) -> Result<Principal, Stays> {
    let dead = |why: &str| Stays::skipped(format!("it matches nobody today: {why}"));
    let principal: Principal = arn
        .parse()
        .map_err(|_| dead("its ARN is not that of a caller"))?;
    match &principal {
        Principal::AssumedRole { .. } => {
            let proposal = format!(
                "write {} and check who gains access by it",
                principal.canonical_arn()
            );
            return Err(Stays::blocked(
                "its ARN is that of a session, and matches nobody today",
                proposal,
            ));
        }
        Principal::Role { path, .. } if path != "/" => {
            let proposal = format!(
                "write {} and check who gains access by it",
                principal.canonical_arn()
            );
            return Err(Stays::blocked(
                "the role's ARN has a path, and matches nobody today",
                proposal,
            ));
        }
        Principal::Root { .. } => {
            return Err(Stays::blocked(
                "an account's root cannot be an access entry",
                "name a role or user of the account",
            ));
        }
        Principal::FederatedUser { .. } | Principal::Ec2Instance { .. } => {
            return Err(Stays::blocked(
                "only users and roles of IAM can be access entries",
                "let the caller assume a role, and name that",
            ));
        }
        Principal::User { .. } | Principal::Role { .. } => {}
    }
    if is_shadowed(step, entry, &principal) {
        return Err(Stays::skipped(
            "the entry in mapRoles for the same principal wins today",
        ));
    }
    match &principal {
        Principal::Role { name, .. } => role(step, &principal, name),
        Principal::User { .. }
        | Principal::AssumedRole { .. }
        | Principal::FederatedUser { .. }
        | Principal::Root { .. }
        | Principal::Ec2Instance { .. } => Ok(principal),
    }
}

fn is_shadowed(step: &Step<'_>, entry: &Entry, principal: &Principal) -> bool {
    match step.consumer.lookup(principal) {
        Outcome::Entries(found) => {
            entry.section == Section::MapUsers
                && found.iter().any(|found| found.section == Section::MapRoles)
        }
        Outcome::Account(_) | Outcome::Unmapped => false,
    }
}

fn role(step: &Step<'_>, principal: &Principal, name: &str) -> Result<Principal, Stays> {
    if name.starts_with("AWSServiceRoleFor") {
        return Err(Stays::blocked(
            "a service-linked role cannot be an access entry",
            "AWS makes the entry of its service itself: see the service's guide",
        ));
    }
    let canonical = principal.canonical_arn();
    if let Some(real) = step.known.arns.real(&canonical) {
        let real = real.parse::<Principal>();
        return real.map_err(|error| Stays::skipped(error.to_string()));
    }
    let ask =
        format!("look it up with aws iam get-role --role-name {name}, and give it with --arn-map");
    if name.to_ascii_lowercase().starts_with("awsreservedsso_") {
        let reason = "the role's real ARN has a path below aws-reserved/sso.amazonaws.com/, which aws-auth does not show";
        return Err(Stays::blocked(reason, ask));
    }
    if step
        .target
        .account()
        .is_some_and(|account| account != principal.account())
    {
        let reason = "the role is of another account, and aws-auth does not show its path";
        return Err(Stays::blocked(reason, ask));
    }
    Ok(principal.clone())
}
