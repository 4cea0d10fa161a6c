//! The aws-auth document (ConfigMap `kube-system/aws-auth`) as its real consumer,
//! aws-iam-authenticator, reads it.
//!
//! [`Document`] holds the entries that the consumer keeps, with the values it sees and the places
//! they stand at, and a [`Diagnostic`] for everything a person would want to know. [`Mappings`]
//! is a document compiled for lookups: entries that must not act are left out, and said so.
//!
//! Limits of the model: an account listed in `mapAccounts` admits callers of any partition, so a
//! server checks a caller's partition first; a role that somebody creates by the name
//! `AWSReservedSSO_…` outside IAM Identity Center cannot be told apart, because STS leaves out
//! the role's path.

mod accounts;
mod compile;
mod consumer;
mod decode;
mod diagnostic;
mod document;
mod entry;
mod json;
mod lookup;
mod manifest;
pub(crate) mod nearest;
mod refused;
mod sso;
mod template;

pub use crate::yaml::{Position, Span};
pub(crate) use compile::name_template;
pub use compile::{Refusal, mapped_principal};
pub use consumer::{Consumer, Outcome, SsoRoleMatch};
pub use diagnostic::{Diagnostic, Severity};
pub use document::{Data, Document, LIST_LIMITS};
pub use entry::{Entry, Field, Fields, Identity, Section};
pub use lookup::{Mapped, Mapping, MappingSource, Mappings, Match};
pub use manifest::{MANIFEST_LIMITS, Manifest, ManifestError};
pub use sso::SsoRole;
pub(crate) use template::RESERVED_PREFIXES;
pub use template::{RenderError, Template, TemplateError, Values, Variable};

#[cfg(test)]
mod tests;
