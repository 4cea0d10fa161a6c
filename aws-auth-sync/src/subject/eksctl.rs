//! `iamIdentityMappings` of eksctl's `ClusterConfig`, and what they share with other entries that
//! call their principal `arn`.

use iam_core::aws_auth::{Entry, Field, Fields, Identity, Section};
use iam_core::excerpt::Excerpt;
use iam_core::yaml::{Mapping, Node, Position};

use super::{Kind, Subject, scalars};
use crate::lint::Remark;

pub(super) fn read(subject: &mut Subject, node: &Node, mapping: &Mapping) {
    let (entries, remarks) = entries(mapping);
    subject.remarks.extend(remarks);
    subject.push(Kind::Eksctl, node, entries);
}

/// The entries of a `ClusterConfig`.
pub(crate) fn entries(mapping: &Mapping) -> (Vec<Entry>, Vec<Remark>) {
    let (mut entries, mut remarks) = (Vec::new(), Vec::new());
    let Some(list) = mapping.get("iamIdentityMappings") else {
        return (entries, remarks);
    };
    let Some(sequence) = list.as_sequence() else {
        let message = "iamIdentityMappings is not a list";
        remarks.push(Remark::new("D04", list.position, message));
        return (entries, remarks);
    };
    for (index, item) in sequence.items.iter().enumerate() {
        let Some(fields) = item.as_mapping() else {
            let message = "the item is no mapping";
            remarks.push(Remark::new("S15", item.position, message));
            continue;
        };
        if let Some((key, _)) = fields.pairs.iter().find(|(key, _)| is(key, "serviceName")) {
            let message = "a mapping of a service is made by eksctl alone, and is not read";
            remarks.push(Remark::new("F03", key.position, message));
            continue;
        }
        let (entry, found) = self::entry(index, item, fields);
        remarks.extend(found);
        entries.extend(entry);
    }
    (entries, remarks)
}

fn entry(index: usize, item: &Node, fields: &Mapping) -> (Option<Entry>, Vec<Remark>) {
    let mut parts = Parts::new(index, item.position);
    for (key, value) in &fields.pairs {
        match key.as_scalar().map_or("", |scalar| scalar.text.as_str()) {
            "arn" => parts.arn(key, value),
            "account" => parts.account(key, value),
            "username" => parts.username(key, value),
            "groups" => parts.groups(key, value),
            "noDuplicateARNs" | "namespace" => {}
            other => parts.unknown(other, key),
        }
    }
    parts.into_entry()
}

fn is(key: &Node, name: &str) -> bool {
    key.as_scalar().is_some_and(|scalar| scalar.text == name)
}

/// An entry that is being read.
pub(super) struct Parts {
    index: usize,
    position: Position,
    identity: Option<Identity>,
    username: String,
    groups: Vec<String>,
    fields: Fields,
    remarks: Vec<Remark>,
}

impl Parts {
    pub(super) fn new(index: usize, position: Position) -> Self {
        Self {
            index,
            position,
            identity: None,
            username: String::new(),
            groups: Vec::new(),
            fields: Fields::default(),
            remarks: Vec::new(),
        }
    }

    pub(super) fn arn(&mut self, key: &Node, value: &Node) {
        self.fields.identity = Some(field(key, value));
        let Some(arn) = self.text("arn", value) else {
            return;
        };
        let is_user = [":user/", ":root", ":federated-user/"]
            .iter()
            .any(|part| arn.contains(part));
        self.identity = Some(if is_user {
            Identity::User { arn }
        } else {
            Identity::Role { arn }
        });
    }

    pub(super) fn account(&mut self, key: &Node, value: &Node) {
        self.fields.identity = Some(field(key, value));
        if let Some(id) = self.text("account", value) {
            self.identity = Some(Identity::Account { id });
        }
    }

    pub(super) fn username(&mut self, key: &Node, value: &Node) {
        self.fields.username = Some(field(key, value));
        self.username = self.text("username", value).unwrap_or_default();
    }

    pub(super) fn groups(&mut self, key: &Node, value: &Node) {
        self.fields.groups = Some(field(key, value));
        let Some(sequence) = value.as_sequence() else {
            if !matches!(scalars::text(value), Ok(None)) {
                let message = "groups is not a list";
                self.remarks
                    .push(Remark::new("S07", value.position, message));
            }
            return;
        };
        for item in &sequence.items {
            let group = self.text("the group", item).unwrap_or_default();
            self.groups.push(group);
            self.fields.group_items.push(item.position);
        }
    }

    pub(super) fn unknown(&mut self, name: &str, key: &Node) {
        let message = format!("the key {} is unknown", Excerpt(name));
        self.remarks.push(Remark::new("S03", key.position, message));
    }

    pub(super) fn into_entry(self) -> (Option<Entry>, Vec<Remark>) {
        let Self {
            index,
            position,
            identity,
            username,
            groups,
            fields,
            mut remarks,
        } = self;
        let Some(identity) = identity else {
            if remarks.iter().all(|remark| remark.code() != "S06") {
                remarks.push(Remark::new("S01", position, "the entry names nobody"));
            }
            return (None, remarks);
        };
        let section = match identity {
            Identity::Role { .. } | Identity::Sso { .. } => Section::MapRoles,
            Identity::User { .. } => Section::MapUsers,
            Identity::Account { .. } => Section::MapAccounts,
        };
        let entry = Entry {
            section,
            index,
            position,
            identity,
            username,
            groups,
            fields,
        };
        (Some(entry), remarks)
    }

    fn text(&mut self, name: &str, value: &Node) -> Option<String> {
        match scalars::text(value) {
            Ok(text) => text,
            Err(found) => {
                let message = format!("{name} is {found}, not text");
                let remark = Remark::new("S06", value.position, message);
                self.remarks.push(remark.hint("quote the value"));
                None
            }
        }
    }
}

fn field(key: &Node, value: &Node) -> Field {
    Field {
        key: key.position,
        value: value.position,
    }
}
