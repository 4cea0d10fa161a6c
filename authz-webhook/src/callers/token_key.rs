//! What a token is remembered by: a keyed hash, so that nobody outside can foresee or make two
//! tokens meet, and no token lies in memory.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// The keyed hash of a whole token.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct TokenKey([u8; 32]);

impl TokenKey {
    /// The first byte, evenly spread.
    pub(super) fn first_byte(&self) -> usize {
        let [first, ..] = self.0;
        usize::from(first)
    }
}

/// Makes keys with a secret of this process.
#[derive(Clone)]
pub(super) struct TokenKeys(Hmac<Sha256>);

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, Error)]
#[error("the system gives no random bytes")]
pub struct NoRandomness;

impl TokenKeys {
    /// With a new secret.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub(super) fn random() -> Result<Self, NoRandomness> {
        let mut secret = [0; 32];
        let provider = rustls::crypto::ring::default_provider();
        provider
            .secure_random
            .fill(&mut secret)
            .map_err(|_| NoRandomness)?;
        let keyed = Hmac::new_from_slice(&secret).map_err(|_| NoRandomness)?;
        Ok(Self(keyed))
    }

    /// The key of `token`.
    pub(super) fn key(&self, token: &str) -> TokenKey {
        let mut hmac = self.0.clone();
        hmac.update(token.as_bytes());
        TokenKey(hmac.finalize().into_bytes().into())
    }
}

impl std::fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKeys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_tokens_have_equal_keys_and_two_processes_have_different_ones() {
        let (one, other) = (TokenKeys::random().unwrap(), TokenKeys::random().unwrap());
        assert_eq!(one.key("k8s-aws-v1.a"), one.key("k8s-aws-v1.a"));
        assert_ne!(one.key("k8s-aws-v1.a"), one.key("k8s-aws-v1.b"));
        assert_ne!(one.key("k8s-aws-v1.a"), other.key("k8s-aws-v1.a"));
    }
}
