//! How long to wait where nothing is heard of.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// Pauses that grow from one second to a minute, with jitter.
#[derive(Debug)]
pub(super) struct Pauses(ExponentialBackoff);

impl Default for Pauses {
    fn default() -> Self {
        Self(pauses(Duration::from_secs(1), LONGEST).build())
    }
}

impl Pauses {
    /// The next one.
    pub(super) fn next(&mut self) -> Duration {
        self.0.next().unwrap_or(LONGEST)
    }
}

/// Until everything is looked at although nothing is heard of: 5 to 10 minutes, by chance.
pub(super) fn resync() -> Duration {
    let even = pauses(RESYNC, RESYNC).build().next();
    even.unwrap_or(RESYNC)
}

fn pauses(first: Duration, longest: Duration) -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(first)
        .with_max_delay(longest)
        .without_max_times()
        .with_jitter()
}

const LONGEST: Duration = Duration::from_secs(60);
/// The jitter of a pause is up to its own length.
const RESYNC: Duration = Duration::from_secs(5 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_its_jitter() {
        let mut pauses = Pauses::default();
        let first = pauses.next();
        assert!((1..=2).contains(&first.as_secs()), "{first:?}");
        let later = std::iter::repeat_with(|| pauses.next()).nth(20).unwrap();
        assert!(later >= LONGEST && later <= LONGEST * 2, "{later:?}");
    }

    #[test]
    fn replicas_look_at_everything_at_different_times() {
        let found: Vec<Duration> = (0..50).map(|_| resync()).collect();
        assert!(
            found
                .iter()
                .all(|pause| (RESYNC..=RESYNC * 2).contains(pause))
        );
        assert!(found.iter().any(|pause| pause != &found[0]));
    }
}
