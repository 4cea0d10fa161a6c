//! How EC2 is asked: `server.ec2DescribeInstances*`.

use iam_core::arn::Arn;
use iam_core::principal::RoleArn;

use super::fields::{Fields, Findings};

/// As whom, and how often.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ec2Settings {
    /// The role that is assumed to ask; none means whoever this process is.
    pub role: Option<Arn>,
    /// Calls a second; 0 means any number.
    pub qps: u32,
    /// Calls at a stroke.
    pub burst: u32,
}

/// The settings, with the defaults of aws-iam-authenticator.
pub(super) fn read(fields: &Fields<'_>, findings: &mut Findings<'_>) -> Ec2Settings {
    Ec2Settings {
        role: fields.value("ec2DescribeInstancesRoleARN", findings, role),
        qps: fields
            .value("ec2DescribeInstancesQps", findings, number)
            .unwrap_or(15),
        burst: fields
            .value("ec2DescribeInstancesBurst", findings, number)
            .unwrap_or(5),
    }
}

fn role(text: &str) -> Result<Arn, &'static str> {
    let role = text.parse::<RoleArn>().ok();
    role.and_then(|_| text.parse().ok())
        .ok_or("not the ARN of a role")
}

fn number(text: &str) -> Result<u32, &'static str> {
    match text.parse() {
        Ok(number @ 0..=10_000) => Ok(number),
        Ok(_) | Err(_) => Err("not a number from 0 to 10000"),
    }
}
