//! Why an ARN is not a principal.

use thiserror::Error;

use super::{InstanceIdError, SessionNameError};
use crate::account::AccountIdError;
use crate::arn::ArnError;
use crate::excerpt::Excerpt;

/// The ARN is not one of an identity that can call STS.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum PrincipalError {
    /// Not an ARN at all.
    #[error(transparent)]
    Arn(#[from] ArnError),
    /// Principals have no region.
    #[error("the ARN of a principal names no region, not \"{}\"", Excerpt(found))]
    Region {
        /// The region named.
        found: String,
    },
    /// No account, or an impossible one.
    #[error(transparent)]
    Account(#[from] AccountIdError),
    /// A group, a policy, an instance profile, something of another service, …
    #[error(
        "\"{}:…:{}\" is not a user, role, assumed role, federated user or root",
        Excerpt(service),
        Excerpt(resource)
    )]
    Unsupported {
        /// The service.
        service: String,
        /// The resource.
        resource: String,
    },
    /// `assumed-role/` must be followed by a role's name and a session's, and nothing else.
    #[error("an assumed role is assumed-role/ROLE/SESSION, without a path")]
    AssumedRoleParts,
    /// A path that IAM does not allow.
    #[error("\"{}\" is not an IAM path", Excerpt(found))]
    Path {
        /// The path.
        found: String,
    },
    /// A name that IAM does not allow.
    #[error("\"{}\" is not a name that IAM allows", Excerpt(found))]
    Name {
        /// The name.
        found: String,
    },
    /// A session name that STS does not allow.
    #[error(transparent)]
    SessionName(#[from] SessionNameError),
    /// The session of `aws:ec2-instance` must be an instance id.
    #[error(transparent)]
    InstanceId(#[from] InstanceIdError),
}
