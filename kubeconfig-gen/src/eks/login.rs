//! Who asks EKS.

use iam_aws::region::RegionName;
use iam_aws::session::{self, Session, SessionError};
use iam_aws::settings::Named;
use iam_aws::source::RoleRequest;
use iam_core::arn::Arn;

use super::Aws;

/// Whose credentials, and for which region.
#[derive(Clone, Default)]
pub(crate) struct Login<'a> {
    /// `--profile`
    pub(crate) profile: Option<&'a str>,
    /// `--region`
    pub(crate) region: Option<&'a RegionName>,
    /// `--assume-role-arn`: a role to assume with them.
    pub(crate) role: Option<Arn>,
}

impl<'a> Login<'a> {
    /// Gets the credentials.
    pub(crate) fn open(&self, aws: &Aws<'a>) -> Result<Session<'a>, SessionError> {
        let login = session::Login {
            named: Named {
                region: self.region,
                profile: self.profile,
                cluster: None,
            },
            role: self.role.as_ref().map(assumed),
        };
        Session::open(&login, aws.environment, aws.clock)
    }
}

fn assumed(role: &Arn) -> (RoleRequest, &'static str) {
    let request = RoleRequest {
        role_arn: role.clone(),
        // As the AWS CLI calls it: trust policies may go by it.
        session_name: "EKSDescribeClusterSession".parse().ok(),
        external_id: None,
        duration: None,
        mfa_serial: None,
    };
    (request, "--assume-role-arn")
}
