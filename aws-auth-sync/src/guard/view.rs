//! A document as its consumer holds it, entry by entry.

use std::collections::BTreeMap;

use iam_core::aws_auth::{Consumer, Document, Entry, Identity, SsoRoleMatch};
use iam_core::principal::PrincipalKey;

/// A document and its consumer.
pub(super) struct View<'a> {
    document: &'a Document,
    pub(super) consumer: Consumer<'a>,
    /// The entries that some caller can get, by whom they are about.
    acting: BTreeMap<String, Vec<&'a Entry>>,
}

impl<'a> View<'a> {
    pub(super) fn new(document: &'a Document, gate: SsoRoleMatch) -> Self {
        let consumer = Consumer::new(document, gate);
        let mut acting = BTreeMap::<String, Vec<&Entry>>::new();
        for entry in &document.entries {
            if consumer.is_effective(entry) {
                acting.entry(key(&entry.identity)).or_default().push(entry);
            }
        }
        Self {
            document,
            consumer,
            acting,
        }
    }

    /// The entries that no later one replaces, whether or not a caller can get them.
    pub(super) fn kept(&self) -> impl Iterator<Item = &'a Entry> {
        let entries = self.document.entries.iter();
        entries.filter(|entry| !self.consumer.is_overridden(entry))
    }

    /// The entries that some caller can get.
    pub(super) fn acting(&self) -> impl Iterator<Item = &'a Entry> {
        self.acting.values().flatten().copied()
    }

    /// Those of them that are about the same principal.
    pub(super) fn acting_for(&self, entry: &Entry) -> &[&'a Entry] {
        let found = self.acting.get(&key(&entry.identity));
        found.map_or(&[], Vec::as_slice)
    }
}

/// Whom an entry is about, however it is spelled.
pub(super) fn key(identity: &Identity) -> String {
    let text = identity.to_string();
    PrincipalKey::of_mapped_arn(&text).map_or_else(|_| text.to_lowercase(), |key| key.to_string())
}
