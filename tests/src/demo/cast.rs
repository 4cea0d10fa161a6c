//! Who appears: three callers of one account, their keys, and what aws-auth says about them.

use super::{Failure, Stage};
use crate::support::{
    keys::Keys,
    sts::{ACCOUNT, Sts},
};

/// The cluster that tokens are signed for.
pub(super) const CLUSTER: &str = "demo";
/// The region whose STS the callers sign for.
pub(super) const REGION: &str = crate::support::sts::STS_REGION;

/// An IAM user, mapped to `system:masters`.
pub(super) const ADMIN: &str = "alice";
/// A session of a role that is mapped to a group of readers.
pub(super) const READER: &str = "bob";
/// The role.
pub(super) const ROLE: &str = "developer";
/// The group.
pub(super) const GROUP: &str = "shop-readers";
/// An IAM user whom aws-auth does not know.
pub(super) const STRANGER: &str = "carol";

/// Makes STS know the three, and writes their keys as profiles of their names.
pub(super) fn enter(sts: &Sts, stage: &Stage) -> Result<(), Failure> {
    let profiles = [
        (ADMIN, sts.add_user(ADMIN)),
        (READER, sts.add_assumed_role(ROLE, READER)),
        (STRANGER, sts.add_user(STRANGER)),
    ];
    let text: String = profiles
        .iter()
        .map(|(name, keys)| profile(name, keys))
        .collect();
    stage.write_private("aws-credentials", &text)?;
    stage.write("aws-config", "")
}

/// The declarative access file: the native format of aws-auth-sync. It acknowledges that it makes
/// an administrator.
pub(super) fn access_file() -> String {
    let admin = "  - userarn";
    let acknowledged = format!("  # aws-auth-sync: allow C11\n{admin}");
    format!(
        "apiVersion: aws-auth-sync/v1
kind: AwsAuth
owner: demo
{}",
        mappings("roles", "users", "").replace(admin, &acknowledged)
    )
}

/// The two entries, under the names that a file gives to its lists.
pub(super) fn mappings(roles: &str, users: &str, indent: &str) -> String {
    let text = format!(
        "{roles}:
  - rolearn: arn:aws:iam::{ACCOUNT}:role/{ROLE}
    username: \"{ROLE}:{{{{SessionName}}}}\"
    groups: [{GROUP}]
{users}:
  - userarn: arn:aws:iam::{ACCOUNT}:user/{ADMIN}
    username: {ADMIN}
    groups: [\"system:masters\"]
"
    );
    text.lines()
        .map(|line| format!("{indent}{line}\n"))
        .collect()
}

/// What would let the stranger in.
pub(super) fn missing_entry(list: &str, arn: &str) -> String {
    format!(
        "{list}:
  - userarn: {arn}
    username: {STRANGER}
    groups: [{GROUP}]"
    )
}

fn profile(name: &str, keys: &Keys) -> String {
    let Keys {
        access_key_id,
        secret_access_key,
        session_token,
    } = keys;
    let session = session_token.as_ref();
    let session = session.map(|token| format!("aws_session_token = {token}\n"));
    format!(
        "[{name}]\naws_access_key_id = {access_key_id}\n\
         aws_secret_access_key = {secret_access_key}\n{}\n",
        session.unwrap_or_default()
    )
}
