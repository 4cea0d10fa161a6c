//! Who calls: the three values that `GetCallerIdentity` answers with.

use crate::support::keys::unguessable_id;

/// A principal as STS names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Caller {
    /// `arn:aws:iam::111122223333:user/alice`.
    pub arn: String,
    /// `111122223333`.
    pub account: String,
    /// `AIDA…`, `AROA…:SESSION`, the account, or `ACCOUNT:NAME`.
    pub user_id: String,
}

impl Caller {
    /// An IAM user; `name` may begin with a path.
    pub fn user(account: &str, name: &str) -> Self {
        Self::new(
            "iam",
            account,
            &format!("user/{name}"),
            format!("AIDA{}", unguessable_id(17)),
        )
    }

    /// A session of a role.
    pub fn assumed_role(account: &str, role: &str, session: &str) -> Self {
        let user_id = format!("AROA{}:{session}", unguessable_id(17));
        Self::new(
            "sts",
            account,
            &format!("assumed-role/{role}/{session}"),
            user_id,
        )
    }

    /// A federated user.
    pub fn federated_user(account: &str, name: &str) -> Self {
        Self::new(
            "sts",
            account,
            &format!("federated-user/{name}"),
            format!("{account}:{name}"),
        )
    }

    /// The root of an account.
    pub fn root(account: &str) -> Self {
        Self::new("iam", account, "root", account.to_owned())
    }

    /// The identity of an EC2 instance without a role.
    pub fn ec2_instance(account: &str, instance_id: &str) -> Self {
        let user_id = format!("{account}:aws:ec2-instance:{instance_id}");
        Self::new(
            "sts",
            account,
            &format!("assumed-role/aws:ec2-instance/{instance_id}"),
            user_id,
        )
    }

    /// The same caller in another partition.
    pub fn in_partition(mut self, partition: &str) -> Self {
        self.arn = self
            .arn
            .replacen("arn:aws:", &format!("arn:{partition}:"), 1);
        self
    }

    /// The user id without the session of a role: what Kubernetes' uid and `principalId` are
    /// made of.
    pub fn principal_id(&self) -> &str {
        let of_a_role = self.arn.contains(":assumed-role/");
        let without_session = self.user_id.rsplit_once(':').filter(|_| of_a_role);
        without_session.map_or(self.user_id.as_str(), |(principal_id, _)| principal_id)
    }

    pub(super) fn is_session(&self) -> bool {
        self.arn.contains(":sts:")
    }

    fn new(service: &str, account: &str, resource: &str, user_id: String) -> Self {
        let arn = format!("arn:aws:{service}::{account}:{resource}");
        Self {
            arn,
            account: account.to_owned(),
            user_id,
        }
    }
}
