//! Rules on the shape of entries (S), on accounts and `sso` blocks (P).

use std::collections::HashSet;

use iam_core::account::AccountId;
use iam_core::excerpt::Excerpt;

use super::{View, fixes};
use crate::lint::Remark;

pub(super) fn check(view: &View<'_>, remarks: &mut Vec<Remark>) {
    let entry = view.entry;
    let at = view.username_position();
    if entry.username.is_empty() {
        let remark = Remark::new("S09", at, "the entry has no username").of(entry);
        remarks.push(remark.hint("add a username"));
    }
    for (name, at) in std::iter::once((entry.username.as_str(), at)).chain(view.groups()) {
        let is_folded = name.contains(" - ") || name.contains(['\n', '\r']);
        if is_folded || name.trim() != name {
            let message = format!("{} is one name", Excerpt(name));
            let remark = Remark::new("S08", at, message).of(entry);
            remarks.push(
                remark.hint("write each name on a line of its own, with the same indentation"),
            );
        }
    }
    if entry.groups.is_empty() && !view.is_node() {
        let remark = Remark::new("S10", at, "the entry gives no groups").of(entry);
        remarks.push(remark.hint("add groups, or bind the username"));
    }
    let mut seen = HashSet::new();
    for (group, at) in view.groups() {
        if !group.is_empty() && !seen.insert(group) {
            let message = format!("the group {} stands twice in the entry", Excerpt(group));
            let remark = Remark::new("S11", at, message).of(entry);
            remarks.push(
                remark
                    .hint("remove one")
                    .fix(fixes::remove_line(view.text, at)),
            );
        }
    }
    if let Some(userid) = entry.fields.userid {
        let remark = Remark::new("S12", userid.key, "userid is not compared").of(entry);
        remarks.push(remark.hint("remove it"));
    }
}

pub(super) fn account(view: &View<'_>, id: &str, remarks: &mut Vec<Remark>) {
    let at = view
        .entry
        .fields
        .identity
        .map_or(view.entry.position, |field| field.value);
    let remark = |code, message: String| Remark::new(code, at, message).of(view.entry);
    let raw = view.text.get(at.span.range()).unwrap_or_default();
    let is_quoted = raw.starts_with(['"', '\'']) || raw.is_empty();
    match id.parse::<AccountId>() {
        Err(error) => {
            remarks.push(remark("P02", error.to_string()).hint("write twelve digits in quotes"))
        }
        // In a section that is quoted as a whole the place is that of the section.
        Ok(_) if !is_quoted && raw == id => {
            let message = format!("the account {id} is not quoted");
            let fix = fixes::quote(view.text, at);
            remarks.push(
                remark("P02", message)
                    .hint(format!("write \"{id}\""))
                    .fix(fix),
            );
        }
        Ok(account) => {
            let allowed = view.part.allowed_accounts.as_ref();
            if allowed.is_some_and(|allowed| !allowed.contains(&account)) {
                let message = format!("account {account} is not in allowedAccounts");
                remarks.push(remark("A10", message));
            }
        }
    }
    let message = format!("every user and role of account {} can log in", Excerpt(id));
    remarks.push(remark("P01", message).hint("map the roles that need to, one by one"));
}

pub(super) fn sso(view: &View<'_>, has_partition: bool, remarks: &mut Vec<Remark>) {
    let at = view
        .entry
        .fields
        .identity
        .map_or(view.entry.position, |field| field.key);
    let remark = |code, message: &str| Remark::new(code, at, message).of(view.entry);
    let hint = "name the role itself: arn:aws:iam::ACCOUNT:role/AWSReservedSSO_NAME_SUFFIX";
    remarks.push(remark("P03", "EKS matches nobody by an sso block").hint(hint));
    if has_partition {
        remarks.push(remark("P04", "the sso block names a partition").hint("remove partition"));
    }
}
