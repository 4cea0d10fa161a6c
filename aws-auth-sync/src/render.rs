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

#[cfg(test)]
mod tests {
    use iam_core::aws_auth::{Document, Manifest};
    use proptest::prelude::*;

    use super::*;
    use crate::desired::sections;
    use crate::finding::Place;

    /// Texts that readers of YAML stumble over, and any others.
    const TEXT: &str = "\\PC{1,12}|[ -~]{1,12}|[yYnNoOfF01xe.:#~-]{1,6}|[a\n\t\r\u{85}]{1,4}";

    fn identity() -> impl Strategy<Value = Identity> {
        prop_oneof![
            TEXT.prop_map(|arn| Identity::Role { arn }),
            TEXT.prop_map(|arn| Identity::User { arn }),
            "[0-9]{12}".prop_map(|id| Identity::Account { id }),
            (
                "[A-Za-z0-9+=,.@_-]{1,32}",
                "[0-9]{12}",
                prop::option::of("aws(-cn)?")
            )
                .prop_map(|(permission_set_name, account_id, partition)| {
                    Identity::Sso {
                        permission_set_name,
                        account_id,
                        partition,
                    }
                }),
        ]
    }

    fn entry() -> impl Strategy<Value = Declared> {
        (identity(), TEXT, prop::collection::vec(TEXT, 0..3)).prop_map(
            |(identity, username, groups)| {
                let place = Place {
                    file: "f".into(),
                    line: 1,
                    column: 1,
                };
                match identity {
                    Identity::Account { .. } => Declared {
                        place,
                        identity,
                        username: String::new(),
                        groups: Vec::new(),
                    },
                    Identity::Role { .. } | Identity::User { .. } | Identity::Sso { .. } => {
                        Declared {
                            place,
                            identity,
                            username,
                            groups,
                        }
                    }
                }
            },
        )
    }

    /// What the consumer must see, in its order.
    fn values(entries: &[Declared]) -> Vec<(Identity, String, Vec<String>)> {
        let mut entries: Vec<&Declared> = entries.iter().collect();
        entries.sort_by_key(|entry| entry.section());
        let values = |entry: &Declared| {
            (
                entry.identity.clone(),
                entry.username.clone(),
                entry.groups.clone(),
            )
        };
        entries.into_iter().map(values).collect()
    }

    fn read(document: &Document) -> Vec<(Identity, String, Vec<String>)> {
        let entries = document.entries.iter();
        entries
            .map(|entry| {
                (
                    entry.identity.clone(),
                    entry.username.clone(),
                    entry.groups.clone(),
                )
            })
            .collect()
    }

    proptest! {
        #[test]
        fn the_consumer_reads_what_was_declared(entries in prop::collection::vec(entry(), 0..5)) {
            let data = data(&entries);
            prop_assert_eq!(read(&Document::parse(&sections(&data))), values(&entries));
            let manifest = Manifest::parse(&manifest(&data, None)).unwrap();
            prop_assert_eq!(read(&manifest.document), values(&entries));
        }
    }
}
