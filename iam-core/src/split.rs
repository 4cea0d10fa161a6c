//! Text split at an ASCII character, found many bytes at a time; and without asking the processor
//! what it can do, which in a virtual machine takes longer than reading a token.

use std::iter;

/// The parts of `text` between separators, as `str::split` gives them.
pub(crate) fn at(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let text = rest.take()?;
        let Some((part, after)) = once(text, separator) else {
            return Some(text);
        };
        rest = Some(after);
        Some(part)
    })
}

/// What stands before the first separator, and after it, as `str::split_once` gives them.
pub(crate) fn once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let end = find(text.as_bytes(), separator)?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

fn find(text: &[u8], byte: u8) -> Option<usize> {
    // Every x86-64 has SSE2, so nothing is asked; elsewhere memchr asks nothing either.
    #[cfg(target_arch = "x86_64")]
    if let Some(byte) = memchr::arch::x86_64::sse2::memchr::One::new(byte) {
        return byte.find(text);
    }
    memchr::memchr(byte, text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn splits_as_the_standard_library_does(text in "[a:\u{e9}]{0,80}") {
            let parts: Vec<_> = at(&text, b':').collect();
            prop_assert_eq!(parts, text.split(':').collect::<Vec<_>>());
            prop_assert_eq!(once(&text, b':'), text.split_once(':'));
        }
    }
}
