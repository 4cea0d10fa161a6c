//! How many saved states are kept.

use std::cmp::Reverse;

use super::Revision;

/// The numbers of the states that go when the last `count` are kept, as far as they have room, and
/// those that are `needed`.
pub(super) fn superfluous(revisions: &[Revision], count: usize, needed: &[u64]) -> Vec<u64> {
    let mut newest_first: Vec<&Revision> = revisions.iter().collect();
    newest_first.sort_unstable_by_key(|revision| Reverse(revision.number));
    let mut taken = 0;
    let mut gone = Vec::new();
    for (at, revision) in newest_first.into_iter().enumerate() {
        taken += revision.note.as_ref().map_or(0, |note| note.bytes);
        let is_needed = at == 0 || needed.contains(&revision.number);
        if !is_needed && (at >= count || taken > ROOM) {
            gone.push(revision.number);
        }
    }
    gone
}

/// A state takes 1.25 MiB at most.
const ROOM: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Note, Occasion};

    fn revision(number: u64, bytes: usize) -> Revision {
        Revision {
            number,
            time: None,
            note: Some(Note {
                before: Occasion::Apply,
                owner: None,
                resource_version: None,
                summary: String::new(),
                bytes,
            }),
        }
    }

    #[test]
    fn the_last_ones_stay_as_long_as_they_have_room() {
        let small = [9, 10, 2, 11].map(|number| revision(number, 1));
        assert_eq!(superfluous(&small, 10, &[]), [0; 0]);
        assert_eq!(superfluous(&small, 2, &[]), [9, 2]);
        assert_eq!(superfluous(&small, 0, &[]), [10, 9, 2]);
        assert_eq!(superfluous(&small, 1, &[9]), [10, 2]);
        let large = [1, 2, 3, 4].map(|number| revision(number, 6 << 20));
        assert_eq!(superfluous(&large, 10, &[]), [2, 1]);
        assert_eq!(superfluous(&[revision(1, 20 << 20)], 10, &[]), [0; 0]);
        assert_eq!(superfluous(&[], 10, &[]), [0; 0]);
    }
}
