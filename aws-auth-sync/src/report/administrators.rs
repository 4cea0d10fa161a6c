//! Who administers the whole cluster, and through what.

use iam_core::access_entry::{AccessScope, Attributes, PolicyBinding, Resource, Rule};

use super::Row;
use crate::access::{Access, Level};
use crate::name::Fit;
use crate::rights::{Reach, Rights, told};

/// A row whose rights are those of an administrator.
#[derive(Clone, Debug)]
pub struct Administrator<'a> {
    /// The row's place among the rows, from 0.
    pub number: usize,
    /// The row.
    pub row: &'a Row<'a>,
    /// What makes it one.
    pub through: Vec<String>,
}

pub(super) fn of<'a>(rows: &'a [Row<'a>]) -> Vec<Administrator<'a>> {
    let rows = rows.iter().enumerate();
    let found = rows.map(|(number, row)| Administrator {
        number,
        row,
        through: through(&row.rights),
    });
    found.filter(|found| !found.through.is_empty()).collect()
}

fn through(rights: &Rights<'_>) -> Vec<String> {
    let mut through = Vec::new();
    if let Some(fit) = rights.masters {
        let possible = match fit {
            Fit::Certain => "",
            Fit::Possible => ", where the login makes it so",
        };
        through.push(format!("system:masters{possible}, which passes by RBAC"));
    }
    for grant in &rights.grants {
        let Some(found) = grant.rules else { continue };
        if grant.reaches(Reach::Everywhere) && is_admin(found.access) {
            through.push(told::grant(grant));
        } else if grant.reaches(AWS_AUTH) && found.rules.iter().any(writes_aws_auth) {
            through.push(format!("writes aws-auth by {}", told::grant(grant)));
        }
    }
    for policy in rights.policies {
        let rules = policy.policy().map_or(&[][..], |policy| &policy.rules);
        let is_everywhere = *policy.scope() == AccessScope::Cluster;
        if is_everywhere && is_admin(Access::of(rules)) {
            through.push(told::policy(policy));
        } else if reaches_aws_auth(policy) && rules.iter().any(writes_aws_auth) {
            through.push(format!("writes aws-auth by {}", told::policy(policy)));
        }
    }
    through
}

fn is_admin(access: Access) -> bool {
    access.level >= Level::Admin
}

/// Whoever writes aws-auth may make himself a member of `system:masters`.
fn writes_aws_auth(rule: &Rule) -> bool {
    let mut verbs = ["update", "patch"].into_iter();
    verbs.any(|verb| rule.allows(&Attributes::Resource(Resource { verb, ..CONFIG_MAP })))
}

fn reaches_aws_auth(policy: &PolicyBinding) -> bool {
    let scope = policy.scope();
    scope.reach(&Attributes::Resource(CONFIG_MAP)).is_some()
}

const AWS_AUTH: Reach<'static> = Reach::Namespace("kube-system");
const CONFIG_MAP: Resource<'static> = Resource {
    namespace: "kube-system",
    verb: "",
    group: "",
    resource: "configmaps",
    subresource: "",
    name: "aws-auth",
};
