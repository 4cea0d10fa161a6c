//! One object, from JSON as the API server answers or as a manifest says it.

use std::collections::BTreeMap;

use iam_core::access_entry::{NonResourceRule, ResourceRule, Rule};
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::rbac::v1;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::Selector;
use serde_json::Value;
use thiserror::Error;

use super::{Binding, RoleName, Subject};

/// An object that RBAC is made of.
#[derive(Clone, Debug)]
pub enum Object {
    /// A ClusterRole or a Role.
    Role(Role),
    /// A ClusterRoleBinding or a RoleBinding.
    Binding(Binding),
    /// A Namespace, by its name.
    Namespace(String),
}

/// A ClusterRole or a Role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub name: RoleName,
    /// Its own rules.
    pub rules: Vec<Rule>,
    pub(super) labels: BTreeMap<String, String>,
    /// Which other ClusterRoles' rules it has as well.
    pub(super) gathers: Vec<Selector>,
}

/// Why a document is not the object that it says it is.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// It is of a kind that does not belong here.
    #[error("the kind is none of {}", Object::KINDS.join(", "))]
    Kind,
    /// A field is of another type.
    #[error("a field of the {kind} is not what Kubernetes expects there")]
    Shape {
        /// The kind.
        kind: &'static str,
        /// What the deserialiser says, which may quote the field.
        source: serde_json::Error,
    },
}

impl Object {
    /// The kinds that are read.
    pub const KINDS: [&'static str; 5] = [
        "ClusterRole",
        "Role",
        "ClusterRoleBinding",
        "RoleBinding",
        "Namespace",
    ];

    /// Reads an object of a kind.
    ///
    /// # Errors
    /// When the value is no such object, or the kind is another.
    pub fn read(kind: &str, value: Value) -> Result<Self, ObjectError> {
        let kind = Self::KINDS
            .into_iter()
            .find(|known| *known == kind)
            .ok_or(ObjectError::Kind)?;
        let read = match kind {
            "ClusterRole" => serde_json::from_value::<v1::ClusterRole>(value).map(Self::from),
            "Role" => serde_json::from_value::<v1::Role>(value).map(Self::from),
            "ClusterRoleBinding" => {
                serde_json::from_value::<v1::ClusterRoleBinding>(value).map(Self::from)
            }
            "RoleBinding" => serde_json::from_value::<v1::RoleBinding>(value).map(Self::from),
            _ => serde_json::from_value::<Namespace>(value).map(Self::from),
        };
        read.map_err(|source| ObjectError::Shape { kind, source })
    }
}

impl From<v1::ClusterRole> for Object {
    fn from(role: v1::ClusterRole) -> Self {
        let selectors = role.aggregation_rule.unwrap_or_default();
        let selectors = selectors.cluster_role_selectors.unwrap_or_default();
        Self::Role(Role {
            name: RoleName::Cluster {
                name: name(&role.metadata),
            },
            rules: rules(role.rules),
            labels: role.metadata.labels.unwrap_or_default(),
            // One that cannot be understood selects nothing, as in the controller.
            gathers: selectors
                .into_iter()
                .filter_map(|selector| Selector::try_from(selector).ok())
                .collect(),
        })
    }
}

impl From<v1::Role> for Object {
    fn from(role: v1::Role) -> Self {
        Self::Role(Role {
            name: RoleName::Namespaced {
                namespace: namespace(&role.metadata),
                name: name(&role.metadata),
            },
            rules: rules(role.rules),
            labels: BTreeMap::new(),
            gathers: Vec::new(),
        })
    }
}

impl From<v1::ClusterRoleBinding> for Object {
    fn from(binding: v1::ClusterRoleBinding) -> Self {
        Self::Binding(Binding {
            namespace: None,
            name: name(&binding.metadata),
            role: RoleName::Cluster {
                name: binding.role_ref.name,
            },
            subjects: subjects(binding.subjects, ""),
            place: None,
        })
    }
}

impl From<v1::RoleBinding> for Object {
    fn from(binding: v1::RoleBinding) -> Self {
        let namespace = namespace(&binding.metadata);
        let bound = binding.role_ref.name;
        let role = if binding.role_ref.kind == "ClusterRole" {
            RoleName::Cluster { name: bound }
        } else {
            RoleName::Namespaced {
                namespace: namespace.clone(),
                name: bound,
            }
        };
        Self::Binding(Binding {
            name: name(&binding.metadata),
            role,
            subjects: subjects(binding.subjects, &namespace),
            namespace: Some(namespace),
            place: None,
        })
    }
}

impl From<Namespace> for Object {
    fn from(namespace: Namespace) -> Self {
        Self::Namespace(name(&namespace.metadata))
    }
}

fn name(metadata: &ObjectMeta) -> String {
    metadata.name.clone().unwrap_or_default()
}

/// A manifest without a namespace goes where kubectl is, which is `default` unless told otherwise.
fn namespace(metadata: &ObjectMeta) -> String {
    let named = metadata.namespace.clone();
    named.unwrap_or_else(|| "default".to_owned())
}

fn rules(rules: Option<Vec<v1::PolicyRule>>) -> Vec<Rule> {
    let mut all = Vec::new();
    for rule in rules.unwrap_or_default() {
        if let Some(paths) = rule.non_resource_urls.filter(|paths| !paths.is_empty()) {
            let verbs = rule.verbs.clone();
            all.push(Rule::NonResource(NonResourceRule { paths, verbs }));
        }
        if let Some(resources) = rule.resources.filter(|resources| !resources.is_empty()) {
            all.push(Rule::Resource(ResourceRule {
                api_groups: rule.api_groups.unwrap_or_default(),
                resources,
                verbs: rule.verbs,
                resource_names: rule.resource_names.unwrap_or_default(),
            }));
        }
    }
    all
}

/// The subjects that mean somebody; `namespace` is that of the binding.
fn subjects(subjects: Option<Vec<v1::Subject>>, namespace: &str) -> Vec<Subject> {
    let subjects = subjects.unwrap_or_default().into_iter();
    let known = subjects.filter_map(|subject| match subject.kind.as_str() {
        "User" => Some(Subject::User(subject.name)),
        "Group" => Some(Subject::Group(subject.name)),
        "ServiceAccount" => Some(Subject::ServiceAccount {
            namespace: subject.namespace.unwrap_or_else(|| namespace.to_owned()),
            name: subject.name,
        }),
        _ => None,
    });
    known.collect()
}
