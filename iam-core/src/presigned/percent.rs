//! Percent-encoding with one spelling per text (RFC 3986): letters, digits and `-_.~` as they are,
//! every other byte as `%` and two upper-case hexadecimal digits.

use std::borrow::Cow;

/// Why a value is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refused {
    /// Not the one spelling of what it says.
    Spelling,
    /// Says something outside 0x21–0x7E.
    Unprintable,
}

/// Decodes a value in its one spelling, whose bytes are printable ASCII.
pub(super) fn decode(raw: &str) -> Result<Cow<'_, str>, Refused> {
    let Some(plain) = raw.bytes().position(|byte| !is_unreserved(byte)) else {
        return Ok(Cow::Borrowed(raw));
    };
    let mut decoded = String::with_capacity(raw.len());
    let (head, mut rest) = raw.split_at_checked(plain).ok_or(Refused::Spelling)?;
    decoded.push_str(head);
    while let Some(escape) = rest.strip_prefix('%') {
        let (digits, after) = escape.split_at_checked(2).ok_or(Refused::Spelling)?;
        decoded.push(char::from(escaped_byte(digits.as_bytes())?));
        let plain = after
            .bytes()
            .position(|byte| !is_unreserved(byte))
            .unwrap_or(after.len());
        let (run, next) = after.split_at_checked(plain).ok_or(Refused::Spelling)?;
        decoded.push_str(run);
        rest = next;
    }
    if rest.is_empty() {
        Ok(Cow::Owned(decoded))
    } else {
        Err(Refused::Spelling)
    }
}

/// Decodes whatever can be decoded, for showing a value that [`decode`] refuses.
pub(super) fn decode_leniently(raw: &str) -> String {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let [byte, after @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, after @ ..] => hex(high.to_ascii_uppercase())
                .zip(hex(low.to_ascii_uppercase()))
                .map(|pair| (pair, after)),
            _ => None,
        };
        match escaped {
            Some(((high, low), after)) => {
                decoded.push(high << 4 | low);
                rest = after;
            }
            None => {
                decoded.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Appends the one spelling of `text`.
pub(super) fn encode_into(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if is_unreserved(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(upper_hex(byte >> 4));
            out.push(upper_hex(byte & 0xf));
        }
    }
}

/// The length of the one spelling of `text`.
pub(super) fn encoded_len(text: &str) -> usize {
    text.bytes()
        .map(|byte| if is_unreserved(byte) { 1 } else { 3 })
        .sum()
}

fn escaped_byte(digits: &[u8]) -> Result<u8, Refused> {
    let &[high, low] = digits else {
        return Err(Refused::Spelling);
    };
    let (high, low) = hex(high).zip(hex(low)).ok_or(Refused::Spelling)?;
    let byte = high << 4 | low;
    if is_unreserved(byte) {
        Err(Refused::Spelling)
    } else if byte.is_ascii_graphic() {
        Ok(byte)
    } else {
        Err(Refused::Unprintable)
    }
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

fn upper_hex(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16)
        .unwrap_or('0')
        .to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_one_spelling_and_comes_back() {
        for byte in 0x21..=0x7e_u8 {
            let text = format!("a{}z", char::from(byte));
            let mut spelling = String::new();
            encode_into(&mut spelling, &text);
            assert_eq!(decode(&spelling).as_deref(), Ok(text.as_str()));
            assert_eq!(encoded_len(&text), spelling.len());
            assert_eq!(decode_leniently(&spelling), text);
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for raw in [
            "%", "%2", "a%", "a%4", "%2f", "%2G", "%zz", "%41", "%2D", "%7e", "%%2F", "%2F%",
            "a/b", "a+b", "a;b", "a=b", "a#b", "a b", "a\u{e9}", "%\u{e9}", "%2\u{e9}", "%2F/",
            "60%gh",
        ] {
            assert_eq!(decode(raw), Err(Refused::Spelling), "{raw}");
        }
        for raw in ["%00", "%0A", "%20", "%7F", "%80", "%E2%84%AA", "%FF"] {
            assert_eq!(decode(raw), Err(Refused::Unprintable), "{raw}");
        }
    }

    #[test]
    fn lenient_decoding_keeps_what_it_cannot_decode() {
        for (raw, text) in [
            ("%2f", "/"),
            ("%41%", "A%"),
            ("%zz", "%zz"),
            ("%E2%84%AA", "\u{212a}"),
            ("a+b", "a+b"),
        ] {
            assert_eq!(decode_leniently(raw), text);
        }
    }
}
