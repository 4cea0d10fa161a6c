//! The role that a token is of.

use std::time::Duration;

use clap::Args;
use iam_aws::source::role;
use iam_core::arn::Arn;
use iam_core::principal::SessionName;

use super::OrEmpty;

/// A role to assume with the credentials that were found, and how.
///
/// All but the role itself need one, which can be exported as well: that is checked where both are
/// known.
#[derive(Args, Debug, Default, Eq, PartialEq)]
pub struct RoleArgs {
    /// Role to assume with the credentials that were found
    #[arg(
        short,
        long,
        visible_alias = "role",
        value_name = "ARN",
        value_parser = |text: &str| OrEmpty::read(text, role::role_arn)
    )]
    pub role_arn: Option<OrEmpty<Arn>>,

    /// What the role's owner demands of third parties
    #[arg(
        short,
        long,
        value_name = "ID",
        value_parser = |text: &str| OrEmpty::read(text, role::external_id)
    )]
    pub external_id: Option<OrEmpty<String>>,

    /// Name of the role's session [default: EKSGetTokenAuth]
    #[arg(short, long, value_name = "NAME")]
    pub session_name: Option<OrEmpty<SessionName>>,

    /// Name the role's session as that of the credentials that were found
    #[arg(long, conflicts_with = "session_name")]
    pub forward_session_name: bool,

    /// How long the role's credentials live: 900 to 43200 seconds [default: 3600]
    #[arg(long, value_name = "SECONDS", value_parser = role::duration)]
    pub duration: Option<Duration>,

    /// MFA device whose code is asked for on the terminal
    #[arg(long, value_name = "ARN|SERIAL", value_parser = role::mfa_serial)]
    pub mfa_serial: Option<String>,
}
