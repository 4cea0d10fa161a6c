//! How many calls a second may be made, and how many at a stroke.

use std::time::Duration;

use tokio::time::Instant;

/// A rate with room for a burst.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    between: Duration,
    burst: u32,
    used_until: Option<Instant>,
}

impl Pace {
    /// So many calls a second, none meaning as many as there are; `burst` of them at a stroke.
    #[must_use]
    pub fn new(per_second: u32, burst: u32) -> Self {
        let between = Duration::from_secs(1).checked_div(per_second);
        Self {
            between: between.unwrap_or_default(),
            burst: burst.max(1),
            used_until: None,
        }
    }

    /// When the next call may be made, which then counts.
    pub fn next(&mut self, now: Instant) -> Instant {
        let used_until = self.used_until.map_or(now, |until| until.max(now)) + self.between;
        self.used_until = Some(used_until);
        let room = self.between.saturating_mul(self.burst);
        used_until.checked_sub(room).map_or(now, |at| at.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(per_second: u32, burst: u32, pauses: [u64; 5]) -> [u128; 5] {
        let mut pace = Pace::new(per_second, burst);
        let mut now = Instant::now() + Duration::from_secs(60);
        pauses.map(|pause| {
            now += Duration::from_millis(pause);
            (pace.next(now) - now).as_millis()
        })
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        assert_eq!(waits(10, 2, [0, 0, 0, 0, 0]), [0, 0, 100, 200, 300]);
        assert_eq!(waits(10, 1, [0, 100, 0, 50, 1_000]), [0, 0, 100, 150, 0]);
        assert_eq!(waits(10, 0, [0, 0, 0, 0, 0]), [0, 100, 200, 300, 400]);
        assert_eq!(waits(0, 5, [0, 0, 0, 0, 0]), [0, 0, 0, 0, 0]);
    }
}
