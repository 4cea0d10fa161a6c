//! Entries that somebody may have meant for a caller.

use iam_core::aws_auth::{Document, Entry, Identity, SsoRole};
use iam_core::principal::Principal;

use super::{Explanation, SsoRoleMatch};
use crate::bare_arn::BareArn;

/// An entry that is nearly about a caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NearMiss<'a> {
    /// What keeps it from being so.
    pub reason: Reason,
    /// The entry.
    pub entry: &'a Entry,
}

/// Why an entry is not the caller's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The role's or user's path.
    Path,
    /// The same letters in another case.
    Case,
    /// Another account.
    Account,
    /// Another partition.
    Partition,
    /// A session's ARN instead of the role's.
    AssumedRole,
    /// An instance profile's ARN instead of the role's.
    InstanceProfile,
    /// A user and a role of one name.
    Kind,
    /// A permission set's pattern.
    Sso,
    /// A later entry replaces it.
    Duplicate,
    /// The principal has an access entry.
    Shadowed,
}

impl Reason {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Case => "case",
            Self::Account => "account",
            Self::Partition => "partition",
            Self::AssumedRole => "assumed-role",
            Self::InstanceProfile => "instance-profile",
            Self::Kind => "kind",
            Self::Sso => "sso",
            Self::Duplicate => "duplicate",
            Self::Shadowed => "shadowed",
        }
    }

    /// What is the matter, and what to do.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::Path => {
                "the path differs: a role's ARN must have none here, a user's must have its own"
            }
            Self::Case => {
                "the case differs: it counts here, but other tools and access entries mind it"
            }
            Self::Account => "the entry is for another account",
            Self::Partition => "the entry is for another partition",
            Self::AssumedRole => {
                "one of the two is the ARN of a session of the role of that name: entries name the role"
            }
            Self::InstanceProfile => {
                "one of the two is the ARN of an instance profile of that name: entries name its role"
            }
            Self::Kind => {
                "the entry is for a user or role of the same name, and the caller is the other"
            }
            Self::Sso => {
                "the sso block matches only where the consumer's feature gate SSORoleMatch is on, which it is not on EKS"
            }
            Self::Duplicate => "a later entry with the same ARN replaces it",
            Self::Shadowed => {
                "the principal has an access entry, so aws-auth is not asked about it"
            }
        }
    }
}

/// What is nearly about `principal`, besides `found`, which is.
pub(super) fn find<'a>(
    principal: &Principal,
    canonical: &str,
    found: &[&'a Entry],
    explanation: &Explanation<'a>,
) -> Vec<NearMiss<'a>> {
    let lower = canonical.to_lowercase();
    let Some(caller) = BareArn::split(&lower) else {
        return Vec::new();
    };
    let entries = &explanation.combined.document.entries;
    let is_mapped = !found.is_empty();
    let misses = entries.iter().filter_map(|entry| {
        let is_found = found.iter().any(|found| std::ptr::eq(*found, entry));
        let reason = match &entry.identity {
            Identity::Account { .. } => None,
            Identity::Sso { .. } => sso(principal, entry, explanation.gate),
            Identity::Role { arn } | Identity::User { arn } if is_found => {
                (arn != canonical).then_some(Reason::Case)
            }
            Identity::Role { arn } | Identity::User { arn } => {
                let is_same = arn.eq_ignore_ascii_case(canonical);
                let is_replaced = is_same && explanation.consumer.is_overridden(entry);
                is_replaced
                    .then_some(Reason::Duplicate)
                    .or_else(|| compare(&caller, arn))
            }
        };
        let reason = reason
            .filter(|reason| !is_mapped || matches!(reason, Reason::Case | Reason::Duplicate))?;
        Some(NearMiss { reason, entry })
    });
    misses.collect()
}

/// What would name a caller that has an access entry.
pub(super) fn shadowed<'a>(found: &[&'a Entry]) -> Vec<NearMiss<'a>> {
    let entries = found.iter().copied();
    entries
        .map(|entry| NearMiss {
            reason: Reason::Shadowed,
            entry,
        })
        .collect()
}

/// What is nearly about the ARN of something that cannot call.
pub(super) fn of_text<'a>(arn: &str, document: &'a Document) -> Vec<NearMiss<'a>> {
    let arn = arn.to_lowercase();
    let Some(asked) = BareArn::split(&arn) else {
        return Vec::new();
    };
    let reason = match asked.kind {
        "instance-profile" => Reason::InstanceProfile,
        "assumed-role" => Reason::AssumedRole,
        _ => Reason::Kind,
    };
    let entries = document.entries.iter().filter(|entry| {
        let arn = entry.identity.to_string().to_lowercase();
        BareArn::split(&arn).is_some_and(|parts| {
            !parts.name().is_empty()
                && (parts.account, parts.name()) == (asked.account, asked.name())
        })
    });
    entries.map(|entry| NearMiss { reason, entry }).collect()
}

fn compare(caller: &BareArn<'_>, arn: &str) -> Option<Reason> {
    let lower = arn.to_lowercase();
    let found = BareArn::split(&lower)?;
    if found.name() != caller.name() || found.name().is_empty() {
        return None;
    }
    let is_account = found.account == caller.account;
    let is_role = caller.kind == "role";
    match found.kind {
        "assumed-role" if is_account && is_role => Some(Reason::AssumedRole),
        "instance-profile" if is_account && is_role => Some(Reason::InstanceProfile),
        kind if kind == caller.kind && !is_account => Some(Reason::Account),
        kind if kind == caller.kind && found.partition != caller.partition => {
            Some(Reason::Partition)
        }
        kind if kind == caller.kind && found.path() != caller.path() => Some(Reason::Path),
        "role" | "user"
            if is_account
                && matches!(caller.kind, "role" | "user")
                && found.kind != caller.kind =>
        {
            Some(Reason::Kind)
        }
        _ => None,
    }
}

fn sso(principal: &Principal, entry: &Entry, gate: SsoRoleMatch) -> Option<Reason> {
    let pattern = SsoRole::of_identity(&entry.identity)?;
    let name = principal.role_name()?;
    let own = SsoRole::of_role(principal.partition(), principal.account(), name)?;
    let is_dead = gate == SsoRoleMatch::Off
        || matches!(
            &entry.identity,
            Identity::Sso {
                partition: Some(_),
                ..
            }
        );
    (pattern == own && is_dead).then_some(Reason::Sso)
}
