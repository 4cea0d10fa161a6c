//! The live entries by their keys.

use std::collections::HashMap;

use iam_core::aws_auth::{Document, Entry, Identity};

use crate::digest::Digest;
use crate::key::Key;
use crate::meaning::Meaning;

/// The entries of a document by their keys, in the order of the document.
#[derive(Debug)]
pub(crate) struct Index<'a> {
    groups: Vec<(Key, Group<'a>)>,
    places: HashMap<Key, usize>,
}

/// The entries of one key: one that the consumer goes by, and what else is there by mistake.
#[derive(Clone, Debug)]
pub(crate) struct Group<'a> {
    /// What the consumer goes by.
    pub(crate) meaning: Meaning,
    /// Whether chance decides between entries that differ.
    pub(crate) is_ambiguous: bool,
    acting: &'a Entry,
    others: Vec<&'a Entry>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        let most = document.entries.len();
        let mut index = Self {
            groups: Vec::with_capacity(most),
            places: HashMap::with_capacity(most),
        };
        for entry in &document.entries {
            if document.is_unreadable(entry.section) {
                continue;
            }
            let key = Key::of(&entry.identity);
            match index.places.get(&key) {
                Some(at) => {
                    if let Some((_, group)) = index.groups.get_mut(*at) {
                        group.add(entry, &key);
                    }
                }
                None => {
                    index.places.insert(key.clone(), index.groups.len());
                    index.groups.push((key, Group::new(entry)));
                }
            }
        }
        index
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Group<'a>> {
        let (_, group) = self.groups.get(*self.places.get(key)?)?;
        Some(group)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Key, &Group<'a>)> {
        self.groups.iter().map(|(key, group)| (key, group))
    }
}

impl<'a> Group<'a> {
    fn new(entry: &'a Entry) -> Self {
        Self {
            meaning: entry.into(),
            is_ambiguous: false,
            acting: entry,
            others: Vec::new(),
        }
    }

    /// Of roles the last counts, and one with a path never; of users in several cases, chance
    /// decides.
    fn add(&mut self, entry: &'a Entry, key: &Key) {
        let meaning = Meaning::from(entry);
        self.is_ambiguous |=
            matches!(entry.identity, Identity::User { .. }) && !meaning.is_same(&self.meaning);
        let is_named = |entry: &Entry| entry.identity.to_string().to_lowercase() == key.as_str();
        if is_named(self.acting) && !is_named(entry) {
            self.others.push(entry);
        } else {
            self.others.push(std::mem::replace(&mut self.acting, entry));
            self.meaning = meaning;
        }
    }

    pub(crate) fn len(&self) -> usize {
        1 + self.others.len()
    }

    /// The digest of its values; none where chance decides.
    pub(crate) fn digest(&self) -> Option<Digest> {
        (!self.is_ambiguous).then(|| self.meaning.digest())
    }

    /// Where its entries stand in the list: first the one that the consumer goes by.
    pub(crate) fn indices(&self) -> Vec<usize> {
        let all = std::iter::once(&self.acting).chain(&self.others);
        all.map(|entry| entry.index).collect()
    }
}
