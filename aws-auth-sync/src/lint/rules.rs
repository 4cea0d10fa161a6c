//! The rules on entries and on texts.

mod across;
mod arn;
mod groups;
mod live;
mod names;
mod online;
mod placeholders;
mod shape;
mod text;

use std::collections::HashSet;

use iam_core::aws_auth::{Entry, Identity};
use iam_core::yaml::Position;

use super::{Remark, Settings, fixes};
use crate::rbac::{Object, Subject as Bound};
use crate::subject::{Part, Subject};

pub(super) use across::Seen;
pub(super) use live::live;
pub(super) use text::text;

/// Everything about one entry.
pub(super) fn entry(
    subject: &Subject,
    part: &Part,
    entry: &Entry,
    settings: &Settings,
    remarks: &mut Vec<Remark>,
) {
    let view = View {
        text: &subject.text,
        part,
        entry,
        settings,
    };
    match &entry.identity {
        Identity::Account { id } => {
            shape::account(&view, id, remarks);
            return;
        }
        Identity::Sso { partition, .. } => shape::sso(&view, partition.is_some(), remarks),
        Identity::Role { arn } | Identity::User { arn } => {
            arn::check(&view, arn, remarks);
            online::check(&view, arn, remarks);
        }
    }
    placeholders::check(&view, remarks);
    shape::check(&view, remarks);
    names::check(&view, remarks);
    groups::check(&view, remarks);
}

/// The groups that bindings among the files or in the cluster name; none where neither is known.
pub(super) fn bound_groups<'a>(
    subjects: &'a [Subject],
    settings: &'a Settings,
) -> Option<HashSet<&'a str>> {
    let objects = subjects.iter().flat_map(|subject| &subject.rbac);
    let mut bindings = objects
        .filter_map(|object| match object {
            Object::Binding(binding) => Some(binding),
            Object::Role(_) | Object::Namespace(_) => None,
        })
        .peekable();
    if bindings.peek().is_none() && settings.live.is_none() {
        return None;
    }
    let named = bindings.flat_map(|binding| &binding.subjects);
    let groups = named.filter_map(|subject| match subject {
        Bound::Group(name) => Some(name.as_str()),
        Bound::User(_) | Bound::ServiceAccount { .. } => None,
    });
    let live = settings.live.iter().flat_map(|live| &live.bound_groups);
    Some(groups.chain(live.map(String::as_str)).collect())
}

/// Groups that no binding names.
pub(super) fn bindings(entry: &Entry, bound: &HashSet<&str>, remarks: &mut Vec<Remark>) {
    for (group, position) in entry.groups.iter().zip(&entry.fields.group_items) {
        let is_own = group.starts_with("system:") || group.starts_with("eks:");
        if !group.is_empty() && !is_own && !bound.contains(group.as_str()) {
            let message = format!("no binding names the group {group}");
            remarks.push(Remark::new("G07", *position, message).of(entry));
        }
    }
}

/// An entry and what is around it.
struct View<'a> {
    text: &'a str,
    part: &'a Part,
    entry: &'a Entry,
    settings: &'a Settings,
}

impl View<'_> {
    fn arn_position(&self) -> Position {
        let identity = self.entry.fields.identity;
        identity.map_or(self.entry.position, |field| field.value)
    }

    fn username_position(&self) -> Position {
        let username = self.entry.fields.username;
        username.map_or(self.arn_position(), |field| field.value)
    }

    /// The groups with their places.
    fn groups(&self) -> impl Iterator<Item = (&str, Position)> {
        let places = self.entry.fields.group_items.iter().copied();
        self.entry.groups.iter().map(String::as_str).zip(places)
    }

    fn has_group(&self, group: &str) -> bool {
        self.entry.groups.iter().any(|found| found == group)
    }

    /// Whether the username is that of a node.
    fn is_node(&self) -> bool {
        self.entry.username.starts_with("system:node:")
    }
}
