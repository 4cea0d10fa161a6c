//! Which entries never act, because another source decides about the same principals first.

use iam_core::aws_auth::Mapped;

use super::place::MappingPlace;
use super::snapshot::{Held, Snapshot, Source};

/// An entry that never acts, and the one that does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shadowed {
    /// Which acts.
    pub winner: MappingPlace,
    /// Which does not.
    pub loser: MappingPlace,
}

impl Snapshot {
    /// Every entry whose principals another file or source decides about first, by the order of
    /// the places.
    ///
    /// Entries that go by unique ids are not told: whom they are about is known of a caller alone.
    #[must_use]
    pub fn shadowed(&self) -> Vec<Shadowed> {
        let sources: Vec<&Source> = self.in_order().collect();
        let mut shadowed = Vec::new();
        for (position, source) in sources.iter().enumerate() {
            let earlier = sources.get(..position).unwrap_or_default();
            source.each(&mut |mapped, place| {
                let mut hits = earlier.iter().filter_map(|source| source.find(mapped));
                let winner = hits.next().or_else(|| source.find(mapped));
                // Inside of a document its own remarks tell.
                if let Some(winner) = winner.map(|hit| hit.place)
                    && (winner.mode, &winner.origin) != (place.mode, &place.origin)
                {
                    shadowed.push(Shadowed {
                        winner,
                        loser: place,
                    });
                }
            });
        }
        shadowed.sort_by_cached_key(|shadowed| {
            let Shadowed { loser, .. } = shadowed;
            let origin = std::sync::Arc::clone(&loser.origin);
            (loser.mode.name(), origin, loser.list, loser.entry)
        });
        shadowed
    }
}

impl Source {
    /// Everybody whom the source maps, and where.
    fn each(&self, tell: &mut impl FnMut(Mapped<'_>, MappingPlace)) {
        let documents = match &self.held {
            Held::AwsAuth(documents) => documents.as_slice(),
            Held::UserIds(table) => std::slice::from_ref(table.document()),
            Held::AccessEntries(table) => {
                for (key, placed) in table.iter() {
                    tell(Mapped::Principal(key), placed.place());
                }
                &[]
            }
            Held::Objects(table) => {
                for (key, place) in table.iter(self.mode) {
                    tell(Mapped::Principal(key), place);
                }
                &[]
            }
        };
        for document in documents {
            for (mapped, source) in document.mappings().iter() {
                tell(mapped, document.place(self.mode, source));
            }
        }
    }
}
