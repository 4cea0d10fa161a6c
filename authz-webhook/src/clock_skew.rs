//! How far this machine's clock is from that of STS, by the `Date` of its answers.
//!
//! The window of a token is checked by our clock, that of its signature by STS's. Where the two
//! part, good tokens are refused and nothing says why: so it is measured, told once, and shown by
//! `/readyz?verbose`. It decides nothing.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use iam_cli::NOTICE;

use crate::metrics::Metrics;

/// What was measured last. One per process.
#[derive(Debug)]
pub struct ClockSkew {
    metrics: Arc<Metrics>,
    milliseconds: AtomicI64,
    is_large: AtomicBool,
}

/// Our clock less STS's, in milliseconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Skew(i64);

/// What can be said of the clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClockReport {
    /// STS has not answered yet.
    NotMeasured,
    /// The clocks agree well enough.
    Small,
    /// They do not.
    Large(Skew),
}

impl ClockSkew {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            metrics,
            milliseconds: AtomicI64::new(NOT_MEASURED),
            is_large: AtomicBool::new(false),
        }
    }

    /// The listed `host` answered at `now`, `waited` after it was asked, that it is `date`.
    pub fn observe(&self, host: &str, date: SystemTime, waited: Duration, now: SystemTime) {
        let skew = Skew::between(now, waited, date);
        self.milliseconds.store(skew.0, Ordering::Release);
        self.metrics.sts_clock_skew(host, skew.seconds());
        if skew.0.saturating_abs() >= in_milliseconds(LARGE) {
            if !self.is_large.swap(true, Ordering::AcqRel) {
                tracing::warn!(
                    sts = host,
                    "this machine's clock is {skew}: good tokens are refused at the ends of their \
                     window; synchronise it (chrony, systemd-timesyncd)"
                );
            }
        } else if skew.0.saturating_abs() < in_milliseconds(LARGE) / 2
            && self.is_large.swap(false, Ordering::AcqRel)
        {
            tracing::info!(target: NOTICE, "this machine's clock agrees with that of STS again");
        }
    }

    /// What can be said now.
    #[must_use]
    pub fn report(&self) -> ClockReport {
        match self.milliseconds.load(Ordering::Acquire) {
            NOT_MEASURED => ClockReport::NotMeasured,
            skew if self.is_large.load(Ordering::Acquire) => ClockReport::Large(Skew(skew)),
            _ => ClockReport::Small,
        }
    }
}

impl Skew {
    /// `Date` has whole seconds, cut; STS wrote it somewhere within the time that was waited. Both
    /// are taken at their middle.
    fn between(now: SystemTime, waited: Duration, date: SystemTime) -> Self {
        let ours = now.checked_sub(waited / 2).unwrap_or(now);
        let theirs = date + HALF_A_SECOND;
        Self(match ours.duration_since(theirs) {
            Ok(ahead) => in_milliseconds(ahead),
            Err(behind) => -in_milliseconds(behind.duration()),
        })
    }

    fn seconds(self) -> f64 {
        let whole = i32::try_from(self.0).unwrap_or(if self.0 < 0 { i32::MIN } else { i32::MAX });
        f64::from(whole) / 1000.0
    }
}

/// `131 s ahead of STS`
impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.0 < 0 { "behind" } else { "ahead of" };
        write!(f, "{} s {way} STS", self.0.unsigned_abs() / 1000)
    }
}

fn in_milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// No skew is that.
const NOT_MEASURED: i64 = i64::MIN;
/// Tokens live for 15 minutes and may be signed 5 minutes ahead: this much of it is lost.
const LARGE: Duration = Duration::from_secs(120);
const HALF_A_SECOND: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + milliseconds)
    }

    #[test]
    fn is_measured_between_the_middles() {
        let table = [
            (500, 0, 0, 0, "0 s ahead of STS"),
            (2_500, 4_000, 0, 0, "0 s ahead of STS"),
            (131_500, 0, 0, 131_000, "131 s ahead of STS"),
            (0, 0, 130_000, -130_500, "130 s behind STS"),
        ];
        for (now, waited, date, expected, text) in table {
            let skew = Skew::between(at(now), Duration::from_millis(waited), at(date));
            assert_eq!((skew, skew.to_string().as_str()), (Skew(expected), text));
        }
        let beyond = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        let far = Skew::between(at(0), Duration::ZERO, beyond);
        assert!(far.seconds() < -2e6, "{far}");
    }

    #[test]
    fn is_large_from_two_minutes_on_until_it_is_below_one() {
        let skew = ClockSkew::new(Arc::new(Metrics::new()));
        assert_eq!(skew.report(), ClockReport::NotMeasured);
        let table = [
            (0, false),
            (119_000, false),
            (121_000, true),
            (61_000, true),
            (59_000, false),
            (119_000, false),
        ];
        for (milliseconds, is_large) in table {
            skew.observe("sts", at(0), Duration::ZERO, at(milliseconds + 500));
            let now = Skew(i64::try_from(milliseconds).unwrap());
            let expected = if is_large {
                ClockReport::Large(now)
            } else {
                ClockReport::Small
            };
            assert_eq!(skew.report(), expected, "{milliseconds}");
        }
    }
}
