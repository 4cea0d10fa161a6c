//! Which bindings name whom.

use std::collections::HashMap;

use crate::name::Name;

/// Names, and the places of the bindings that hold them.
#[derive(Clone, Debug, Default)]
pub(super) struct Index(HashMap<String, Vec<usize>>);

impl Index {
    pub(super) fn insert(&mut self, name: String, place: usize) {
        self.0.entry(name).or_default().push(place);
    }

    /// The places of those that `name` is, or can become.
    pub(super) fn places(&self, name: &Name) -> Vec<usize> {
        if let Some(whole) = name.whole() {
            return self.0.get(whole).cloned().unwrap_or_default();
        }
        let fits = |(found, _): &(&String, &Vec<usize>)| name.fit(found).is_some();
        let places = self.0.iter().filter(fits).flat_map(|(_, places)| places);
        places.copied().collect()
    }
}
