//! The clock of the tests and the two spellings of time that SigV4 and HTTP use.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The machine's time.
#[expect(
    clippy::disallowed_methods,
    reason = "stories run on the real clock; this is its one reader"
)]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// `20231102T030405Z`: how `X-Amz-Date` spells a time, in whole seconds.
pub fn amz_date(time: SystemTime) -> String {
    timestamp(time).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The time that an `X-Amz-Date` names, when it names one.
pub fn parse_amz_date(text: &str) -> Option<SystemTime> {
    let canonical = text.len() == 16 && text.is_ascii();
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text)
        .ok()
        .filter(|_| canonical)?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().into())
}

/// `Thu, 02 Nov 2023 03:04:05 GMT`: the value of a `Date` header.
pub fn http_date(time: SystemTime) -> String {
    timestamp(time)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// `2023-11-02T03:04:05Z`: how credentials say when they expire.
pub fn rfc3339(time: SystemTime) -> String {
    timestamp(time).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Whole seconds since 1970.
pub fn epoch_seconds(time: SystemTime) -> i64 {
    timestamp(time).as_second()
}

/// `time` moved by whole seconds, backwards when negative.
pub fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { time - by } else { time + by }
}

fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).expect("stories stay between the years -9999 and 9999")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_spelt_for_sigv4_and_for_http_and_read_back() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_698_894_245);
        assert_eq!("20231102T030405Z", amz_date(time));
        assert_eq!("Thu, 02 Nov 2023 03:04:05 GMT", http_date(time));
        assert_eq!(Some(time), parse_amz_date("20231102T030405Z"));
    }

    #[test]
    fn a_date_that_is_no_instant_is_not_read() {
        for text in [
            "",
            "20231102",
            "20231302T030405Z",
            "2023110T0030405Z",
            "20231102T030405z",
        ] {
            assert_eq!(None, parse_amz_date(text), "{text}");
        }
    }
}
