//! Dates and times as `yaml.v2` recognises them: `2024-1-2`, `2024-01-02T03:04:05.6Z`,
//! `2024-01-02 03:04:05`.

/// Whether the text is one of the accepted forms and names a day that exists.
pub(super) fn is_timestamp(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('-') else {
        return false;
    };
    let Some((month, rest)) = rest.split_once('-') else {
        return false;
    };
    let day_end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let Some((day, time)) = rest.split_at_checked(day_end) else {
        return false;
    };
    if year.len() != 4 || !is_day(year, month, day) {
        return false;
    }
    match time.split_at_checked(1) {
        None => true,
        Some(("T" | "t", time)) => is_zoned(time),
        Some((" ", time)) => is_clock(time.trim_start_matches(' ')),
        Some(_) => false,
    }
}

fn is_day(year: &str, month: &str, day: &str) -> bool {
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// A time of day with `Z` or an offset.
fn is_zoned(text: &str) -> bool {
    if let Some(clock) = text.strip_suffix('Z') {
        return is_clock(clock);
    }
    let Some(at) = text.rfind(['+', '-']) else {
        return false;
    };
    let Some((clock, offset)) = text.split_at_checked(at) else {
        return false;
    };
    let Some((hours, minutes)) = offset.get(1..).and_then(|offset| offset.split_once(':')) else {
        return false;
    };
    let in_range = |text: &str, max| text.len() == 2 && number(text, 2).is_some_and(|n| n <= max);
    is_clock(clock) && in_range(hours, 24) && in_range(minutes, 60)
}

fn is_clock(text: &str) -> bool {
    let mut fields = text.splitn(3, ':');
    let (Some(hour), Some(minute), Some(second)) = (fields.next(), fields.next(), fields.next())
    else {
        return false;
    };
    let (second, fraction) = match second.split_once(['.', ',']) {
        Some((second, fraction)) => (second, Some(fraction)),
        None => (second, None),
    };
    let below = |text: &str, limit| number(text, 2).is_some_and(|value| value < limit);
    below(hour, 24)
        && below(minute, 60)
        && below(second, 60)
        && fraction.is_none_or(|digits| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// One to `width` digits.
fn number(text: &str, width: usize) -> Option<u32> {
    let is_number = (1..=width).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}
