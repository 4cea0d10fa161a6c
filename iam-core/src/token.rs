//! Bearer tokens: `k8s-aws-v1.` and the unpadded base64url of a presigned URL.

use std::fmt;

use base64::DecodeError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::excerpt::first_unprintable;
use crate::presigned::{Fault, PresignedRequest};
use crate::sts_host::StsHosts;

/// A bearer token. Redacted in `Debug`, without `Display`, wiped when dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// What every token begins with.
    pub const PREFIX: &str = "k8s-aws-v1.";

    /// The longest token that is read. A session token of 4096 bytes, STS's present limit, makes a
    /// token of up to 7135 bytes; STS itself takes URLs of about 16 kB.
    pub const MAX_LEN: usize = 16_384;

    /// The token that carries `request`.
    #[must_use]
    pub fn mint(request: &PresignedRequest) -> Self {
        let mut url = Zeroizing::new(String::with_capacity(request.url_len()));
        request.write_url(&mut url);
        let mut token = Zeroizing::new(String::with_capacity(Self::len_for(request)));
        token.push_str(Self::PREFIX);
        URL_SAFE_NO_PAD.encode_string(url.as_bytes(), &mut token);
        Self(token)
    }

    /// Reads the request that a token for one of `hosts` carries, strictly: see
    /// [`PresignedRequest::parse`].
    ///
    /// # Errors
    /// The first rule broken.
    pub fn parse(text: &str, hosts: &StsHosts) -> Result<PresignedRequest, Fault> {
        PresignedRequest::parse(as_text(&decode(encoded(text)?)?)?, hosts)
    }

    /// The token that `text` is, and the request that it carries, by the rules of [`Self::parse`].
    ///
    /// For a process that reads one token: with a plain decoder, as the other one must first ask
    /// the processor what it can do, which in a virtual machine takes longer than to decode.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn read(text: &str, hosts: &StsHosts) -> Result<(Self, PresignedRequest), Fault> {
        let url = decode_plainly(encoded(text)?)?;
        let request = PresignedRequest::parse(as_text(&url)?, hosts)?;
        Ok((Self(Zeroizing::new(text.to_owned())), request))
    }

    /// The token. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn len_for(request: &PresignedRequest) -> usize {
        // Four characters for three bytes; one more than the bytes of what is left over.
        let url = request.url_len();
        let rest = match url % 3 {
            0 => 0,
            rest => rest + 1,
        };
        Self::PREFIX.len() + url / 3 * 4 + rest
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

pub(crate) fn check_len(text: &str) -> Result<(), Fault> {
    let len = text.len();
    if len > Token::MAX_LEN {
        Err(Fault::TooLong { len })
    } else {
        Ok(())
    }
}

fn encoded(text: &str) -> Result<&str, Fault> {
    check_len(text)?;
    text.strip_prefix(Token::PREFIX).ok_or(Fault::MissingPrefix)
}

/// Decodes what follows the prefix; only the one encoding of the bytes is taken.
///
/// The bytes are not wiped: they say no more than `encoded`, which lies in its owner's buffers.
///
/// Decoding many characters at a time saves a tenth of what a token costs its reader. What that
/// decoder refuses, the other one judges: it says what is wrong, and where.
pub(crate) fn decode(encoded: &str) -> Result<Vec<u8>, Fault> {
    base64_simd::URL_SAFE_NO_PAD
        .decode_to_vec(encoded)
        .or_else(|_| decode_plainly(encoded))
}

fn decode_plainly(encoded: &str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD
        .decode(encoded)
        .map_err(|error| match error {
            DecodeError::InvalidByte(position, _) => Fault::NotBase64Url {
                position: Token::PREFIX.len() + position,
            },
            DecodeError::InvalidLength(_) => Fault::CutOff,
            DecodeError::InvalidLastSymbol(_, _) => Fault::TrailingBits,
            // Unpadded text has no padding to be wrong; `=` is a byte outside the alphabet.
            DecodeError::InvalidPadding => Fault::NotBase64Url {
                position: Token::PREFIX.len() + encoded.find('=').unwrap_or(0),
            },
        })
}

fn as_text(url: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(url).map_err(|_| Fault::Unprintable {
        position: first_unprintable(url).unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    fn judged(encoded: &str) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(encoded).ok()
    }

    #[test]
    fn no_end_of_a_token_is_taken_that_is_not_the_one_encoding_of_its_bytes() {
        for first in ALPHABET {
            for second in ALPHABET {
                // Alone, and behind as much as is decoded at once.
                for before in ["", &"QUJD".repeat(16)] {
                    let two = format!("{before}{}{}", char::from(*first), char::from(*second));
                    assert_eq!(decode(&two).ok(), judged(&two), "{two}");
                    for third in ALPHABET {
                        let three = format!("{two}{}", char::from(*third));
                        assert_eq!(decode(&three).ok(), judged(&three), "{three}");
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_is_taken_that_a_plain_decoder_refuses(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            strange in "[ -~\u{80}-\u{ff}\r\n\0]",
            at in any::<prop::sample::Index>(),
        ) {
            let encoded = URL_SAFE_NO_PAD.encode(&bytes);
            prop_assert_eq!(decode(&encoded).ok(), Some(bytes));
            let at = at.index(encoded.len() + 1);
            let (before, after) = encoded.split_at(at);
            for text in [format!("{before}{strange}{after}"), before.to_owned() + "=" + after] {
                prop_assert_eq!(decode(&text).ok(), judged(&text), "{}", text);
            }
        }
    }
}
