//! Instants as text: whole seconds from 1970 through 9999, in UTC.
//!
//! Both types truncate to the second and turn back into [`SystemTime`] exactly.

use std::fmt;
use std::str::{self, FromStr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use thiserror::Error;

use crate::excerpt::Excerpt;

/// The instant of an AWS signature, as in `X-Amz-Date`: `20231102T030405Z`.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html>
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AmzDate {
    // The text has one spelling per instant and sorts as the instants do.
    text: [u8; 16],
    seconds: u64,
}

impl AmzDate {
    /// The second that `instant` falls in.
    ///
    /// # Errors
    /// When that is before 1970 or after 9999.
    pub fn new(instant: SystemTime) -> Result<Self, TimeError> {
        let seconds = seconds_of(instant)?;
        let text = civil(seconds)?.strftime("%Y%m%dT%H%M%SZ").to_string();
        let text = <[u8; 16]>::try_from(text.as_bytes()).map_err(|_| TimeError::OutOfRange)?;
        Ok(Self { text, seconds })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.text).expect("both constructors take nothing but ASCII")
    }

    /// The day, as the credential scope of a signature names it: `20231102`.
    #[must_use]
    pub fn day(&self) -> &str {
        self.as_str().split_once('T').map_or("", |(day, _)| day)
    }

    /// The instant.
    #[must_use]
    pub fn instant(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.seconds)
    }
}

impl fmt::Debug for AmzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AmzDate").field(&self.as_str()).finish()
    }
}

impl fmt::Display for AmzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for AmzDate {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || TimeError::Form {
            found: text.to_owned(),
            expected: "YYYYMMDDTHHMMSSZ",
        };
        let text_bytes = <[u8; 16]>::try_from(text.as_bytes()).map_err(|_| form())?;
        let [
            y0,
            y1,
            y2,
            y3,
            m0,
            m1,
            d0,
            d1,
            b'T',
            h0,
            h1,
            i0,
            i1,
            s0,
            s1,
            b'Z',
        ] = text_bytes
        else {
            return Err(form());
        };
        let two = |tens, ones| Some(digit(tens)? * 10 + digit(ones)?);
        let pairs = || {
            Some((
                two(y0, y1)?,
                two(y2, y3)?,
                two(m0, m1)?,
                two(d0, d1)?,
                two(h0, h1)?,
                two(i0, i1)?,
                two(s0, s1)?,
            ))
        };
        let (century, year, month, day, hour, minute, second) = pairs().ok_or_else(form)?;
        let year = i16::from(century) * 100 + i16::from(year);
        let unreal = || TimeError::Unreal {
            found: text.to_owned(),
        };
        let civil =
            DateTime::new(year, month, day, hour, minute, second, 0).map_err(|_| unreal())?;
        let timestamp = Offset::UTC.to_timestamp(civil).map_err(|_| unreal())?;
        let seconds = u64::try_from(timestamp.as_second()).map_err(|_| TimeError::OutOfRange)?;
        Ok(Self {
            text: text_bytes,
            seconds,
        })
    }
}

/// An instant as Kubernetes writes it: `2023-11-02T03:04:05Z`.
///
/// Reading is wider than writing: any offset and any fraction of a second of RFC 3339 is taken, so
/// that `AWS_CREDENTIAL_EXPIRATION` is understood whoever set it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Rfc3339(u64);

impl Rfc3339 {
    /// The second that `instant` falls in.
    ///
    /// # Errors
    /// When that is before 1970 or after 9999.
    pub fn new(instant: SystemTime) -> Result<Self, TimeError> {
        seconds_of(instant).map(Self)
    }

    /// The second that `instant` falls in, or the nearest one that can be written.
    #[must_use]
    pub fn nearest(instant: SystemTime) -> Self {
        let after_1970 = instant.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(after_1970.as_secs().min(LAST_SECOND))
    }

    /// The instant.
    #[must_use]
    pub fn instant(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0)
    }
}

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = civil(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{}", civil.strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl FromStr for Rfc3339 {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let timestamp: Timestamp = text.parse().map_err(|_| TimeError::Form {
            found: text.to_owned(),
            expected: "YYYY-MM-DDTHH:MM:SSZ",
        })?;
        // Floor, not towards zero: half a second before 1970 is before 1970.
        let seconds = timestamp.as_nanosecond().div_euclid(1_000_000_000);
        u64::try_from(seconds)
            .ok()
            .filter(|seconds| *seconds <= LAST_SECOND)
            .map(Self)
            .ok_or(TimeError::OutOfRange)
    }
}

/// A text that is no instant, or an instant that has no text.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum TimeError {
    /// Not of the form that is due.
    #[error("\"{}\" is not of the form {expected}", Excerpt(found))]
    Form {
        /// The text.
        found: String,
        /// The form that is due.
        expected: &'static str,
    },
    /// Of the form that is due, but no such day or time exists.
    #[error("\"{}\" names a day or time that does not exist", Excerpt(found))]
    Unreal {
        /// The text.
        found: String,
    },
    /// Before 1970 or after 9999.
    #[error("the time is before 1970 or after 9999")]
    OutOfRange,
}

