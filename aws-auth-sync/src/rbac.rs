//! RBAC: the ClusterRoles and Roles of a cluster or of files, and who is bound to them.

mod default_roles;
mod fetch;
mod gathered;
mod index;
mod object;

use std::collections::{BTreeSet, HashMap};

use iam_core::access_entry::Rule;
use thiserror::Error;

use crate::access::Access;
use crate::finding::Place;
use crate::name::Name;
use index::Index;

pub use default_roles::default_roles;
pub use object::{Object, ObjectError, Role};

/// The roles and bindings of a cluster, or those among files.
#[derive(Clone, Debug, Default)]
pub struct Rbac {
    /// What is bound to whom, in the order of the objects.
    pub bindings: Vec<Binding>,
    /// The namespaces that are known to exist.
    pub namespaces: BTreeSet<String>,
    roles: HashMap<RoleName, Rules>,
    users: Index,
    groups: Index,
}

/// What a role gives to whoever is bound to it.
#[derive(Clone, Debug)]
pub struct Rules {
    /// One by one.
    pub rules: Vec<Rule>,
    /// In one word.
    pub access: Access,
}

/// What a role is called.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum RoleName {
    /// A ClusterRole.
    Cluster {
        /// Its name.
        name: String,
    },
    /// A Role.
    Namespaced {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

/// A ClusterRoleBinding or RoleBinding.
///
/// <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding>
#[derive(Clone, Debug)]
pub struct Binding {
    /// The namespace in which the role counts; a ClusterRoleBinding has none.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// What it binds.
    pub role: RoleName,
    /// To whom.
    pub subjects: Vec<Subject>,
    /// Where it stands, among files.
    pub place: Option<Place>,
}

/// Whom a binding names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Subject {
    /// The user of that name.
    User(String),
    /// The members of that group.
    Group(String),
    /// A service account.
    ServiceAccount {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

/// More roles gather from others than any cluster has.
#[derive(Clone, Copy, Debug, Error)]
#[error("more than {MOST_GATHER} ClusterRoles gather the rules of others (aggregationRule)")]
pub struct TooManyGather;

impl Rbac {
    /// What a cluster holds: the rules of a ClusterRole that gathers those of others are in it.
    #[must_use]
    pub fn of_cluster(objects: Vec<Object>) -> Self {
        Self::new(objects, |role, _| role.rules.clone())
    }

    /// What files make of a new cluster: Kubernetes' own roles for people are there, and rules are
    /// gathered as its controller does it.
    ///
    /// # Errors
    /// When so many roles gather from one another that it would take long.
    pub fn of_files(objects: impl IntoIterator<Item = Object>) -> Result<Self, TooManyGather> {
        let objects: Vec<Object> = default_roles().into_iter().chain(objects).collect();
        let gather = objects
            .iter()
            .filter(|object| matches!(object, Object::Role(role) if !role.gathers.is_empty()));
        if gather.count() > MOST_GATHER {
            return Err(TooManyGather);
        }
        Ok(Self::new(objects, gathered::rules))
    }

    /// The rules of a role; none where it does not exist.
    #[must_use]
    pub fn rules(&self, role: &RoleName) -> Option<&Rules> {
        self.roles.get(role)
    }

    /// The bindings that may name a user of that name, or a member of one of these groups, in their
    /// order.
    pub(crate) fn naming(&self, user: &Name, groups: &[Name]) -> impl Iterator<Item = &Binding> {
        let mut places = self.users.places(user);
        places.extend(groups.iter().flat_map(|group| self.groups.places(group)));
        places.sort_unstable();
        places.dedup();
        places
            .into_iter()
            .filter_map(|place| self.bindings.get(place))
    }

    /// The groups that bindings name.
    #[must_use]
    pub fn bound_groups(&self) -> BTreeSet<String> {
        let subjects = self.bindings.iter().flat_map(|binding| &binding.subjects);
        let groups = subjects.filter(|subject| matches!(subject, Subject::Group(_)));
        groups.map(Subject::name).collect()
    }

    fn bind(&mut self, binding: Binding) {
        let place = self.bindings.len();
        for subject in &binding.subjects {
            let index = match subject {
                Subject::User(_) | Subject::ServiceAccount { .. } => &mut self.users,
                Subject::Group(_) => &mut self.groups,
            };
            index.insert(subject.name(), place);
        }
        self.bindings.push(binding);
    }

    fn new(objects: Vec<Object>, rules: impl Fn(&Role, &[Role]) -> Vec<Rule>) -> Self {
        let mut rbac = Self::default();
        let mut roles = Vec::new();
        for object in objects {
            match object {
                Object::Role(role) => roles.push(role),
                Object::Binding(binding) => rbac.bind(binding),
                Object::Namespace(name) => {
                    rbac.namespaces.insert(name);
                }
            }
        }
        let found = roles.iter().map(|role| {
            let rules = rules(role, &roles);
            let access = Access::of(&rules);
            (role.name.clone(), Rules { rules, access })
        });
        rbac.roles = found.collect();
        rbac
    }
}

impl RoleName {
    /// `ClusterRole` or `Role`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Cluster { .. } => "ClusterRole",
            Self::Namespaced { .. } => "Role",
        }
    }

    /// The namespace of a Role.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        match self {
            Self::Cluster { .. } => None,
            Self::Namespaced { namespace, .. } => Some(namespace),
        }
    }

    /// The name without the namespace.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Cluster { name } | Self::Namespaced { name, .. } => name,
        }
    }
}

impl Binding {
    /// `ClusterRoleBinding` or `RoleBinding`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.namespace {
            Some(_) => "RoleBinding",
            None => "ClusterRoleBinding",
        }
    }
}

impl Subject {
    /// `User`, `Group` or `ServiceAccount`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "User",
            Self::Group(_) => "Group",
            Self::ServiceAccount { .. } => "ServiceAccount",
        }
    }

    /// The user's or group's name; of a service account the username that it has.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::User(name) | Self::Group(name) => name.clone(),
            Self::ServiceAccount { namespace, name } => {
                format!("system:serviceaccount:{namespace}:{name}")
            }
        }
    }
}

/// Each of them is looked for in all roles, through all others.
const MOST_GATHER: usize = 100;
