//! How EC2 is asked: `server.ec2DescribeInstances*`.

use iam_core::arn::Arn;
use iam_core::principal::RoleArn;

use super::fields::{Fields, Findings};

/// As whom, and how often.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ec2Settings {
    /// The role that is assumed to ask; none means whoever this process is.
    pub role: Option<AssumedRole>,
    /// Calls a second; 0 means any number.
    pub qps: u32,
    /// Calls at a stroke.
    pub burst: u32,
}

/// A role that is assumed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AssumedRole {
    /// The role.
    pub arn: Arn,
    /// The resource that STS is told it is assumed for.
    pub source: Option<Arn>,
}

/// The settings, with the defaults of aws-iam-authenticator.
pub(super) fn read(fields: &Fields<'_>, findings: &mut Findings<'_>) -> Ec2Settings {
    let arn = fields.value("ec2DescribeInstancesRoleARN", findings, role);
    let source = fields.value("sourceARN", findings, str::parse::<Arn>);
    if let (None, Some(_), Some(node)) = (&arn, &source, fields.node("sourceARN")) {
        let why = "server.sourceARN has no effect: there is no server.ec2DescribeInstancesRoleARN";
        findings.warning(node.position, why);
    }
    Ec2Settings {
        role: arn.map(|arn| AssumedRole { arn, source }),
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
