//! How long a change waits to be confirmed.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use iam_core::excerpt::Excerpt;
use thiserror::Error;

/// A time in hours, minutes and seconds as Go writes it: `60s`, `5m`, `1h30m`; of a second at
/// least, and a day at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeout(Duration);

/// The text is no such time.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "\"{}\" is no time between 1s and 24h, as 60s, 5m or 1h30m",
    Excerpt(found)
)]
pub struct TimeoutError {
    found: String,
}

impl Timeout {
    /// The time.
    #[must_use]
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs())
    }
}

impl FromStr for Timeout {
    type Err = TimeoutError;

    fn from_str(text: &str) -> Result<Self, TimeoutError> {
        let seconds = seconds(text).filter(|seconds| (1..=DAY).contains(seconds));
        let found = || TimeoutError {
            found: text.to_owned(),
        };
        seconds.map(Duration::from_secs).map(Self).ok_or_else(found)
    }
}

/// The sum of the parts, the larger units first.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum: u64 = 0;
    for (unit, factor) in [('h', 3600), ('m', 60), ('s', 1)] {
        if let Some((number, others)) = rest.split_once(unit) {
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            let number: u64 = number.parse().ok().filter(|_| is_number)?;
            sum = number.checked_mul(factor)?.checked_add(sum)?;
            rest = others;
        }
    }
    (rest.is_empty() && !text.is_empty()).then_some(sum)
}

const DAY: u64 = 24 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_go_writes_it() {
        let table = [
            ("60s", Some(60)),
            ("5m", Some(300)),
            ("1h30m", Some(5400)),
            ("1h0m1s", Some(3601)),
            ("24h", Some(86400)),
            ("24h1s", None),
            ("0s", None),
            ("", None),
            ("60", None),
            ("s", None),
            ("1s1m", None),
            ("+1s", None),
            ("1.5h", None),
            ("1d", None),
            ("99999999999999999999h", None),
            ("18446744073709551615h", None),
        ];
        for (text, expected) in table {
            let found = text.parse::<Timeout>().ok();
            assert_eq!(
                found.map(|found| found.duration().as_secs()),
                expected,
                "{text}"
            );
        }
    }
}
