//! Access entries of EKS and the access policies that they bind: who may do what, without RBAC.
//!
//! <https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html>

mod attributes;
mod policy;
mod rule;
mod scope;

pub use attributes::{Attributes, NonResource, Resource};
pub use policy::{Policy, PolicyArn, PolicyArnError};
pub use rule::{NonResourceRule, ResourceRule, Rule};
pub use scope::{AccessScope, NamespacePattern, NamespacePatternError};
