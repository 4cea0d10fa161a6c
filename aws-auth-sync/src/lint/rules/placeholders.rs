//! Placeholders of others that are left in (D17), and those of the consumer (T).

use iam_core::aws_auth::{Section, Variable};
use iam_core::excerpt::Excerpt;
use iam_core::yaml::Position;

use super::{View, fixes};
use crate::lint::Remark;
use crate::subject::LONG;

/// Whether a text holds what somebody meant to replace.
pub(super) fn is_left_in(text: &str) -> bool {
    let is_angle = text
        .find('<')
        .is_some_and(|start| text.get(start..).is_some_and(|rest| rest.contains('>')));
    let is_dollar = text.contains("${")
        || text
            .split('$')
            .skip(1)
            .any(|rest| rest.starts_with(|next: char| next.is_ascii_uppercase()));
    let is_helm = text.contains("{{ .")
        || text.contains("{{.")
        || text.contains("{{- ")
        || text.contains("{{ include");
    let upper = text.to_ascii_uppercase();
    let words = [
        "REPLACE_ME",
        "REPLACEME",
        "CHANGEME",
        "CHANGE_ME",
        "YOUR_",
        "ACCOUNT_ID",
        "<AWS",
    ];
    is_angle || is_dollar || is_helm || words.iter().any(|word| upper.contains(word))
}

pub(super) fn check(view: &View<'_>, remarks: &mut Vec<Remark>) {
    let entry = view.entry;
    let arn = entry.identity.to_string();
    let names =
        std::iter::once((entry.username.as_str(), view.username_position())).chain(view.groups());
    let texts = std::iter::once((arn.as_str(), view.arn_position())).chain(names);
    for (text, at) in texts {
        if is_left_in(text) {
            let message = format!(
                "{} holds a placeholder that was not replaced",
                Excerpt(text)
            );
            remarks.push(Remark::new("D17", at, message).of(entry));
        } else if at != view.arn_position() {
            unknown(view, text, at, remarks);
        }
    }
    for (group, at) in view.groups() {
        if holds_session_name(group) {
            let message = format!(
                "callers choose the group {} by their session name",
                Excerpt(group)
            );
            remarks.push(
                Remark::new("T07", at, message)
                    .of(entry)
                    .hint("name the groups one by one"),
            );
        }
    }
    username(view, remarks);
    foreign_to_access_entries(view, remarks);
}

/// `{{…}}` and `{…}` that are not among the five.
fn unknown(view: &View<'_>, text: &str, at: Position, remarks: &mut Vec<Remark>) {
    if text.len() > LONG {
        return;
    }
    let mut mended = text.to_owned();
    let mut wrong = None;
    for braces in braces(text) {
        if Variable::ALL
            .iter()
            .any(|variable| variable.to_string() == braces)
        {
            continue;
        }
        let name = braces.trim_matches(['{', '}']).trim();
        match Variable::ALL
            .iter()
            .find(|variable| variable.name().eq_ignore_ascii_case(name))
        {
            Some(meant) => mended = mended.replace(braces, &meant.to_string()),
            // One brace around another word is just a name with braces.
            None if !braces.starts_with("{{") => continue,
            None => {}
        }
        wrong = Some(braces);
    }
    let Some(wrong) = wrong else { return };
    let remark =
        Remark::new("T01", at, format!("{} is no placeholder", Excerpt(wrong))).of(view.entry);
    remarks.push(if mended == text {
        let known = Variable::ALL
            .map(|variable| variable.to_string())
            .join(", ");
        remark.hint(format!("the placeholders are {known}"))
    } else {
        let fix = fixes::value(view.text, at, text, &mended);
        remark.hint(format!("write {mended}")).fix(fix)
    });
}

/// What stands in braces, single or double.
fn braces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        rest = rest.get(start..).unwrap_or_default();
        let Some(close) = rest.find('}') else { break };
        let is_double = rest.starts_with("{{")
            && rest
                .get(close + 1..)
                .is_some_and(|behind| behind.starts_with('}'));
        let end = if is_double { close + 2 } else { close + 1 };
        found.extend(rest.get(..end));
        rest = rest.get(end..).unwrap_or_default();
    }
    found
}

fn username(view: &View<'_>, remarks: &mut Vec<Remark>) {
    let entry = view.entry;
    let (text, at) = (entry.username.as_str(), view.username_position());
    let remark = |code, message: &str| Remark::new(code, at, message).of(entry);
    let is_user = entry.section == Section::MapUsers;
    let holds_dns = |text: &String| holds(text, Variable::Ec2PrivateDnsName);
    let has_dns = holds_dns(&entry.username) || entry.groups.iter().any(holds_dns);
    if has_dns && (is_user || !view.has_group("system:nodes")) {
        let message = "{{EC2PrivateDNSName}} stands in an entry that is not one of nodes";
        remarks.push(
            remark("T02", message)
                .hint("use {{SessionName}} behind a fixed part, such as role-name:"),
        );
    }
    if !holds_session_name(text) {
        return;
    }
    if is_user {
        remarks.push(remark("T04", "a user has no session name"));
    }
    let before = text.split("{{SessionName").next().unwrap_or_default();
    if !before.ends_with(':') && !before.contains(':') {
        let message = "callers choose their username by their session name";
        remarks.push(
            remark("T05", message)
                .hint("begin it with a fixed part and a colon, such as role-name:"),
        );
    }
    if view.is_node() && text.contains("{{SessionNameRaw}}") {
        remarks.push(
            remark("T06", "a node's name holds the raw session name").hint("write {{SessionName}}"),
        );
    }
}

fn foreign_to_access_entries(view: &View<'_>, remarks: &mut Vec<Remark>) {
    let entry = view.entry;
    let names =
        std::iter::once((entry.username.as_str(), view.username_position())).chain(view.groups());
    for (text, at) in names {
        for variable in [Variable::AccessKeyId, Variable::AccountId] {
            if holds(text, variable) {
                let message = format!("access entries do not know {variable}");
                remarks.push(Remark::new("T08", at, message).of(entry));
            }
        }
    }
}

fn holds_session_name(text: &str) -> bool {
    let names = [Variable::SessionName, Variable::SessionNameRaw];
    names.into_iter().any(|variable| holds(text, variable))
}

/// Whether a placeholder stands in a text. Most texts have none.
fn holds(text: &str, variable: Variable) -> bool {
    text.contains('{') && text.contains(&variable.to_string())
}
