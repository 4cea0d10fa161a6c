//! The role to assume, and how.

use std::time::Duration;

use iam_aws::source::RoleRequest;
use iam_core::arn::Arn;
use iam_core::principal::SessionName;

use crate::cli::RoleArgs;
use crate::usage::UsageError;

/// A role to assume with the credentials that were found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleOptions {
    /// The role.
    pub arn: Arn,
    /// The session's name.
    pub session: Session,
    /// `--external-id`
    pub external_id: Option<String>,
    /// `--duration`
    pub duration: Option<Duration>,
    /// `--mfa-serial`
    pub mfa_serial: Option<String>,
}

/// What a role's session is called.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Session {
    /// This.
    Named(SessionName),
    /// As the session of the credentials that assume the role: `--forward-session-name`.
    Forwarded,
}

impl RoleOptions {
    /// The request for the role, its session called `session_name`.
    #[must_use]
    pub fn request(&self, session_name: Option<SessionName>) -> RoleRequest {
        let Self {
            arn,
            session: _,
            external_id,
            duration,
            mfa_serial,
        } = self.clone();
        RoleRequest {
            role_arn: arn,
            session_name,
            external_id,
            duration,
            mfa_serial,
        }
    }
}

impl RoleArgs {
    /// Every argument that was given.
    pub(super) fn given(&self) -> impl Iterator<Item = &'static str> {
        let Self {
            role_arn,
            external_id,
            session_name,
            forward_session_name,
            duration,
            mfa_serial,
        } = self;
        [
            ("--role-arn", role_arn.is_some()),
            ("--external-id", external_id.is_some()),
            ("--session-name", session_name.is_some()),
            ("--forward-session-name", *forward_session_name),
            ("--duration", duration.is_some()),
            ("--mfa-serial", mfa_serial.is_some()),
        ]
        .into_iter()
        .filter_map(|(argument, given)| given.then_some(argument))
    }

    pub(super) fn into_options(self) -> Result<Option<RoleOptions>, UsageError> {
        let alone = self.given().next();
        let Self {
            role_arn,
            external_id,
            session_name,
            forward_session_name,
            duration,
            mfa_serial,
        } = self;
        let (arn, session) = match (role_arn, alone) {
            (Some(arn), _) if forward_session_name => (arn, Session::Forwarded),
            (Some(arn), _) => (arn, Session::Named(session_name.unwrap_or_else(of_aws_cli))),
            (None, Some(argument)) => return Err(UsageError::without_role(argument)),
            (None, None) => return Ok(None),
        };
        Ok(Some(RoleOptions {
            arn,
            session,
            external_id,
            duration,
            mfa_serial,
        }))
    }
}

/// What `aws eks get-token` calls every session; mappings may go by it.
fn of_aws_cli() -> SessionName {
    "EKSGetTokenAuth"
        .parse()
        .expect("within STS's alphabet and length")
}
