//! Lengths of time as Go and Kubernetes write them: `500ms`, `60s`, `1m30s`, `2h`.

use std::time::Duration;

/// Reads one or more whole numbers, each with its unit. `None` for anything else.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits)?;
        let letters = after.bytes().take_while(u8::is_ascii_lowercase).count();
        let (unit, after) = after.split_at_checked(letters)?;
        let milliseconds = number
            .parse::<u64>()
            .ok()?
            .checked_mul(in_milliseconds(unit)?)?;
        total = total.checked_add(Duration::from_millis(milliseconds))?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}

fn in_milliseconds(unit: &str) -> Option<u64> {
    match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_with_units_and_nothing_else() {
        let table = [
            ("500ms", Some(500)),
            ("60s", Some(60_000)),
            ("1m30s", Some(90_000)),
            ("2h", Some(7_200_000)),
            ("0s", Some(0)),
            ("", None),
            ("60", None),
            ("s", None),
            ("-1s", None),
            ("1.5s", None),
            ("1 s", None),
            ("1S", None),
            ("1d", None),
            ("99999999999999999999s", None),
            ("9999999999999999h", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected.map(Duration::from_millis), "{text:?}");
        }
    }
}
