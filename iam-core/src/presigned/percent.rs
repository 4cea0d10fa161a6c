//! Percent-encoding with one spelling per text (RFC 3986): letters, digits and `-_.~` as they are,
//! every other byte as `%` and two upper-case hexadecimal digits.

use std::ops::Deref;

use zeroize::Zeroizing;

use crate::split;

/// A decoded value. It may be a secret, so what had to be copied is wiped when dropped.
pub(super) enum Text<'a> {
    Plain(&'a str),
    Decoded(Zeroizing<String>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Decoded(text) => text,
        }
    }
}

impl Text<'_> {
    pub(super) fn into_owned(self) -> Zeroizing<String> {
        match self {
            Self::Plain(text) => Zeroizing::new(text.to_owned()),
            Self::Decoded(text) => text,
        }
    }
}

/// Why a value is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Refused {
    /// Not the one spelling of what it says.
    Spelling,
    /// Says something outside 0x21–0x7E.
    Unprintable,
}

/// Decodes a value in its one spelling, whose bytes are printable ASCII.
pub(super) fn decode(raw: &str) -> Result<Text<'_>, Refused> {
    // One pass without a branch per byte: session tokens are long.
    let (spelled, escaped) = raw.bytes().fold((true, false), |(spelled, escaped), byte| {
        let escape = byte == b'%';
        (spelled & (is_unreserved(byte) | escape), escaped | escape)
    });
    if !spelled {
        return Err(Refused::Spelling);
    }
    if !escaped {
        return Ok(Text::Plain(raw));
    }
    let mut decoded = Zeroizing::new(String::with_capacity(raw.len()));
    let mut runs = split::at(raw, b'%');
    decoded.push_str(runs.next().unwrap_or_default());
    for run in runs {
        let (digits, plain) = run.split_at_checked(2).ok_or(Refused::Spelling)?;
        decoded.push(char::from(escaped_byte(digits.as_bytes())?));
        decoded.push_str(plain);
    }
    Ok(Text::Decoded(decoded))
}

/// Decodes whatever can be decoded, for showing a value that [`decode`] refuses.
pub(super) fn decode_leniently(raw: &str) -> Text<'static> {
    let mut decoded = Zeroizing::new(Vec::with_capacity(raw.len()));
    let mut rest = raw.as_bytes();
    while let [byte, after @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, after @ ..] => hex(high.to_ascii_uppercase())
                .zip(hex(low.to_ascii_uppercase()))
                .map(|(high, low)| (high << 4 | low, after)),
            _ => None,
        };
        let (decoded_byte, next) = escaped.unwrap_or((*byte, after));
        decoded.push(decoded_byte);
        rest = next;
    }
    Text::Decoded(Zeroizing::new(
        String::from_utf8_lossy(&decoded).into_owned(),
    ))
}

/// Appends the one spelling of `text`.
pub(super) fn encode_into(out: &mut String, text: &str) {
    let reserved = |character| !u8::try_from(character).is_ok_and(is_unreserved);
    // Each run ends with the one character in it that needs an escape, if any does.
    for run in text.split_inclusive(reserved) {
        let plain = run.trim_end_matches(reserved);
        out.push_str(plain);
        for byte in run.bytes().skip(plain.len()) {
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
            assert_eq!(decode(&spelling).ok().as_deref(), Some(text.as_str()));
            assert_eq!(encoded_len(&text), spelling.len());
            assert_eq!(*decode_leniently(&spelling), text);
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for raw in [
            "%", "%2", "a%", "a%4", "%2f", "%2G", "%zz", "%41", "%2D", "%7e", "%%2F", "%2F%",
            "a/b", "a+b", "a;b", "a=b", "a#b", "a b", "a\u{e9}", "%\u{e9}", "%2\u{e9}", "%2F/",
            "60%gh",
        ] {
            assert_eq!(decode(raw).err(), Some(Refused::Spelling), "{raw}");
        }
        for raw in ["%00", "%0A", "%20", "%7F", "%80", "%E2%84%AA", "%FF"] {
            assert_eq!(decode(raw).err(), Some(Refused::Unprintable), "{raw}");
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
            assert_eq!(&*decode_leniently(raw), text);
        }
    }
}