fn seconds_of(instant: SystemTime) -> Result<u64, TimeError> {
    instant
        .duration_since(UNIX_EPOCH)
        .ok()
        .map(|since| since.as_secs())
        .filter(|seconds| *seconds <= LAST_SECOND)
        .ok_or(TimeError::OutOfRange)
}

fn civil(seconds: u64) -> Result<DateTime, TimeError> {
    let seconds = i64::try_from(seconds).map_err(|_| TimeError::OutOfRange)?;
    let timestamp = Timestamp::from_second(seconds).map_err(|_| TimeError::OutOfRange)?;
    Ok(Offset::UTC.to_datetime(timestamp))
}

fn digit(byte: u8) -> Option<i8> {
    byte.is_ascii_digit()
        .then(|| i8::try_from(byte - b'0').ok())?
}

/// 9999-12-30T22:00:00Z, the last whole second that `jiff` can place in every offset.
const LAST_SECOND: u64 = 253_402_207_200;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn amz_dates_name_the_seconds_that_they_should() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("20230428T000000Z", 1_682_640_000),
            ("20240229T235959Z", 1_709_251_199),
            ("20231102T030405Z", 1_698_894_245),
            ("99991230T220000Z", LAST_SECOND),
        ] {
            let date: AmzDate = text.parse().unwrap();
            assert_eq!(date.instant(), at(seconds));
            assert_eq!(AmzDate::new(at(seconds)), Ok(date));
            assert_eq!(date.to_string(), text);
            assert_eq!(date.day(), text.split('T').next().unwrap());
        }
    }

    #[test]
    fn amz_dates_refuse_every_other_form() {
        for text in [
            "",
            "xxxxxxx",
            "20230428t000000Z",
            "20230428T000000z",
            "20230428T000000",
            "20230428T000000.123Z",
            "20230428T000000,5Z",
            "20230428T000000+0000",
            "2023-04-28T00:00:00Z",
            " 20230428T000000Z",
            "20230428T00000\u{661}Z",
            "+0230428T000000Z",
        ] {
            assert_eq!(
                text.parse::<AmzDate>(),
                Err(TimeError::Form {
                    found: text.to_owned(),
                    expected: "YYYYMMDDTHHMMSSZ"
                }),
                "{text}"
            );
        }
    }

    #[test]
    fn amz_dates_refuse_days_and_times_that_do_not_exist() {
        for text in [
            "20230230T000000Z",
            "20230229T000000Z",
            "20230001T000000Z",
            "20231301T000000Z",
            "20230100T000000Z",
            "20230101T240000Z",
            "20230101T006000Z",
            "20230101T000060Z",
        ] {
            assert_eq!(
                text.parse::<AmzDate>(),
                Err(TimeError::Unreal {
                    found: text.to_owned()
                }),
                "{text}"
            );
        }
        assert_eq!(
            "19691231T235959Z".parse::<AmzDate>(),
            Err(TimeError::OutOfRange)
        );
        assert_eq!(
            "00000101T000000Z".parse::<AmzDate>(),
            Err(TimeError::OutOfRange)
        );
    }

    #[test]
    fn instants_are_truncated_to_the_second_and_bounded() {
        let instant = at(1_698_894_245) + Duration::from_nanos(999_999_999);
        assert_eq!(
            AmzDate::new(instant).unwrap().to_string(),
            "20231102T030405Z"
        );
        assert_eq!(
            Rfc3339::new(instant).unwrap().to_string(),
            "2023-11-02T03:04:05Z"
        );
        for outside in [UNIX_EPOCH - Duration::from_secs(1), at(LAST_SECOND + 1)] {
            assert_eq!(AmzDate::new(outside), Err(TimeError::OutOfRange));
            assert_eq!(Rfc3339::new(outside), Err(TimeError::OutOfRange));
        }
        assert_eq!(
            Rfc3339::nearest(UNIX_EPOCH - Duration::from_secs(1)),
            Rfc3339(0)
        );
        assert_eq!(Rfc3339::nearest(at(LAST_SECOND + 1)), Rfc3339(LAST_SECOND));
    }

    #[test]
    fn rfc_3339_is_read_with_any_offset_and_fraction() {
        for text in [
            "2023-11-02T03:04:05Z",
            "2023-11-02T03:04:05+00:00",
            "2023-11-02T03:04:05.999Z",
            "2023-11-02T05:34:05+02:30",
        ] {
            assert_eq!(
                text.parse::<Rfc3339>().unwrap().to_string(),
                "2023-11-02T03:04:05Z"
            );
        }
        for text in [
            "",
            "tomorrow",
            "2023-11-02",
            "2023-11-02T03:04:05",
            "1698894245",
        ] {
            assert!(
                matches!(text.parse::<Rfc3339>(), Err(TimeError::Form { .. })),
                "{text}"
            );
        }
        assert_eq!(
            "1969-12-31T23:59:59.5Z".parse::<Rfc3339>(),
            Err(TimeError::OutOfRange)
        );
    }
}
