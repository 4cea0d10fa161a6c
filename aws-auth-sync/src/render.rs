//! The text of aws-auth: one spelling for one set of entries.
//!
//! `rolearn`, `username`, `groups` in this order, lists unindented, quotes only where a reader of
//! YAML 1.1 or 1.2 needs them, account numbers always in quotes, nothing folded.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use iam_core::aws_auth::{Identity, Section};
use iam_core::yaml::scalar11::quoted;

use crate::ownership::Record;
use crate::source::Declared;

/// The `data` of the ConfigMap: the sections that have entries.
pub type Data = BTreeMap<String, String>;

/// Renders the sections.
#[must_use]
pub fn data(entries: &[Declared]) -> Data {
    let mut data = Data::new();
    for section in Section::ALL {
        let text = list(entries.iter().filter(|entry| entry.section() == section));
        if !text.is_empty() {
            data.insert(section.key().to_owned(), text);
        }
    }
    data
}

/// Renders the whole manifest.
#[must_use]
pub fn manifest(data: &Data, record: Option<&Record>) -> String {
    let mut text = String::from("apiVersion: v1\nkind: ConfigMap\nmetadata:\n");
    if let Some(record) = record {
        push(&mut text, format_args!("  annotations:\n"));
        push(
            &mut text,
            format_args!(
                "    {}: {}\n",
                quoted(&record.key()),
                quoted(&record.value())
            ),
        );
    }
    text.push_str("  name: aws-auth\n  namespace: kube-system\n");
    text.push_str(if data.is_empty() {
        "data: {}\n"
    } else {
        "data:\n"
    });
    for section in Section::ALL {
        let Some(value) = data.get(section.key()) else {
            continue;
        };
        push(&mut text, format_args!("  {section}: |\n"));
        for line in value.lines() {
            push(&mut text, format_args!("    {line}\n"));
        }
    }
    text
}

fn list<'a>(entries: impl Iterator<Item = &'a Declared>) -> String {
    let mut text = String::new();
    for entry in entries {
        match &entry.identity {
            Identity::Account { id } => push(&mut text, format_args!("- \"{id}\"\n")),
            Identity::Role { arn } => {
                push(&mut text, format_args!("- rolearn: {}\n", quoted(arn)));
                names(&mut text, entry);
            }
            Identity::User { arn } => {
                push(&mut text, format_args!("- userarn: {}\n", quoted(arn)));
                names(&mut text, entry);
            }
            Identity::Sso {
                permission_set_name,
                account_id,
                partition,
            } => {
                push(&mut text, format_args!("- sso:\n"));
                let name = quoted(permission_set_name);
                push(&mut text, format_args!("    permissionSetName: {name}\n"));
                push(&mut text, format_args!("    accountID: \"{account_id}\"\n"));
                if let Some(partition) = partition {
                    push(
                        &mut text,
                        format_args!("    partition: {}\n", quoted(partition)),
                    );
                }
                names(&mut text, entry);
            }
        }
    }
    text
}

fn names(text: &mut String, entry: &Declared) {
    push(
        text,
        format_args!("  username: {}\n", quoted(&entry.username)),
    );
    if entry.groups.is_empty() {
        text.push_str("  groups: []\n");
        return;
    }
    text.push_str("  groups:\n");
    for group in &entry.groups {
        push(text, format_args!("  - {}\n", quoted(group)));
    }
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(line);
}
