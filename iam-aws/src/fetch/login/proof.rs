//! The proof that a request comes from who signed in: DPoP, signed with the session's key.
//!
//! <https://datatracker.ietf.org/doc/html/rfc9449>

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;
use thiserror::Error;

/// The key of a session, of curve P-256.
pub(super) struct ProofKey(EcdsaKeyPair);

/// Why there is no proof. Holds nothing of the key.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum ProofError {
    /// Not the PEM of a private key.
    #[error("its dpopKey is not the PEM text of a private key")]
    NotPem,
    /// The PEM of another key.
    #[error("its dpopKey is not a private key of curve P-256")]
    Key,
    /// The system has no randomness to give.
    #[error("the system gives no random numbers")]
    Random,
}

impl ProofKey {
    /// Reads `-----BEGIN EC PRIVATE KEY-----`, as the AWS CLI writes it, or PKCS #8.
    pub(super) fn from_pem(text: &str) -> Result<Self, ProofError> {
        let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| ProofError::NotPem)?;
        let pkcs8 = match &key {
            PrivateKeyDer::Sec1(key) => in_pkcs8(key.secret_sec1_der()).ok_or(ProofError::Key)?,
            other => other.secret_der().to_vec(),
        };
        EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &pkcs8,
            &SystemRandom::new(),
        )
        .map(Self)
        .map_err(|_| ProofError::Key)
    }

    /// The proof for one POST to `url`, at `now`.
    pub(super) fn sign(&self, url: &str, now: SystemTime) -> Result<String, ProofError> {
        let random = SystemRandom::new();
        let mut id = [0; 16];
        random.fill(&mut id).map_err(|_| ProofError::Random)?;
        let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let claims = json!({
            "htm": "POST",
            "htu": url,
            "iat": seconds,
            "jti": URL_SAFE_NO_PAD.encode(id),
        });
        let signed = [self.header(), claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = signed.join(".");
        let signature = self.0.sign(&random, signed.as_bytes());
        let signature = signature.map_err(|_| ProofError::Random)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn header(&self) -> serde_json::Value {
        // Uncompressed: 4, then 32 bytes each.
        let point = self.0.public_key().as_ref();
        let coordinate = |bytes: Option<&[u8]>| URL_SAFE_NO_PAD.encode(bytes.unwrap_or_default());
        json!({
            "typ": "dpop+jwt",
            "alg": "ES256",
            "jwk": {
                "kty": "EC",
                "crv": "P-256",
                "x": coordinate(point.get(1..33)),
                "y": coordinate(point.get(33..)),
            },
        })
    }
}

/// The key of SEC 1 in the wrapping that ring reads.
///
/// <https://datatracker.ietf.org/doc/html/rfc5958>: version 0, the curve, and the key.
fn in_pkcs8(key: &[u8]) -> Option<Vec<u8>> {
    let key = tagged(OCTET_STRING, key)?;
    tagged(SEQUENCE, &[VERSION_0, P256, &key].concat())
}

/// A DER value of up to 255 bytes.
fn tagged(tag: u8, value: &[u8]) -> Option<Vec<u8>> {
    let length = u8::try_from(value.len()).ok()?;
    let head: &[u8] = if length < 0x80 {
        &[tag, length]
    } else {
        &[tag, 0x81, length]
    };
    Some([head, value].concat())
}

const SEQUENCE: u8 = 0x30;
const OCTET_STRING: u8 = 0x04;
const VERSION_0: &[u8] = &[0x02, 0x01, 0x00];

/// `SEQUENCE { id-ecPublicKey, prime256v1 }`
const P256: &[u8] = &[
    0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x03, 0x01, 0x07,
];

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;

    /// Of OpenSSL, made for this test.
    const SEC1: &str = "-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIEdqbp9DxkmtrSh/fIEdgnzkWT/8xFJTZx7s6NBCRUH9oAoGCCqGSM49
AwEHoUQDQgAE1GDfp2P6d2en+Ucvp/pwbH+KOxv7T/sHqDi+TieDYJhplvTZaVHd
HeJ4SZjSb2RbvU/r4/RPsArvTc0BANMuRg==
-----END EC PRIVATE KEY-----
";

    /// The same key.
    const PKCS8: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgR2pun0PGSa2tKH98
gR2CfORZP/zEUlNnHuzo0EJFQf2hRANCAATUYN+nY/p3Z6f5Ry+n+nBsf4o7G/tP
+weoOL5OJ4NgmGmW9NlpUd0d4nhJmNJvZFu9T+vj9E+wCu9NzQEA0y5G
-----END PRIVATE KEY-----
";

    /// Of another curve, P-384.
    const OTHER: &str = "-----BEGIN EC PRIVATE KEY-----
MIGkAgEBBDCjxMGcScHkMLSX5fj/t+vnLlu3p+B6UiximEDcH/2R7qMSQQz94VIH
AOon3RawWIKgBwYFK4EEACKhZANiAAQls2SA0gFniAL9CdQaA1/wpVZWlOo0riVT
iNNXel74ogbp4kVc3LXqfjkWvbxC58+AF5IGvfMzfe71Nqwb6CWwRlW0Jk/Zzemw
KaNViuVZWp3gbgAEG9u1aG3Hw+i/kdY=
-----END EC PRIVATE KEY-----
";

    const URL: &str = "https://us-east-1.signin.aws.amazon.com/v1/token";

    fn decoded(part: &str) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_proof_holds_by_the_key_that_it_shows() {
        for pem in [SEC1, PKCS8] {
            let key = ProofKey::from_pem(pem).unwrap();
            let now = UNIX_EPOCH + Duration::from_millis(1_700_000_000_900);
            let proof = key.sign(URL, now).unwrap();
            let (signed, signature) = proof.rsplit_once('.').unwrap();
            let (header, claims) = signed.split_once('.').unwrap();
            assert_eq!(
                decoded(header),
                json!({
                    "typ": "dpop+jwt",
                    "alg": "ES256",
                    "jwk": {
                        "kty": "EC",
                        "crv": "P-256",
                        "x": "1GDfp2P6d2en-Ucvp_pwbH-KOxv7T_sHqDi-TieDYJg",
                        "y": "aZb02WlR3R3ieEmY0m9kW71P6-P0T7AK703NAQDTLkY",
                    },
                })
            );
            let id = decoded(claims)["jti"].clone();
            assert_eq!(
                decoded(claims),
                json!({"htm": "POST", "htu": URL, "iat": 1_700_000_000, "jti": id})
            );
            let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.0.public_key());
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            public.verify(signed.as_bytes(), &signature).unwrap();
        }
    }

    #[test]
    fn no_two_proofs_have_the_same_id() {
        let key = ProofKey::from_pem(SEC1).unwrap();
        let proofs = [0, 1].map(|_| key.sign(URL, UNIX_EPOCH).unwrap());
        let [one, other] = proofs.map(|proof| decoded(proof.split('.').nth(1).unwrap()));
        assert_ne!(one["jti"], other["jti"]);
    }

    #[test]
    fn says_what_is_no_key_without_quoting_it() {
        let public = SEC1.replace("EC PRIVATE", "PUBLIC");
        for (text, expected) in [
            ("", ProofError::NotPem),
            ("s3cret", ProofError::NotPem),
            (&public, ProofError::NotPem),
            (OTHER, ProofError::Key),
            (&SEC1.replace("MHcCAQEE", "MHcCAQIE"), ProofError::Key),
        ] {
            assert_eq!(ProofKey::from_pem(text).err(), Some(expected), "{text}");
        }
    }
}
