//! The username and the groups of an entry: what EKS allows, and what it fills in.

use super::EntryType;
use super::entry_type::NODE_GROUPS;
use crate::aws_auth::{RESERVED_PREFIXES, Refusal, Template, Variable, name_template};
use crate::excerpt::Excerpt;
use crate::principal::Principal;

/// The username of an entry that says `said`.
pub(super) fn username(
    entry_type: EntryType,
    principal: &Principal,
    said: Option<&str>,
) -> Result<Template, Refusal> {
    let said = said.filter(|text| !text.is_empty());
    let default = entry_type.default_username(principal);
    let text = match (entry_type, said, default) {
        (EntryType::Standard, Some(said), _) => return chosen(said),
        (_, None, Some(default)) => default,
        (_, Some(said), Some(default)) if said == default => default,
        (_, Some(_), Some(default)) => {
            let message =
                format!("the username of an entry of type {entry_type} is {default} and no other");
            return Err(Refusal::with_hint(message, "leave it out"));
        }
        (_, Some(said), None) if said.starts_with("system:node:") => said.to_owned(),
        (_, _, None) => {
            let message =
                format!("an entry of type {entry_type} needs the username that EKS gave it");
            let hint = "copy it from aws eks describe-access-entry: it begins with system:node:";
            return Err(Refusal::with_hint(message, hint));
        }
    };
    name_template("username", &text)
}

/// A username that somebody chose.
fn chosen(text: &str) -> Result<Template, Refusal> {
    if let Some(prefix) = RESERVED_PREFIXES
        .iter()
        .find(|prefix| text.starts_with(**prefix))
    {
        let message = format!("the username begins with {prefix}, which EKS reserves");
        return Err(Refusal::with_hint(message, "begin it with another word"));
    }
    let username = name_template("username", text)?;
    for variable in username.variables() {
        match variable {
            Variable::AccountId => {}
            Variable::SessionName | Variable::SessionNameRaw => {
                let before = text.split(&variable.to_string()).next().unwrap_or_default();
                if !before.contains(':') {
                    let message =
                        format!("{variable} stands in the username without a colon before it");
                    let hint = "begin it with a fixed part, such as role-name:";
                    return Err(Refusal::with_hint(message, hint));
                }
            }
            Variable::AccessKeyId | Variable::Ec2PrivateDnsName => {
                let message =
                    format!("{variable} cannot stand in the username of a STANDARD entry");
                return Err(Refusal::new(message));
            }
        }
    }
    Ok(username)
}

/// One of the groups that an entry of people and programs names.
pub(super) fn group(text: &str) -> Result<Template, Refusal> {
    if text.starts_with("system:") {
        let message = format!(
            "the group {} begins with system:, which EKS reserves",
            Excerpt(text)
        );
        let hint = "bind an access policy, or a group of another name";
        return Err(Refusal::with_hint(message, hint));
    }
    if text.contains("{{") {
        let message = format!(
            "the group {} holds a placeholder, which EKS does not fill in groups",
            Excerpt(text)
        );
        return Err(Refusal::new(message));
    }
    if text.is_empty() {
        return Err(Refusal::new("a group is empty"));
    }
    name_template("group", text)
}

/// Whether a node's entry may name the group, as `aws eks describe-access-entry` prints it.
pub(super) fn is_nodes_own(entry_type: EntryType, group: &str) -> bool {
    let own = entry_type.implicit_groups();
    own.contains(&group) || NODE_GROUPS.contains(&group)
}

/// The groups that the type brings.
pub(super) fn implicit(entry_type: EntryType) -> Result<Vec<Template>, Refusal> {
    let groups = entry_type.implicit_groups().iter();
    groups.map(|group| name_template("group", group)).collect()
}
