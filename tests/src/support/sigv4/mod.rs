//! AWS Signature Version 4, computed anew: the second opinion that the local STS verifies with.
//! It shares no code with the programs under test, nor with the crates that they sign with.
//!
//! [`verify`] takes a request as received; [`Signer`] makes signed requests of both forms, with
//! anything in them that a story wants. The rules:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

mod canonical;
mod claim;
mod request;
mod signer;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

pub use canonical::{Options, PathEncoding, PathForm, SessionTokenRule, canonical_request};
pub use claim::{Claim, ClaimFault, Form, Scope};
pub use request::Request;
pub use signer::{Signer, Steps};

/// Why a signed request is not what it claims to be.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// It claims nothing that can be checked.
    #[error(transparent)]
    Claim(#[from] ClaimFault),
    /// Nobody holds that key.
    #[error("the access key id is unknown")]
    UnknownKey,
    /// A header is signed and absent, or `host` is not signed.
    #[error("the header {0} is not both signed and sent")]
    Header(String),
    /// The signature is another one's, or of another request.
    #[error("the signature does not match")]
    Signature {
        /// What was signed instead, as far as the receiver can tell.
        canonical_request: String,
    },
}

/// Checks a request against the secret that `secret_of` knows for its access key id. Times are the
/// caller's to judge.
///
/// # Errors
/// The first rule that it breaks.
pub fn verify(
    request: &Request,
    secret_of: impl Fn(&str) -> Option<String>,
    options: Options,
) -> Result<Claim, Refusal> {
    let claim = Claim::of(request)?;
    let secret = secret_of(&claim.access_key_id).ok_or(Refusal::UnknownKey)?;
    if !claim.signed_headers.iter().any(|name| name == "host") {
        return Err(Refusal::Header("host".to_owned()));
    }
    let missing = claim
        .signed_headers
        .iter()
        .find(|name| request.header(name).is_none());
    if let Some(name) = missing {
        return Err(Refusal::Header(name.clone()));
    }
    let canonical_request = canonical_request(request, claim.form, &claim.signed_headers, options);
    let text = string_to_sign(&claim.date, &claim.scope, &canonical_request);
    if signature(&secret, &claim.scope, &text) == claim.signature {
        Ok(claim)
    } else {
        Err(Refusal::Signature { canonical_request })
    }
}

/// The text whose HMAC is the signature.
pub fn string_to_sign(date: &str, scope: &Scope, canonical_request: &str) -> String {
    let hash = sha256_hex(canonical_request.as_bytes());
    format!("{ALGORITHM}\n{date}\n{scope}\n{hash}")
}

/// The signature of a string to sign, in lower-case hex.
pub fn signature(secret: &str, scope: &Scope, string_to_sign: &str) -> String {
    let steps = [
        &scope.day,
        &scope.region,
        &scope.service,
        TERMINATION,
        string_to_sign,
    ];
    let seed = format!("AWS4{secret}").into_bytes();
    hex(&steps
        .into_iter()
        .fold(seed, |key, text| hmac_sha256(&key, text.as_bytes())))
}

/// Percent-encodes everything but `A–Z a–z 0–9 - . _ ~`, with upper-case hex.
pub fn uri_encode(bytes: &[u8]) -> String {
    encode_except(bytes, b"")
}

pub(crate) fn encode_except(bytes: &[u8], kept: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(byte) || kept.contains(byte);
        text + &if plain {
            char::from(*byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    })
}

/// Undoes percent-encoding; a `%` without two hex digits stays.
pub fn percent_decode(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut decoded = Vec::with_capacity(rest.len());
    while let Some((first, tail)) = rest.split_first() {
        let escaped = tail
            .first_chunk::<2>()
            .filter(|_| *first == b'%')
            .and_then(hex_byte);
        decoded.push(escaped.unwrap_or(*first));
        let consumed = if escaped.is_some() { 2 } else { 0 };
        rest = tail.get(consumed..).unwrap_or_default();
    }
    decoded
}

fn hex_byte(digits: &[u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

/// The SHA-256 of bytes, in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// Bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The only algorithm with shared keys.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(crate) const TERMINATION: &str = "aws4_request";
