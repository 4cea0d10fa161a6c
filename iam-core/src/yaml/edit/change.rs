//! What is to become of a node.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::yaml::Fresh;

/// What is to become of a node. What is not named stays as it is, to the byte.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// It means this value.
    ///
    /// Where it means it already, nothing is written; of a collection that differs only the
    /// entries that differ are.
    Set(Fresh),
    /// It is a mapping; these keys change.
    Map(MapChange),
    /// It is a list; these items change.
    List(ListChange),
    /// It is a string that holds YAML itself, and that changes: `data.mapRoles` of a ConfigMap.
    Embedded(Box<Change>),
}

/// Changes of a mapping's entries.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MapChange {
    pub(super) entries: Vec<(Cow<'static, str>, Option<Change>)>,
}

/// Changes of a list's items, each by its index before all changes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListChange {
    pub(super) items: Vec<(usize, Option<Change>)>,
    /// What comes before the item of that index, in order.
    pub(super) added: Vec<(usize, Fresh)>,
}

impl MapChange {
    /// Changes the value of `key`, or adds the key at the end.
    #[must_use]
    pub fn change(mut self, key: impl Into<Cow<'static, str>>, change: impl Into<Change>) -> Self {
        self.entries.push((key.into(), Some(change.into())));
        self
    }

    /// Makes the value of `key` mean `value`.
    #[must_use]
    pub fn set(self, key: impl Into<Cow<'static, str>>, value: Fresh) -> Self {
        self.change(key, Change::Set(value))
    }

    /// All of these in one; where several change the same list, or the same mapping, those changes
    /// are joined too, and of values that are set the last counts.
    #[must_use]
    pub fn joined(changes: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self::default();
        for (key, change) in changes.into_iter().flat_map(|change| change.entries) {
            let same = joined.entries.iter_mut().find(|(other, _)| *other == key);
            match (same, change) {
                (Some((_, Some(Change::List(old)))), Some(Change::List(new))) => {
                    old.items.extend(new.items);
                    old.added.extend(new.added);
                }
                (Some((_, Some(Change::Map(old)))), Some(Change::Map(new))) => {
                    *old = Self::joined([std::mem::take(old), new]);
                }
                (Some((_, old)), change) => *old = change,
                (None, change) => joined.entries.push((key, change)),
            }
        }
        joined
    }

    /// Removes `key`, where it is there.
    #[must_use]
    pub fn remove(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.entries.push((key.into(), None));
        self
    }
}

impl ListChange {
    /// Changes the item of that index.
    #[must_use]
    pub fn change(mut self, index: usize, change: impl Into<Change>) -> Self {
        self.items.push((index, Some(change.into())));
        self
    }

    /// Removes the item of that index.
    #[must_use]
    pub fn remove(mut self, index: usize) -> Self {
        self.items.push((index, None));
        self
    }

    /// Adds an item before that of index `before`; from the length of the list on: at the end.
    #[must_use]
    pub fn insert(mut self, before: usize, value: Fresh) -> Self {
        self.added.push((before, value));
        self
    }

    /// Adds an item at the end.
    #[must_use]
    pub fn push(self, value: Fresh) -> Self {
        self.insert(usize::MAX, value)
    }

    /// What becomes of the items that something does become of: of several changes of one, the
    /// last.
    pub(super) fn by_index(&self) -> HashMap<usize, Option<&Change>> {
        let items = self.items.iter();
        items.map(|(at, change)| (*at, change.as_ref())).collect()
    }
}

impl Change {
    /// What the change makes where there is nothing yet; `None` if it only takes away.
    pub(super) fn fresh(&self) -> Option<Fresh> {
        match self {
            Self::Set(value) => Some(value.clone()),
            Self::Map(map) => {
                let entries = map.entries.iter().filter_map(|(key, change)| {
                    let value = change.as_ref()?.fresh()?;
                    Some((key.clone(), value))
                });
                non_empty(entries.collect()).map(Fresh::Map)
            }
            Self::List(list) => {
                let mut added: Vec<&(usize, Fresh)> = list.added.iter().collect();
                added.sort_by_key(|(before, _)| *before);
                let items = added.into_iter().map(|(_, value)| value.clone());
                non_empty(items.collect()).map(Fresh::List)
            }
            Self::Embedded(inner) => inner.fresh().map(|value| Fresh::Lines(value.document())),
        }
    }
}

fn non_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

impl From<MapChange> for Change {
    fn from(change: MapChange) -> Self {
        Self::Map(change)
    }
}

impl From<ListChange> for Change {
    fn from(change: ListChange) -> Self {
        Self::List(change)
    }
}
