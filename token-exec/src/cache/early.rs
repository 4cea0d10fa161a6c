//! When an entry is due: some time before it ends, each entry at a time of its own.

use std::time::{Duration, SystemTime};

/// How early the entries of a kind are refreshed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Early {
    /// Every entry is due this long before it ends, at the latest.
    pub(super) margin: Duration,
    /// Before that, the moments at which entries fall due are spread over so long.
    pub(super) window: Duration,
}

impl Early {
    /// The moment from which an entry that lives from `made_at` to `expiration` is due.
    ///
    /// It lies between `expiration - margin - window` and `expiration - margin`, where `seed`
    /// says: machines that were started together and so hold entries that end together do not ask
    /// together. Of a short life, margin and window are at most a quarter each.
    pub(super) fn refresh_after(
        self,
        made_at: SystemTime,
        expiration: SystemTime,
        seed: u64,
    ) -> SystemTime {
        let quarter = expiration.duration_since(made_at).unwrap_or_default() / 4;
        let window = self.window.min(quarter);
        expiration
            .checked_sub(self.margin.min(quarter) + share(window, seed))
            .unwrap_or(made_at)
    }
}

/// A part of `window`, evenly spread over the seeds.
fn share(window: Duration, seed: u64) -> Duration {
    let milliseconds = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(spread(seed) % milliseconds.saturating_add(1))
}

/// Scatters seeds that lie close together, as process ids do: the finisher of SplitMix64,
/// <https://prng.di.unimi.it/splitmix64.c>.
fn spread(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use proptest::prelude::*;

    use super::*;

    const MADE: Duration = Duration::from_secs(1_700_000_000);

    fn due(early: Early, life: Duration, seed: u64) -> SystemTime {
        early.refresh_after(UNIX_EPOCH + MADE, UNIX_EPOCH + MADE + life, seed)
    }

    proptest! {
        #[test]
        fn no_entry_is_due_outside_its_window(
            margin in 0_u64..4_000,
            window in 0_u64..4_000,
            life in 0_u64..50_000,
            seed: u64,
        ) {
            let [margin, window, life] = [margin, window, life].map(Duration::from_secs);
            let end = UNIX_EPOCH + MADE + life;
            let [margin_kept, window_kept] = [margin, window].map(|d| d.min(life / 4));
            let due = due(Early { margin, window }, life, seed);
            prop_assert!(due <= end - margin_kept);
            prop_assert!(due >= end - margin_kept - window_kept);
            prop_assert!(due >= UNIX_EPOCH + MADE);
        }
    }

    #[test]
    fn a_fleet_is_spread_over_the_whole_window() {
        let early = Early {
            margin: Duration::from_mins(2),
            window: Duration::from_mins(2),
        };
        let life = Duration::from_mins(14);
        let start = UNIX_EPOCH + MADE + Duration::from_mins(10);
        let mut tenths = [0_u32; 10];
        // Process ids, one after the other.
        for seed in 4_000..5_000 {
            let into = due(early, life, seed).duration_since(start).unwrap();
            let tenth = usize::try_from(into.as_millis() / 12_000).unwrap();
            tenths[tenth.min(9)] += 1;
        }
        assert!(
            tenths.iter().all(|count| (60..=140).contains(count)),
            "a thousand processes, by tenths of the window: {tenths:?}"
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_moment() {
        let early = Early {
            margin: Duration::from_mins(5),
            window: Duration::from_mins(5),
        };
        let hour = Duration::from_hours(1);
        assert_eq!(due(early, hour, 7), due(early, hour, 7));
        assert_ne!(due(early, hour, 7), due(early, hour, 8));
    }
}
