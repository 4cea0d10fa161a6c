//! Usernames and groups, by the rules of access entries.

use iam_core::access_entry::EntryType;
use iam_core::aws_auth::{Entry, Variable};
use iam_core::principal::Principal;

use super::Stays;

/// The username; none where EKS fills in the same one itself.
pub(super) fn username(
    entry: &Entry,
    principal: &Principal,
    warnings: &mut Vec<String>,
) -> Result<Option<String>, Stays> {
    let default = EntryType::Standard.default_username(principal);
    if entry.username.is_empty() {
        let default = default.unwrap_or_default();
        warnings.push(format!("the username was empty, and becomes {default}"));
        return Ok(None);
    }
    let username = with_account(&entry.username, principal);
    if default.as_ref() == Some(&username) {
        return Ok(None);
    }
    for check in [placeholders, reserved, session] {
        check(&username, principal)?;
    }
    Ok(Some(username))
}

/// Placeholders that an access entry for people does not know.
fn placeholders(username: &str, principal: &Principal) -> Result<(), Stays> {
    let proposal = format!("write username: {}", proposed(principal));
    let foreign = [Variable::AccessKeyId, Variable::Ec2PrivateDnsName];
    if let Some(variable) = foreign
        .iter()
        .find(|variable| username.contains(&variable.to_string()))
    {
        let reason =
            format!("{variable} cannot stand in the username of an access entry for people");
        return Err(Stays::blocked(reason, proposal));
    }
    let mut rest = username.to_owned();
    for variable in SESSION {
        rest = rest.replace(&variable.to_string(), "");
    }
    if rest.contains("{{") {
        let reason = "the username holds a placeholder that neither aws-auth nor EKS knows";
        return Err(Stays::blocked(reason, proposal));
    }
    Ok(())
}

fn reserved(username: &str, principal: &Principal) -> Result<(), Stays> {
    let Some(prefix) = RESERVED
        .iter()
        .find(|prefix| username.starts_with(**prefix))
    else {
        return Ok(());
    };
    let reason = format!("usernames of access entries cannot begin with {prefix}");
    let rest = username.strip_prefix(prefix).unwrap_or_default();
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "-_.@".contains(character);
    let is_free = !rest.is_empty() && rest.chars().all(is_plain);
    let name = if is_free {
        rest.to_owned()
    } else {
        proposed(principal)
    };
    let proposal = format!("write username: {name}, and change the bindings to it");
    Err(Stays::blocked(reason, proposal))
}

/// Where the session's name may stand.
fn session(username: &str, principal: &Principal) -> Result<(), Stays> {
    let found = SESSION
        .iter()
        .filter_map(|variable| username.find(&variable.to_string()));
    let Some(at) = found.min() else {
        return Ok(());
    };
    let proposal = format!(
        "write username: {}, and change the bindings to users",
        proposed(principal)
    );
    if principal.role_name().is_none() {
        let reason = "a user has no session, so the username holds an empty name today";
        return Err(Stays::blocked(reason, proposal));
    }
    if !username.get(..at).unwrap_or_default().contains(':') {
        let reason = "EKS wants a colon before the session name in a username";
        return Err(Stays::blocked(reason, proposal));
    }
    Ok(())
}

/// Groups that stay groups, and policies in the place of those that cannot.
pub(super) fn groups(
    entry: &Entry,
    principal: &Principal,
    warnings: &mut Vec<String>,
) -> Result<(Vec<String>, Vec<&'static str>), Stays> {
    let (mut kept, mut policies) = (Vec::new(), Vec::new());
    for group in &entry.groups {
        let group = with_account(group, principal);
        match group.as_str() {
            "" => warnings.push("an empty group is left out".to_owned()),
            "system:masters" if policies.is_empty() => {
                policies.push("AmazonEKSClusterAdminPolicy");
                warnings.push("system:masters becomes AmazonEKSClusterAdminPolicy, which webhooks and audits see and which can be revoked; RBAC that names system:masters no longer reaches the caller".to_owned());
            }
            "system:masters" => {}
            "system:authenticated" => {
                warnings.push("system:authenticated is left out: every caller has it".to_owned())
            }
            _ if group.contains("{{") => {
                let reason =
                    format!("EKS fills in no placeholders in groups, and {group:?} holds one");
                return Err(Stays::blocked(reason, "name the groups one by one"));
            }
            _ => {
                if let Some(prefix) = RESERVED.iter().find(|prefix| group.starts_with(**prefix)) {
                    let reason = format!(
                        "groups of access entries cannot begin with {prefix}, as {group:?} does"
                    );
                    return Err(Stays::blocked(
                        reason,
                        "bind a group of another name to the same roles, and name that",
                    ));
                }
                if !kept.contains(&group) {
                    kept.push(group);
                }
            }
        }
    }
    Ok((kept, policies))
}

/// The account of an entry is always the same, so it can stand for its placeholder.
fn with_account(text: &str, principal: &Principal) -> String {
    text.replace(
        &Variable::AccountId.to_string(),
        principal.account().as_str(),
    )
}

/// A username that EKS takes.
fn proposed(principal: &Principal) -> String {
    match (principal, principal.role_name()) {
        (_, Some(name)) => format!("{name}:{{{{SessionName}}}}"),
        (Principal::User { name, .. }, None) => name.clone(),
        (_, None) => "a name of your own".to_owned(),
    }
}

const SESSION: [Variable; 2] = [Variable::SessionName, Variable::SessionNameRaw];

/// <https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html>
const RESERVED: [&str; 5] = ["system:", "eks:", "aws:", "amazon:", "iam:"];
