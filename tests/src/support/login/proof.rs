//! Proofs of possession: a JWT for one request, signed with ES256 by the key it carries.
//! RFC 9449, 4.2 and 4.3.

use std::time::SystemTime;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use serde_json::{Value, json};

use crate::support::clock::epoch_seconds;

/// A key on P-256 that signs proofs.
pub struct ProofKey {
    pair: EcdsaKeyPair,
    private: [u8; 32],
}

/// What a good proof shows.
pub(super) struct Proven {
    pub(super) id: String,
    /// The point, uncompressed.
    pub(super) public_key: Vec<u8>,
}

impl ProofKey {
    /// A new one.
    ///
    /// # Panics
    /// When the system has no randomness.
    #[expect(
        clippy::new_without_default,
        reason = "a default key would be no secret"
    )]
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let document = document.expect("the system has randomness");
        let document = document.as_ref();
        let private = document.get(PRIVATE_AT..).and_then(<[u8]>::first_chunk);
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document, &random);
        Self {
            pair: pair.expect("the key was made for this"),
            private: *private.expect("a PKCS#8 document of P-256 holds 32 bytes there"),
        }
    }

    pub(super) fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// `EC PRIVATE KEY`, as in RFC 5915: version, private key, curve, public key.
    pub(super) fn pem(&self) -> String {
        let parts: [&[u8]; 6] = [
            &[0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20],
            &self.private,
            &[0xa0, 0x0a, 0x06, 0x08],
            &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            &[0xa1, 0x44, 0x03, 0x42, 0x00],
            self.public_key(),
        ];
        let text = BASE64_STANDARD.encode(parts.concat());
        let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
        let lines = lines.fold(String::new(), |pem, line| pem + &line + "\n");
        format!("-----BEGIN EC PRIVATE KEY-----\n{lines}-----END EC PRIVATE KEY-----\n")
    }
}

/// A proof for a POST to `url`, signed at `now`.
///
/// # Panics
/// When the system has no randomness.
pub fn proof(key: &ProofKey, url: &str, id: &str, now: SystemTime) -> String {
    let (x, y) = coordinates(key.public_key()).expect("a public key is a point");
    let [x, y] = [x, y].map(|half| BASE64_URL_SAFE_NO_PAD.encode(half));
    let header = json!({
        "typ": "dpop+jwt", "alg": "ES256",
        "jwk": {"kty": "EC", "crv": "P-256", "x": x, "y": y},
    });
    let claims = json!({"jti": id, "htm": "POST", "htu": url, "iat": epoch_seconds(now)});
    let [header, claims] =
        [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let signature = key.pair.sign(&SystemRandom::new(), signed.as_bytes());
    let signature = signature.expect("the system has randomness");
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// Checks a proof for a POST to `url`. Whether it was shown before is the caller's to know.
pub(super) fn verify(proof: &str, url: &str, now: SystemTime) -> Result<Proven, &'static str> {
    let (signed, signature) = proof.rsplit_once('.').ok_or("the proof is missing")?;
    let (header, claims) = signed.split_once('.').ok_or("the proof is no JWT")?;
    let [header, claims] = [header, claims].map(decoded);
    let (header, claims) = (header?, claims?);
    let text = |part: &Value, pointer: &str| {
        let value = part.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    let kind = ["/typ", "/alg", "/jwk/kty", "/jwk/crv"].map(|pointer| text(&header, pointer));
    if kind != ["dpop+jwt", "ES256", "EC", "P-256"] || header.pointer("/jwk/d").is_some() {
        return Err("the proof is not of an ES256 key alone");
    }
    let [x, y] =
        ["/jwk/x", "/jwk/y"].map(|pointer| BASE64_URL_SAFE_NO_PAD.decode(text(&header, pointer)));
    let (Ok(x), Ok(y), Ok(signature)) = (x, y, BASE64_URL_SAFE_NO_PAD.decode(signature)) else {
        return Err("the proof is not base64url");
    };
    let public_key = [&[4], x.as_slice(), &y].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &public_key)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| "the proof's signature does not match")?;
    if text(&claims, "/htm") != "POST" || text(&claims, "/htu") != url {
        return Err("the proof is for another request");
    }
    let signed_at = claims.get("iat").and_then(Value::as_i64);
    let age = signed_at.map(|signed_at| epoch_seconds(now) - signed_at);
    if age.is_none_or(|age| age.abs() > LONGEST) {
        return Err("the proof is of another time");
    }
    let id = text(&claims, "/jti");
    if id.is_empty() {
        return Err("the proof has no id");
    }
    Ok(Proven { id, public_key })
}

fn decoded(part: &str) -> Result<Value, &'static str> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part);
    let json = bytes
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    json.ok_or("the proof is no JWT")
}

/// The halves of an uncompressed point.
fn coordinates(point: &[u8]) -> Option<(&[u8], &[u8])> {
    point.strip_prefix(&[4])?.split_at_checked(32)
}

/// Seconds between signing and showing.
const LONGEST: i64 = 300;
/// Where the private key begins in ring's PKCS#8: after 29 bytes of its own head, and 7 of the
/// `ECPrivateKey` in it.
const PRIVATE_AT: usize = 29 + 7;
