//! Usernames and groups that must not be given, or deserve a look.

use super::Refusal;
use crate::{
    aws_auth::{Entry, Identity, Section, Template, Variable},
    excerpt::Excerpt,
};

/// The names of an entry, all of them acceptable.
pub(super) struct Names {
    pub(super) username: Template,
    pub(super) groups: Vec<Template>,
    pub(super) warnings: Vec<String>,
}

/// Checks the names of `entry`.
pub(super) fn check(entry: &Entry) -> Result<Names, Refusal> {
    let mut warnings = Vec::new();
    if entry.username.trim().is_empty() {
        let message = "the username is missing";
        return Err(Refusal::with_hint(message, "add a username, of text"));
    }
    let username = name_template("username", &entry.username)?;
    check_username(&username, &mut warnings)?;
    let mut groups = Vec::with_capacity(entry.groups.len());
    for text in &entry.groups {
        if text.trim().is_empty() {
            warnings.push("an empty group is ignored".to_owned());
            continue;
        }
        let group = name_template("group", text)?;
        check_group(&group, &mut warnings)?;
        groups.push(group);
    }
    check_session_chosen(&username, &entry.groups, &mut warnings)?;
    if is_user(entry) && groups.iter().chain([&username]).any(needs_session) {
        warnings.push("a user has no session: such placeholders are empty for it".to_owned());
    }
    Ok(Names {
        username,
        groups,
        warnings,
    })
}

/// A template of printable ASCII without blanks around it.
pub(crate) fn name_template(what: &str, text: &str) -> Result<Template, Refusal> {
    if let Some(character) = text.chars().find(|c| !matches!(c, ' '..='~')) {
        let message = format!(
            "the {what} {} holds {}, which is not printable ASCII",
            Excerpt(text),
            character.escape_default()
        );
        let is_line_end = matches!(character, '\n' | '\r');
        let hint = if is_line_end {
            "write it on one line, without | or >"
        } else {
            "remove it"
        };
        return Err(Refusal::with_hint(message, hint));
    }
    if text.trim() != text {
        return Err(Refusal::new(format!(
            "the {what} \"{}\" has blanks around it",
            Excerpt(text)
        )));
    }
    Template::parse(text).map_err(|error| Refusal::new(format!("the {what}: {error}")))
}

fn check_username(username: &Template, warnings: &mut Vec<String>) -> Result<(), Refusal> {
    let prefix = username.literal_prefix();
    if prefix == "system:anonymous" && username.variables().next().is_none() {
        return Err(Refusal::new(
            "the username system:anonymous stands for callers without a name",
        ));
    }
    if lets_session_name_a_system_identity(username) {
        return Err(Refusal::with_hint(
            "the caller's session name would make a username of Kubernetes itself",
            "put something between system: and the placeholder, and a colon behind it",
        ));
    }
    if prefix.starts_with("system:serviceaccount:") {
        warnings.push("the username is that of a service account".to_owned());
    }
    if username
        .variables()
        .any(|variable| variable == Variable::AccessKeyId)
    {
        warnings.push(format!(
            "{} changes with every session of a role",
            Variable::AccessKeyId
        ));
    }
    Ok(())
}

fn check_group(group: &Template, warnings: &mut Vec<String>) -> Result<(), Refusal> {
    let prefix = group.literal_prefix();
    let has_session_name = group.variables().any(Variable::is_session_name);
    if prefix == "system:unauthenticated" || prefix.starts_with("system:serviceaccounts") {
        let message = format!("the group {group} is given by kube-apiserver alone");
        return Err(Refusal::new(message));
    }
    if has_session_name && prefix.starts_with("system:") {
        let message = format!("the group {group} would be a system group of the caller's choice");
        return Err(Refusal::new(message));
    }
    if has_session_name {
        warnings.push(format!(
            "callers choose the group {group} by their session name"
        ));
    }
    if prefix.contains(" - ") {
        let message = format!(
            "the group \"{}\" looks like two items of a list",
            Excerpt(prefix)
        );
        warnings.push(message);
    }
    Ok(())
}

/// `{{SessionName}}` alone lets callers choose their usernames.
fn check_session_chosen(
    username: &Template,
    groups: &[String],
    warnings: &mut Vec<String>,
) -> Result<(), Refusal> {
    let first = username.variables().next();
    let is_chosen =
        username.literal_prefix().is_empty() && first.is_some_and(Variable::is_session_name);
    if !is_chosen {
        return Ok(());
    }
    let hint = "begin it with a fixed part, such as role-name:";
    if groups.iter().any(|group| group == "system:masters") {
        let message = "callers choose their username by their session name, in system:masters";
        return Err(Refusal::with_hint(message, hint));
    }
    warnings.push(format!(
        "callers choose their username by their session name: {hint}"
    ));
    Ok(())
}

/// `system:{{SessionName}}` could become `system:kube-scheduler`; `system:node:{{SessionName}}`
/// is the way of Fargate.
fn lets_session_name_a_system_identity(username: &Template) -> bool {
    let rest = username.literal_prefix().strip_prefix("system:");
    rest.is_some_and(|rest| !rest.contains(':'))
        && username.variables().any(Variable::is_session_name)
}

fn needs_session(template: &Template) -> bool {
    let needs =
        |variable: Variable| variable.is_session_name() || variable == Variable::Ec2PrivateDnsName;
    template.variables().any(needs)
}

fn is_user(entry: &Entry) -> bool {
    match &entry.identity {
        Identity::User { arn } => entry.section == Section::MapUsers && arn.contains(":user/"),
        Identity::Role { .. } | Identity::Sso { .. } | Identity::Account { .. } => false,
    }
}
