//! One entry as YAML: new, or changed in the fields that differ.

use std::collections::HashMap;

use iam_core::aws_auth::{Document, Entry, Field, Identity, Section};
use iam_core::yaml::edit::{Change, MapChange};
use iam_core::yaml::{Fresh, Node};

use crate::meaning::Meaning;

/// A part of an entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    /// `rolearn`, `userarn` or `sso`.
    Identity,
    /// `username`
    Username,
    /// `groups`
    Groups,
}

/// The parts in the order in which they are written.
pub(crate) type Order = [Part; 3];

/// The usual order.
pub(crate) const USUAL: Order = [Part::Identity, Part::Username, Part::Groups];

/// The order of the last entry that shows one.
pub(super) fn order(items: &[Node]) -> Order {
    items.iter().rev().find_map(shown_order).unwrap_or(USUAL)
}

fn shown_order(item: &Node) -> Option<Order> {
    let pairs = &item.as_mapping()?.pairs;
    let parts = pairs
        .iter()
        .filter_map(|(key, _)| part(&key.as_scalar()?.text));
    let order = Order::try_from(parts.collect::<Vec<_>>()).ok()?;
    USUAL
        .iter()
        .all(|part| order.contains(part))
        .then_some(order)
}

fn part(key: &str) -> Option<Part> {
    match key.to_ascii_lowercase().as_str() {
        "rolearn" | "userarn" | "sso" => Some(Part::Identity),
        "username" => Some(Part::Username),
        "groups" => Some(Part::Groups),
        _ => None,
    }
}

/// The entries of a section by their places in the list.
pub(super) fn by_index(document: &Document, section: Section) -> HashMap<usize, &Entry> {
    let entries = document.section(section);
    entries.map(|entry| (entry.index, entry)).collect()
}

/// An entry that is new.
pub(crate) fn fresh(entry: &Meaning, order: Order) -> Fresh {
    let (key, identity) = match &entry.identity {
        Identity::Account { id } => return Fresh::text(id),
        Identity::Role { arn } => ("rolearn", Fresh::text(arn)),
        Identity::User { arn } => ("userarn", Fresh::text(arn)),
        Identity::Sso { .. } => ("sso", sso(&entry.identity)),
    };
    Fresh::map(order.map(|part| match part {
        Part::Identity => (key, identity.clone()),
        Part::Username => ("username", Fresh::text(&entry.username)),
        Part::Groups => ("groups", groups(entry)),
    }))
}

/// What makes an entry give what it should; other keys of it stay.
pub(super) fn difference(item: &Node, entry: &Entry, before: &Meaning, after: &Meaning) -> Change {
    let fields = &entry.fields;
    let mut change = MapChange::default();
    if !before.names_the_same(after) {
        let value = match &after.identity {
            Identity::Role { arn } | Identity::User { arn } => Fresh::text(arn),
            Identity::Sso { .. } => sso(&after.identity),
            Identity::Account { id } => return Change::Set(Fresh::text(id)),
        };
        let usual = match after.identity {
            Identity::Role { .. } => "rolearn",
            Identity::User { .. } | Identity::Account { .. } => "userarn",
            Identity::Sso { .. } => "sso",
        };
        change = change.set(written(item, fields.identity, usual), value);
    }
    if before.username != after.username {
        let key = written(item, fields.username, "username");
        change = change.set(key, Fresh::text(&after.username));
    }
    if !before.gives_the_same_groups(after) {
        change = change.set(written(item, fields.groups, "groups"), groups(after));
    }
    change.into()
}

/// A field's key as it is written, `roleARN` say.
fn written(item: &Node, field: Option<Field>, usual: &str) -> String {
    let pairs = item.as_mapping().map_or(&[][..], |mapping| &mapping.pairs);
    let is_it = |key: &&Node| field.is_some_and(|field| field.key == key.position);
    let found = pairs.iter().map(|(key, _)| key).find(is_it);
    let text = found.and_then(|key| Some(key.as_scalar()?.text.to_string()));
    text.unwrap_or_else(|| usual.to_owned())
}

fn groups(entry: &Meaning) -> Fresh {
    Fresh::List(entry.groups.iter().map(Fresh::text).collect())
}

fn sso(identity: &Identity) -> Fresh {
    let Identity::Sso {
        permission_set_name,
        account_id,
        partition,
    } = identity
    else {
        return Fresh::Map(Vec::new());
    };
    let named = [
        ("permissionSetName", Some(permission_set_name)),
        ("accountID", Some(account_id)),
        ("partition", partition.as_ref()),
    ];
    let given = named
        .into_iter()
        .filter_map(|(key, value)| Some((key, Fresh::text(value?))));
    Fresh::map(given)
}
