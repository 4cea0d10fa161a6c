//! The text of aws-auth where there is none yet: one spelling for one set of entries.
//!
//! `rolearn`, `username`, `groups` in this order, lists unindented, quotes only where a reader of
//! YAML 1.1 or 1.2 needs them, account numbers always in quotes, nothing folded.

use std::collections::BTreeMap;

use iam_core::aws_auth::Section;
use iam_core::yaml::Fresh;

use crate::edit::{USUAL, fresh};
use crate::meaning::Meaning;
use crate::owner::Owner;
use crate::record::Record;
use crate::source::Declared;

/// The `data` of the ConfigMap.
pub type Data = BTreeMap<String, String>;

/// Renders the sections that have entries.
#[must_use]
pub fn data(entries: &[Declared]) -> Data {
    let mut data = Data::new();
    for section in Section::ALL {
        let entries = entries.iter().filter(|entry| entry.section() == section);
        let mut entries = entries.map(|entry| &entry.meaning).peekable();
        if entries.peek().is_some() {
            data.insert(section.key().to_owned(), list(entries));
        }
    }
    data
}

/// Renders a list.
pub fn list<'a>(entries: impl IntoIterator<Item = &'a Meaning>) -> String {
    let entries = entries.into_iter().map(|entry| fresh(entry, USUAL));
    Fresh::List(entries.collect()).document()
}

/// The record of an owner who wrote all of the entries, and nobody else any.
#[must_use]
pub fn record(owner: &Owner, entries: &[Declared]) -> Record {
    let mut record = Record::new(owner);
    for entry in entries.iter().map(|entry| &entry.meaning) {
        record.make(entry.identity.section());
        record.own(entry.key().digest(), entry.digest());
    }
    record
}

/// Renders the whole manifest.
#[must_use]
pub fn manifest(data: &Data, record: Option<&Record>) -> String {
    let mut metadata = Vec::new();
    if let Some(record) = record
        && let Some(value) = record.value()
    {
        let annotation = [(record.annotation(), Fresh::Text(value))];
        metadata.push(("annotations", Fresh::map(annotation)));
    }
    metadata.push(("name", Fresh::text("aws-auth")));
    metadata.push(("namespace", Fresh::text("kube-system")));
    let texts = Section::ALL.into_iter().filter_map(|section| {
        let text = data.get(section.key())?;
        Some((section.key(), Fresh::Lines(text.clone())))
    });
    let manifest = Fresh::map([
        ("apiVersion", Fresh::text("v1")),
        ("kind", Fresh::text("ConfigMap")),
        ("metadata", Fresh::map(metadata)),
        ("data", Fresh::map(texts)),
    ]);
    manifest.document()
}

#[cfg(test)]
mod tests {
    use iam_core::aws_auth::{Document, Identity, Manifest};
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
                let (username, groups) = match identity {
                    Identity::Account { .. } => (String::new(), Vec::new()),
                    Identity::Role { .. } | Identity::User { .. } | Identity::Sso { .. } => {
                        (username, groups)
                    }
                };
                let meaning = Meaning {
                    identity,
                    username,
                    groups,
                };
                Declared { place, meaning }
            },
        )
    }

    /// What the consumer must see, in its order.
    fn values(entries: &[Declared]) -> Vec<Meaning> {
        let mut entries: Vec<&Declared> = entries.iter().collect();
        entries.sort_by_key(|entry| entry.section());
        let meanings = entries.into_iter().map(|entry| entry.meaning.clone());
        meanings.collect()
    }

    fn read(document: &Document) -> Vec<Meaning> {
        document.entries.iter().map(Meaning::from).collect()
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
