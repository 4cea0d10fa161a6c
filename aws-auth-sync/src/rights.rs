//! What a user of the cluster may do: by RBAC, by access policies, or past both.

pub(crate) mod told;

use iam_core::access_entry::{AccessScope, Attributes, PolicyBinding, Resource};

use crate::access::Access;
use crate::name::{Fit, Name};
use crate::rbac::{Binding, Rbac, Rules, Subject};

/// A user as the API server sees it.
#[derive(Clone, Debug)]
pub struct User {
    username: Name,
    groups: Vec<Name>,
}

/// What a user may do.
#[derive(Clone, Debug)]
pub struct Rights<'a> {
    /// Whether the user is in `system:masters`, who may do everything and pass by RBAC.
    pub masters: Option<Fit>,
    /// Whether the user is a node, to which the Node authorizer gives what its pods need.
    pub is_node: bool,
    /// What RBAC gives.
    pub grants: Vec<Grant<'a>>,
    /// What access policies give.
    pub policies: &'a [PolicyBinding],
}

/// A role that a binding gives to a user.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// The binding.
    pub binding: &'a Binding,
    /// Which of its subjects is the user.
    pub subject: &'a Subject,
    /// Whether it is for certain.
    pub fit: Fit,
    /// What the role gives; nothing where there is no such role.
    pub rules: Option<&'a Rules>,
}

/// A part of a cluster.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach<'a> {
    /// All of it: every namespace, and what is in none.
    Everywhere,
    /// One namespace.
    Namespace(&'a str),
}

impl User {
    /// A user with what an entry makes of a caller, where placeholders may have stayed.
    #[must_use]
    pub fn new<'a>(username: &str, groups: impl IntoIterator<Item = &'a str>) -> Self {
        Self::named(Name::new(username), groups)
    }

    /// A user of whose name a part is known.
    #[must_use]
    pub fn named<'a>(username: Name, groups: impl IntoIterator<Item = &'a str>) -> Self {
        let own = groups.into_iter().map(Name::new);
        Self {
            username,
            groups: own.chain([Name::new("system:authenticated")]).collect(),
        }
    }

    /// What the user may do.
    #[must_use]
    pub fn rights<'a>(&self, rbac: &'a Rbac, policies: &'a [PolicyBinding]) -> Rights<'a> {
        let bindings = rbac.naming(&self.username, &self.groups);
        let grants = bindings.filter_map(|binding| {
            let (subject, fit) = self.subject(binding)?;
            Some(Grant {
                binding,
                subject,
                fit,
                rules: rbac.rules(&binding.role),
            })
        });
        Rights {
            masters: self.group("system:masters"),
            is_node: self.username.begins_with("system:node:")
                && self.group("system:nodes").is_some(),
            grants: grants.collect(),
            policies,
        }
    }

    /// The subject that is the user, for certain where one is.
    fn subject<'a>(&self, binding: &'a Binding) -> Option<(&'a Subject, Fit)> {
        let fits = binding.subjects.iter().filter_map(|subject| {
            let fit = match subject {
                Subject::User(name) => self.username.fit(name),
                Subject::Group(name) => self.group(name),
                Subject::ServiceAccount { .. } => self.username.fit(&subject.name()),
            };
            Some((subject, fit?))
        });
        fits.min_by_key(|(_, fit)| *fit)
    }

    fn group(&self, name: &str) -> Option<Fit> {
        let groups = self.groups.iter();
        groups.filter_map(|group| group.fit(name)).min()
    }
}

impl<'a> Rights<'a> {
    /// How far the rights go in a part of the cluster: those that are at least as certain as `fit`.
    #[must_use]
    pub fn access(&self, reach: Reach<'_>, fit: Fit) -> Access {
        if self.masters.is_some_and(|masters| masters <= fit) {
            return Access::EVERYTHING;
        }
        let grants = self.grants.iter();
        let bound = grants
            .filter(|grant| grant.fit <= fit && grant.reaches(reach))
            .filter_map(|grant| Some(grant.rules?.access));
        let policies = self.policies.iter();
        let scoped = policies
            .filter(|policy| is_within(policy.scope(), reach))
            .filter_map(|policy| Some(Access::of(&policy.policy()?.rules)));
        bound.chain(scoped).fold(Access::NONE, Access::and)
    }

    /// The namespaces that a binding or a scope names.
    pub fn namespaces(&self) -> impl Iterator<Item = String> {
        let bound = self
            .grants
            .iter()
            .filter_map(|grant| grant.binding.namespace.clone());
        let scopes = self.policies.iter().map(PolicyBinding::scope);
        let scoped = scopes.flat_map(|scope| match scope {
            AccessScope::Cluster => Vec::new(),
            AccessScope::Namespaces(patterns) => patterns.iter().map(ToString::to_string).collect(),
        });
        bound.chain(scoped)
    }
}

impl Grant<'_> {
    /// Whether it counts in a part of the cluster.
    #[must_use]
    pub fn reaches(&self, reach: Reach<'_>) -> bool {
        match (&self.binding.namespace, reach) {
            (None, _) => true,
            (Some(_), Reach::Everywhere) => false,
            (Some(bound), Reach::Namespace(namespace)) => bound == namespace,
        }
    }
}

fn is_within(scope: &AccessScope, reach: Reach<'_>) -> bool {
    let namespace = match reach {
        Reach::Everywhere => "",
        Reach::Namespace(namespace) => namespace,
    };
    let anything = Resource {
        namespace,
        ..Resource::default()
    };
    scope.reach(&Attributes::Resource(anything)).is_some()
}

#[cfg(test)]
mod tests;
