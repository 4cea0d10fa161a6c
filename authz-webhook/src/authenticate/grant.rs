//! From a verified caller to a Kubernetes user: look up, render, check.

use iam_core::account::AccountId;
use iam_core::aws_auth::{RenderError, Template, Values};

use super::{AuditFacts, Granted};
use crate::config::ReservedPrefixes;
use crate::identity::Caller;
use crate::mappings::{Hit, Names, NotLoaded, Snapshot, Sought};
use crate::refusal::Refusal;

/// Accounts of whose principals nothing is told, neither to the log nor to the cluster.
#[derive(Clone, Debug, Default)]
pub struct Scrub(Vec<AccountId>);

impl Scrub {
    /// Scrubs these accounts.
    #[must_use]
    pub fn new(accounts: &[AccountId]) -> Self {
        Self(accounts.to_vec())
    }

    /// Whether nothing is told of this account's principals.
    #[must_use]
    pub fn covers(&self, account: AccountId) -> bool {
        self.0.contains(&account)
    }
}

/// Why there is no user, or not yet.
pub(super) enum NotGranted {
    /// For a reason.
    Refused(Refusal),
    /// The name of the caller's instance is needed first.
    Unnamed(AuditFacts),
}

/// The user that `facts` and `mappings` make of a caller, whose instance has this name if it is
/// known.
pub(super) fn grant(
    mut facts: AuditFacts,
    mappings: &Snapshot,
    reserved: &ReservedPrefixes,
    instance: Option<&str>,
) -> Result<Granted, NotGranted> {
    let sought = Sought::new(facts.caller.principal(), facts.caller.principal_id());
    let Hit { mode, names, place } = match mappings.lookup(&sought) {
        Ok(Some(hit)) => hit,
        Ok(None) => return Err(refused(Refusal::NotMapped, facts)),
        Err(NotLoaded) => return Err(refused(Refusal::MappingsNotLoaded, facts)),
    };
    facts.source = Some(place);
    let (username, groups) = match rendered(&facts.caller, names, instance) {
        Ok(names) => names,
        Err(RenderError::NoEc2PrivateDnsName) => return Err(NotGranted::Unnamed(facts)),
        Err(error) => return Err(NotGranted::Refused(refusal(error, facts))),
    };
    let rule = reserved
        .find(mode, &username)
        .or_else(|| forbidden(&username, &groups));
    if let Some(rule) = rule {
        let rule = rule.to_owned();
        return Err(NotGranted::Refused(Refusal::ReservedName {
            facts: Box::new(facts),
            rule,
        }));
    }
    Ok(Granted {
        uid: uid(&facts, &username),
        username,
        groups,
        facts,
    })
}

fn refused(refusal: fn(Box<AuditFacts>) -> Refusal, facts: AuditFacts) -> NotGranted {
    NotGranted::Refused(refusal(Box::new(facts)))
}

/// Username and groups; the canonical ARN and no groups where a whole account is mapped.
fn rendered(
    caller: &Caller,
    names: Option<Names<'_>>,
    instance: Option<&str>,
) -> Result<(String, Vec<String>), RenderError> {
    let Some(names) = names else {
        return Ok((caller.canonical_arn().to_owned(), Vec::new()));
    };
    let values = Values {
        account: caller.account(),
        session_name: caller.session_name(),
        access_key_id: caller.access_key_id(),
        ec2_private_dns_name: instance,
    };
    let render = |template: &Template| template.render(&values);
    Ok((
        render(names.username)?,
        names.groups.iter().map(render).collect::<Result<_, _>>()?,
    ))
}

/// Names that kube-apiserver gives itself to those it does not know; it filters neither.
fn forbidden(username: &str, groups: &[String]) -> Option<&'static str> {
    if username == ANONYMOUS {
        return Some(ANONYMOUS);
    }
    groups
        .iter()
        .any(|group| group == UNAUTHENTICATED)
        .then_some(UNAUTHENTICATED)
}

const ANONYMOUS: &str = "system:anonymous";
const UNAUTHENTICATED: &str = "system:unauthenticated";

fn refusal(error: RenderError, facts: AuditFacts) -> Refusal {
    let facts = Box::new(facts);
    match error {
        RenderError::Empty | RenderError::Character { .. } => Refusal::UnusableName(facts),
        RenderError::ReservedPrefix { prefix } => Refusal::ReservedName {
            facts,
            rule: prefix.to_owned(),
        },
        RenderError::NoEc2PrivateDnsName | RenderError::Separator { .. } => Refusal::NotRendered {
            facts,
            detail: error.to_string(),
        },
    }
}

fn uid(facts: &AuditFacts, username: &str) -> String {
    match facts.open() {
        Some(caller) => [
            "aws-iam-authenticator",
            caller.account().as_str(),
            caller.principal_id(),
        ]
        .join(":"),
        None => ["aws-iam-authenticator:administrative", username].join(":"),
    }
}

/// The keys that RBAC and audit rules in the field expect, in this order.
pub(super) fn extra(facts: &AuditFacts) -> Vec<(&'static str, &str)> {
    let Some(caller) = facts.open() else {
        return Vec::new();
    };
    let session_name = caller.session_name().unwrap_or_default();
    vec![
        ("accessKeyId", caller.access_key_id()),
        ("arn", caller.arn()),
        ("canonicalArn", caller.canonical_arn()),
        ("principalId", caller.principal_id()),
        ("sessionName", session_name),
        (
            "sigs.k8s.io/aws-iam-authenticator/principalId",
            caller.principal_id(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_given_the_names_of_those_who_are_nobody() {
        let groups = |groups: &[&str]| {
            groups
                .iter()
                .map(|group| (*group).to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            forbidden("jane", &groups(&["developers", "system:masters"])),
            None
        );
        assert_eq!(forbidden("system:anonymous", &[]), Some("system:anonymous"));
        assert_eq!(
            forbidden("jane", &groups(&["developers", "system:unauthenticated"])),
            Some("system:unauthenticated")
        );
    }
}
