//! An access entry that may act.

use std::fmt;

use super::{AccessScope, Attributes, EntryType, Policy, PolicyArn, Reach};
use crate::aws_auth::Template;
use crate::principal::{Principal, PrincipalKey};
use crate::yaml::Position;

/// An access entry that may act, with the username and the groups that EKS fills in.
///
/// <https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessEntry.html>
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AccessEntry {
    pub(super) principal: Principal,
    pub(super) entry_type: EntryType,
    pub(super) username: Template,
    pub(super) groups: Vec<Template>,
    pub(super) policies: Vec<PolicyBinding>,
    pub(super) index: usize,
    pub(super) position: Position,
}

/// An access policy bound to an entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyBinding {
    arn: PolicyArn,
    policy: Option<&'static Policy>,
    scope: AccessScope,
}

/// By which policy a request is allowed, and by which part of its scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Grant<'a> {
    /// The policy.
    pub policy: &'a PolicyArn,
    /// The part of its scope.
    pub reach: Reach<'a>,
}

impl AccessEntry {
    /// The user or role, a role with its path.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What callers are looked up by: path-free for roles, whose names are unique in an account.
    #[must_use]
    pub fn key(&self) -> PrincipalKey {
        self.principal.key()
    }

    /// What it is for.
    #[must_use]
    pub fn entry_type(&self) -> EntryType {
        self.entry_type
    }

    /// The username.
    #[must_use]
    pub fn username(&self) -> &Template {
        &self.username
    }

    /// The groups, those of the type included.
    #[must_use]
    pub fn groups(&self) -> &[Template] {
        &self.groups
    }

    /// The access policies, each at most once.
    #[must_use]
    pub fn policies(&self) -> &[PolicyBinding] {
        &self.policies
    }

    /// Its place among the entries of the document, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Where it stands.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The first of its policies that allows this; RBAC may allow it as well.
    #[must_use]
    pub fn allows(&self, attributes: &Attributes<'_>) -> Option<Grant<'_>> {
        self.policies
            .iter()
            .find_map(|binding| binding.allows(attributes))
    }
}

impl PolicyBinding {
    /// A policy that counts within `scope`. One of an unknown name grants nothing.
    #[must_use]
    pub fn new(arn: PolicyArn, scope: AccessScope) -> Self {
        Self {
            policy: Policy::named(arn.name()),
            arn,
            scope,
        }
    }

    /// The policy's ARN.
    #[must_use]
    pub fn arn(&self) -> &PolicyArn {
        &self.arn
    }

    /// The policy, where its name is known.
    #[must_use]
    pub fn policy(&self) -> Option<&'static Policy> {
        self.policy
    }

    /// Where it counts.
    #[must_use]
    pub fn scope(&self) -> &AccessScope {
        &self.scope
    }

    fn allows(&self, attributes: &Attributes<'_>) -> Option<Grant<'_>> {
        let reach = self.scope.reach(attributes)?;
        self.policy?.allows(attributes).then_some(Grant {
            policy: &self.arn,
            reach,
        })
    }
}

impl fmt::Display for Grant<'_> {
    /// `AmazonEKSViewPolicy in the namespaces dev-*`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.policy.name(), self.reach)
    }
}
