//! A document as its consumer holds it, entry by entry.

use std::collections::HashMap;
use std::rc::Rc;

use iam_core::aws_auth::{Consumer, Document, Entry, SsoRoleMatch};

use crate::key::folded;

/// A document and its consumer.
pub(super) struct View<'a> {
    pub(super) consumer: Consumer<'a>,
    /// The entries that no later one replaces, by whom they are about, in the order of the document.
    kept: Vec<(Rc<str>, &'a Entry)>,
    /// Those of them that some caller can get.
    acting: HashMap<Rc<str>, Vec<&'a Entry>>,
}

impl<'a> View<'a> {
    pub(super) fn new(document: &'a Document, gate: SsoRoleMatch) -> Self {
        let consumer = Consumer::new(document, gate);
        let entries = document.entries.iter();
        let kept = entries.filter(|entry| !consumer.is_overridden(entry));
        let kept: Vec<_> = kept
            .map(|entry| (Rc::from(folded(&entry.identity)), entry))
            .collect();
        let mut acting = HashMap::<Rc<str>, Vec<&Entry>>::with_capacity(kept.len());
        for (key, entry) in &kept {
            if consumer.is_effective(entry) {
                acting.entry(Rc::clone(key)).or_default().push(entry);
            }
        }
        Self {
            consumer,
            kept,
            acting,
        }
    }

    /// The entries that no later one replaces, whether or not a caller can get them.
    pub(super) fn kept(&self) -> impl Iterator<Item = &'a Entry> {
        self.kept.iter().map(|(_, entry)| *entry)
    }

    /// The same with whom they are about, however that is spelled.
    pub(super) fn keyed(&self) -> impl Iterator<Item = (&str, &'a Entry)> {
        self.kept.iter().map(|(key, entry)| (&**key, *entry))
    }

    /// The entries that some caller can get.
    pub(super) fn acting(&self) -> impl Iterator<Item = &'a Entry> {
        let acts = |(key, entry): &&(Rc<str>, &'a Entry)| {
            let acting = self.acting.get(key);
            acting.is_some_and(|acting| acting.iter().any(|one| std::ptr::eq(*one, *entry)))
        };
        self.kept.iter().filter(acts).map(|(_, entry)| *entry)
    }

    /// Those of them that are about the same principal.
    pub(super) fn acting_for(&self, entry: &Entry) -> &[&'a Entry] {
        let found = self.acting.get(folded(&entry.identity).as_str());
        found.map_or(&[], Vec::as_slice)
    }
}
