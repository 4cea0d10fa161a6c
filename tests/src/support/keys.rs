//! AWS keys that the local STS issues, and names that nobody can guess.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// What a caller signs with.
#[derive(Clone, Eq, PartialEq)]
pub struct Keys {
    /// `AKIA…` of a user or the root, `ASIA…` of a session.
    pub access_key_id: String,
    /// Forty characters, as AWS makes them.
    pub secret_access_key: String,
    /// Present exactly with `ASIA…`.
    pub session_token: Option<String>,
}

impl Keys {
    /// New keys that do not expire by themselves.
    pub fn long_lived() -> Self {
        Self {
            access_key_id: format!("AKIA{}", unguessable_id(16)),
            secret_access_key: unguessable_text(40),
            session_token: None,
        }
    }

    /// New keys of a session, with a session token of the length that STS usually issues.
    pub fn of_session() -> Self {
        Self {
            access_key_id: format!("ASIA{}", unguessable_id(16)),
            session_token: Some(unguessable_text(640)),
            ..Self::long_lived()
        }
    }

    /// The same keys with the session token of others, or without one.
    pub fn with_token_of(&self, other: &Self) -> Self {
        Self {
            session_token: other.session_token.clone(),
            ..self.clone()
        }
    }

    /// The same keys with the secret of others.
    pub fn with_secret_of(&self, other: &Self) -> Self {
        Self {
            secret_access_key: other.secret_access_key.clone(),
            ..self.clone()
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// `len` characters of `A–Z2–7`, as in access key ids and unique ids.
pub(crate) fn unguessable_id(len: usize) -> String {
    let places = unguessable_bytes(len)
        .into_iter()
        .map(|byte| usize::from(byte % 32));
    places
        .filter_map(|at| ID_ALPHABET.get(at))
        .map(|letter| char::from(*letter))
        .collect()
}

/// `len` characters of the base64 alphabet, `/` and `+` among them.
pub(crate) fn unguessable_text(len: usize) -> String {
    let mut text = BASE64_STANDARD.encode(unguessable_bytes(len));
    text.truncate(len);
    text
}

/// The random keys of a std hasher, stretched: unguessable enough for loopback, without a crate.
pub(crate) fn unguessable_bytes(len: usize) -> Vec<u8> {
    let (state, other) = (RandomState::new(), RandomState::new());
    let seed = [
        state.hash_one(0),
        state.hash_one(1),
        other.hash_one(0),
        other.hash_one(1),
    ];
    let blocks = (0_u32..).map(|counter| {
        let mut hash = Sha256::new();
        seed.iter().for_each(|word| hash.update(word.to_be_bytes()));
        hash.update(counter.to_be_bytes());
        hash.finalize()
    });
    blocks.flatten().take(len).collect()
}

const ID_ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_are_alike_and_debug_shows_only_the_id() {
        let (one, other) = (Keys::of_session(), Keys::of_session());
        assert_ne!(one.secret_access_key, other.secret_access_key);
        assert_ne!(one.session_token, other.session_token);
        assert_eq!(
            format!("Keys {{ access_key_id: {:?}, .. }}", one.access_key_id),
            format!("{one:?}")
        );
    }
}
