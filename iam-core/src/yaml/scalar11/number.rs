//! Numbers as Go's `strconv` and `yaml.v2` read them.

use super::Scalar11;

/// An integer or a float; `None` when the text is neither.
pub(super) fn resolve(text: &str) -> Option<Scalar11<'static>> {
    let plain = text.replace('_', "");
    if is_int(&plain) || is_go_binary(&plain) {
        return Some(Scalar11::Int);
    }
    is_yaml_float(&plain).then_some(Scalar11::Float)
}

/// Whether an integer's text (as found by [`resolve`]) fits 64 bits with a sign.
pub(crate) fn fits_i64(text: &str) -> bool {
    let plain = text.replace('_', "");
    let (negative, digits) = sign(&plain);
    magnitude(digits).is_none_or(|value| fits_signed(value, negative))
}

/// `strconv.ParseInt(text, 0, 64)` or `strconv.ParseUint(text, 0, 64)` succeeds.
fn is_int(plain: &str) -> bool {
    let (negative, digits) = sign(plain);
    magnitude(digits)
        .is_some_and(|value| fits_signed(value, negative) || digits.len() == plain.len())
}

/// `0b` with a sign behind it is a number too, by a quirk of the reader.
fn is_go_binary(plain: &str) -> bool {
    let Some(rest) = plain.strip_prefix("0b") else {
        return false;
    };
    let (negative, digits) = sign(rest);
    digits.len() < rest.len()
        && of_base(digits, 2).is_some_and(|value| fits_signed(value, negative))
}

/// Digits and dot with an optional exponent, of a size that a float has.
fn is_yaml_float(plain: &str) -> bool {
    let (_, unsigned) = sign(plain);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let is_mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        None => is_digits(mantissa),
    };
    let is_exponent = exponent.is_none_or(|exponent| is_digits(sign(exponent).1));
    is_mantissa && is_exponent && is_finite(plain)
}

/// `strconv.ParseFloat` of a text that begins with a dot succeeds.
pub(super) fn is_go_float(text: &str) -> bool {
    is_yaml_float(text)
}

/// Go refuses what overflows; Rust reads it as infinite.
fn is_finite(plain: &str) -> bool {
    plain.parse::<f64>().is_ok_and(f64::is_finite)
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    }
}

fn fits_signed(magnitude: u64, negative: bool) -> bool {
    magnitude <= i64::MAX.unsigned_abs() + u64::from(negative)
}

fn magnitude(digits: &str) -> Option<u64> {
    let Some(rest) = digits.strip_prefix('0') else {
        return of_base(digits, 10);
    };
    match rest.split_at_checked(1) {
        Some(("x" | "X", digits)) => of_base(digits, 16),
        Some(("b" | "B", digits)) => of_base(digits, 2),
        Some(("o" | "O", digits)) => of_base(digits, 8),
        Some(_) | None if rest.is_empty() => Some(0),
        Some(_) | None => of_base(rest, 8),
    }
}

/// No sign, unlike `from_str_radix` alone.
fn of_base(digits: &str, base: u32) -> Option<u64> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    u64::from_str_radix(digits, base).ok()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
