//! Mappings that are objects of the cluster, by whom they are about.

use std::collections::HashMap;
use std::sync::Arc;

use iam_core::aws_auth::Mapping;
use iam_core::principal::PrincipalKey;

use super::place::MappingPlace;
use super::snapshot::{Hit, Names};
use crate::config::BackendMode;

/// One mapping for each principal. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct ObjectTable {
    entries: Arc<HashMap<PrincipalKey, PlacedMapping>>,
    dropped: usize,
}

/// A mapping and the object that it is.
#[derive(Clone, Debug)]
pub(super) struct PlacedMapping {
    pub(super) origin: Arc<str>,
    pub(super) mapping: Arc<Mapping>,
}

impl ObjectTable {
    /// These entries act, and `dropped` others do not.
    pub(super) fn new(entries: HashMap<PrincipalKey, PlacedMapping>, dropped: usize) -> Self {
        Self {
            entries: Arc::new(entries),
            dropped,
        }
    }

    /// The mapping of a principal, in a time that does not depend on the number of objects.
    pub(super) fn find(&self, mode: BackendMode, key: &PrincipalKey) -> Option<Hit<'_>> {
        let found = self.entries.get(key)?;
        Some(Hit {
            mode,
            names: Some(Names::of(&found.mapping)),
            place: found.place(mode),
        })
    }

    /// Everybody who is mapped, and where, in no order.
    pub(super) fn iter(
        &self,
        mode: BackendMode,
    ) -> impl Iterator<Item = (&PrincipalKey, MappingPlace)> {
        let entries = self.entries.iter();
        entries.map(move |(key, found)| (key, found.place(mode)))
    }

    /// How many mappings act.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many objects do not act.
    pub(super) fn dropped(&self) -> usize {
        self.dropped
    }
}

impl PlacedMapping {
    pub(super) fn place(&self, mode: BackendMode) -> MappingPlace {
        MappingPlace {
            mode,
            origin: Arc::clone(&self.origin),
            list: PART,
            entry: None,
        }
    }
}

/// The part of an object that maps: never its status.
const PART: &str = "spec";
