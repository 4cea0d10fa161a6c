//! Bytes as the names of files spell them.

use std::fmt::Write as _;

/// Two lower-case digits a byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes all text");
    }
    text
}
