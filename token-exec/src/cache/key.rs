//! What an entry is found by: a digest of everything that decides what is in it.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The name of an entry. Two entries share it only when every field was the same.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Key([u8; 32]);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let halves = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
        f.write_str(&halves.map(digit).collect::<String>())
    }
}

/// Gathers the fields of a [`Key`].
///
/// The encoding is injective: every text stands behind its length, so no two lists of fields are
/// encoded alike, and a field that is absent differs from one that is empty. Order counts.
///
/// Give no secrets: of a key pair, the access key id says all that is needed.
#[derive(Clone)]
pub struct KeyBuilder(Vec<u8>);

impl KeyBuilder {
    /// The key of an entry for `purpose`.
    #[must_use]
    pub fn new(purpose: &str) -> Self {
        let mut key = Self(Vec::with_capacity(USUAL_BYTES));
        key.text(ENCODING.as_bytes());
        key.text(purpose.as_bytes());
        key
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, label: &str, value: impl AsRef<[u8]>) -> Self {
        self.add(label, value.as_ref());
        self
    }

    /// Adds a field, where fields come one by one.
    pub fn add(&mut self, label: &str, value: &[u8]) {
        self.0.push(PRESENT);
        self.text(label.as_bytes());
        self.text(value);
    }

    /// Adds a field that may be absent.
    #[must_use]
    pub fn optional(mut self, label: &str, value: Option<impl AsRef<[u8]>>) -> Self {
        match value {
            Some(value) => self.field(label, value),
            None => {
                self.0.push(ABSENT);
                self.text(label.as_bytes());
                self
            }
        }
    }

    /// The key.
    #[must_use]
    pub fn finish(self) -> Key {
        Key(Sha256::digest(&self.0).into())
    }

    fn text(&mut self, text: &[u8]) {
        // No text in memory has more than 2⁶³ bytes.
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(text);
    }
}

/// Changes whenever the encoding does, or what an entry means.
const ENCODING: &str = "token-exec cache key 1";
/// An assumed role's fields, with room.
const USUAL_BYTES: usize = 2048;
const PRESENT: u8 = 1;
const ABSENT: u8 = 0;

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    type Field = (String, Option<Vec<u8>>);

    fn encoded(purpose: &str, fields: &[Field]) -> Vec<u8> {
        fields
            .iter()
            .fold(KeyBuilder::new(purpose), |builder, (label, value)| {
                builder.optional(label, value.as_ref())
            })
            .0
    }

    /// Reads an encoding back, which only works if it says everything.
    fn decoded(bytes: &[u8]) -> (Vec<u8>, Vec<Field>) {
        fn text<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
            let (length, rest) = bytes.split_first_chunk::<8>().unwrap();
            let (text, rest) = rest.split_at(usize::try_from(u64::from_be_bytes(*length)).unwrap());
            *bytes = rest;
            text
        }
        let mut rest = bytes;
        assert_eq!(text(&mut rest), ENCODING.as_bytes());
        let purpose = text(&mut rest).to_vec();
        let mut fields = Vec::new();
        while let Some((tag, after)) = rest.split_first() {
            rest = after;
            let label = String::from_utf8(text(&mut rest).to_vec()).unwrap();
            let value = (*tag == PRESENT).then(|| text(&mut rest).to_vec());
            fields.push((label, value));
        }
        (purpose, fields)
    }

    proptest! {
        #[test]
        fn the_encoding_says_everything(
            purpose in ".*",
            fields in vec((".*", option::of(vec(any::<u8>(), 0..40))), 0..6),
        ) {
            let (read_purpose, read_fields) = decoded(&encoded(&purpose, &fields));
            prop_assert_eq!(read_purpose, purpose.into_bytes());
            prop_assert_eq!(read_fields, fields);
        }
    }

    #[test]
    fn every_difference_makes_another_key() {
        let new = KeyBuilder::new;
        let keys = [
            new("token").finish(),
            new("credentials").finish(),
            new("token").field("profile", "").finish(),
            new("token").optional("profile", None::<&str>).finish(),
            new("token").field("profile", "a").finish(),
            new("token").field("region", "a").finish(),
            new("token").field("profile", "a").field("b", "").finish(),
            new("token").field("profile", "ab").finish(),
            new("token").field("profilea", "b").finish(),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(keys.iter().position(|other| other == key), Some(at));
        }
    }

    #[test]
    fn a_key_stays_the_same_from_one_version_to_the_next() {
        // printf of the encoding, through sha256sum.
        let key = KeyBuilder::new("token").field("profile", "dev").finish();
        assert_eq!(
            key.to_string(),
            "1e80b261feb1b321691131d465cc489a555a4f20b54c47aeb161cf21ca21b63a"
        );
    }
}
