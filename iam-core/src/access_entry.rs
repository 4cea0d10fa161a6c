//! Access entries of EKS and the access policies that they bind: who may do what, without RBAC.
//!
//! [`Document`] reads entries in the shape of the EKS API, [`AccessEntry`] is one that may act,
//! with what EKS fills in, and [`AccessEntry::allows`] judges a request by its policies.
//!
//! <https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html>

mod attributes;
mod diagnostic;
mod document;
mod entry;
mod entry_type;
mod fields;
mod names;
mod policy;
mod read;
mod rule;
mod scope;

pub use attributes::{Attributes, NonResource, Resource};
pub use diagnostic::Diagnostic;
pub use document::{Document, DocumentError};
pub use entry::{AccessEntry, Grant, PolicyBinding};
pub use entry_type::{EntryType, EntryTypeError};
pub use policy::{Policy, PolicyArn, PolicyArnError};
pub use rule::{NonResourceRule, ResourceRule, Rule};
pub use scope::{AccessScope, NamespacePattern, NamespacePatternError, Reach};

#[cfg(test)]
mod tests;
