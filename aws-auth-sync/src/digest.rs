//! Short hashes, which a record has room for by the thousand.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// The first 72 bits of a SHA-256, written as 12 characters: among ten thousand entries two meet
/// by chance once in 10^14 times.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest([u8; BYTES]);

/// Of several texts, each after its length.
pub fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> Digest {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    let mut first = [0; BYTES];
    for (to, from) in first.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    Digest(first)
}

impl Digest {
    /// Its 12 characters.
    #[must_use]
    pub fn text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The same in 18 characters that the name of an object may hold.
    #[must_use]
    pub fn hexadecimal(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl FromStr for Digest {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ())?;
        bytes.try_into().map(Self).map_err(|_| ())
    }
}

const BYTES: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_borders_and_a_digest_is_read_as_it_is_written() {
        assert_ne!(digest(["ab", "c"]), digest(["a", "bc"]));
        let found = digest(["mapRoles", "arn:aws:iam::111122223333:role/dev"]);
        assert_eq!(found.to_string(), "W7924dmGQHFa");
        assert_eq!(found.hexadecimal(), "5bbf76e1d98640715a");
        assert_eq!(found.to_string().parse(), Ok(found));
        for text in ["", "W7924dmGQHF", "W7924dmGQHFaA", "W7924dmGQHF+"] {
            assert_eq!(text.parse::<Digest>(), Err(()), "{text}");
        }
    }
}
