//! The role to assume, and how.

use std::time::Duration;

use iam_aws::source::RoleRequest;
use iam_core::arn::Arn;
use iam_core::principal::SessionName;

use super::spelling::Spelling;
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
            (ROLE_ARN, role_arn.is_some()),
            (EXTERNAL_ID, external_id.is_some()),
            (SESSION_NAME, session_name.is_some()),
            (FORWARD, *forward_session_name),
            (DURATION, duration.is_some()),
            (MFA_SERIAL, mfa_serial.is_some()),
        ]
        .into_iter()
        .filter_map(|(argument, given)| given.then_some(argument))
    }

    pub(super) fn into_options(
        self,
        spelling: Spelling,
    ) -> Result<Option<RoleOptions>, UsageError> {
        let Self {
            role_arn,
            external_id,
            session_name,
            forward_session_name,
            duration,
            mfa_serial,
        } = self;
        let role_arn = spelling.value(ROLE_ARN, role_arn)?;
        let external_id = spelling.value(EXTERNAL_ID, external_id)?;
        let session_name = spelling.value(SESSION_NAME, session_name)?;
        let Some(arn) = role_arn else {
            let without_role = [
                (EXTERNAL_ID, external_id.is_some()),
                (SESSION_NAME, session_name.is_some()),
                (FORWARD, forward_session_name),
                (DURATION, duration.is_some()),
                (MFA_SERIAL, mfa_serial.is_some()),
            ];
            let alone = without_role.into_iter().find(|(_, given)| *given);
            return alone.map_or(Ok(None), |(argument, _)| {
                Err(UsageError::without_role(argument))
            });
        };
        let session = if forward_session_name {
            Session::Forwarded
        } else {
            Session::Named(session_name.unwrap_or_else(of_aws_cli))
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

const ROLE_ARN: &str = "--role-arn";
const EXTERNAL_ID: &str = "--external-id";
const SESSION_NAME: &str = "--session-name";
const FORWARD: &str = "--forward-session-name";
const DURATION: &str = "--duration";
const MFA_SERIAL: &str = "--mfa-serial";
