//! How an identity is given access to a cluster.

use iam_aws::source::Source;
use iam_core::principal::{Principal, RoleArn};

/// The lines for an administrator, with GROUP and CLUSTER for what only they know.
pub(super) struct Mapping {
    /// Of the aws-auth ConfigMap, as they stand under `data`.
    pub(super) aws_auth: String,
    /// A command that makes an access entry; not every identity can have one.
    pub(super) access_entry: Option<String>,
    /// What to look at first.
    pub(super) remark: Option<&'static str>,
}

impl Mapping {
    /// Of `principal`, whom credentials of `source` turned out to be.
    pub(super) fn new(principal: &Principal, source: &Source, region: &str) -> Self {
        let canonical = principal.canonical_arn();
        let (list, key) = match principal {
            Principal::Role { .. }
            | Principal::AssumedRole { .. }
            | Principal::Ec2Instance { .. } => ("mapRoles", "rolearn"),
            Principal::User { .. } | Principal::FederatedUser { .. } | Principal::Root { .. } => {
                ("mapUsers", "userarn")
            }
        };
        let username = username(principal);
        let aws_auth = format!(
            "  {list}: |\n    - {key}: {canonical}\n      username: {username}\n      groups:\n        \
             - GROUP"
        );
        let (entry, remark) = match principal {
            Principal::User { .. } | Principal::Role { .. } => (Some(principal.to_string()), None),
            Principal::AssumedRole { .. } => match assumed(principal, source) {
                Some(role) => (Some(role.to_string()), None),
                None => (Some(canonical), Some(PATH)),
            },
            Principal::FederatedUser { .. }
            | Principal::Root { .. }
            | Principal::Ec2Instance { .. } => (None, Some(NO_ENTRY)),
        };
        let command = |arn| {
            format!(
                "  aws eks create-access-entry --region {region} --cluster-name CLUSTER \
                 --principal-arn {arn} --kubernetes-groups GROUP"
            )
        };
        Self {
            aws_auth,
            access_entry: entry.map(command),
            remark,
        }
    }
}

/// The role with its path, where the settings name the one that `principal` is a session of.
fn assumed(principal: &Principal, source: &Source) -> Option<RoleArn> {
    let arn = match source {
        Source::Role(role) => &role.request.role_arn,
        Source::WebIdentity(web_identity) => &web_identity.role_arn,
        _ => return None,
    };
    let role: RoleArn = arn.to_string().parse().ok()?;
    (role.key() == principal.key()).then_some(role)
}

/// A name that tells sessions of a role apart.
fn username(principal: &Principal) -> String {
    match principal {
        Principal::Role { name, .. } | Principal::AssumedRole { role: name, .. } => {
            format!("{name}:{{{{SessionName}}}}")
        }
        Principal::Ec2Instance { .. } => "ec2:{{SessionName}}".to_owned(),
        Principal::User { name, .. } | Principal::FederatedUser { name, .. } => name.clone(),
        Principal::Root { .. } => "root".to_owned(),
    }
}

/// STS does not say it, and aws-auth does without.
const PATH: &str = "If the role has a path, the access entry needs it (`aws iam get-role`); aws-auth \
                    must not have it.";

const NO_ENTRY: &str = "Access entries are for users and roles: this identity can have none.";

#[cfg(test)]
mod tests {
    use iam_aws::source::{InstanceMetadata, Origin, RoleRequest, RoleSource};

    use super::*;

    fn instance() -> Source {
        Source::InstanceMetadata(InstanceMetadata {
            origin: Origin::Default,
        })
    }

    fn role(arn: &str) -> Source {
        Source::Role(Box::new(RoleSource {
            base: instance(),
            request: RoleRequest {
                role_arn: arn.parse().unwrap(),
                session_name: None,
                external_id: None,
                duration: None,
                mfa_serial: None,
            },
            origin: Origin::Argument("--role-arn"),
        }))
    }

    #[test]
    fn a_session_is_mapped_by_its_role_whose_path_only_the_settings_know() {
        let dev = "arn:aws:sts::111122223333:assumed-role/dev/me"
            .parse()
            .unwrap();
        let aws_auth = "  mapRoles: |\n    - rolearn: arn:aws:iam::111122223333:role/dev\n      \
                        username: dev:{{SessionName}}\n      groups:\n        - GROUP";
        for (source, arn, remark) in [
            (instance(), "role/dev", Some(PATH)),
            (
                role("arn:aws:iam::111122223333:role/other"),
                "role/dev",
                Some(PATH),
            ),
            (
                role("arn:aws:iam::111122223333:role/team/dev"),
                "role/team/dev",
                None,
            ),
        ] {
            let mapping = Mapping::new(&dev, &source, "us-west-2");
            assert_eq!(mapping.aws_auth, aws_auth);
            let entry = format!(
                "  aws eks create-access-entry --region us-west-2 --cluster-name CLUSTER \
                 --principal-arn arn:aws:iam::111122223333:{arn} --kubernetes-groups GROUP"
            );
            assert_eq!(
                (mapping.access_entry, mapping.remark),
                (Some(entry), remark)
            );
        }
    }

    #[test]
    fn what_aws_auth_is_told_is_what_the_principal_is_looked_up_by() {
        for arn in [
            "arn:aws:iam::111122223333:user/team/alice",
            "arn:aws-cn:sts::111122223333:assumed-role/dev/me",
            "arn:aws:sts::111122223333:federated-user/bob",
            "arn:aws:iam::111122223333:root",
        ] {
            let principal: Principal = arn.parse().unwrap();
            let mapping = Mapping::new(&principal, &instance(), "us-west-2");
            let text = format!(
                "apiVersion: v1\nkind: ConfigMap\ndata:\n{}\n",
                mapping.aws_auth
            );
            assert!(
                text.contains(&format!("arn: {}\n", principal.canonical_arn())),
                "{text}"
            );
            let entry = matches!(
                principal,
                Principal::User { .. } | Principal::AssumedRole { .. }
            );
            assert_eq!(mapping.access_entry.is_some(), entry, "{arn}");
        }
    }
}
