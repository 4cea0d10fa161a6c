//! The webhook's own certificates: a long-lived authority that kube-apiserver trusts, and short
//! leaves under it.
//!
//! The authority stays when a leaf is renewed, so that a kube-apiserver, which reads its CA file
//! rarely, accepts the new leaf at once.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::RootCertStore;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;

/// A certificate and its key, as PEM.
pub struct Pair {
    /// One certificate.
    pub certificate: String,
    /// PKCS#8.
    pub key: String,
}

/// The names that a certificate must serve.
#[derive(Clone, Debug)]
pub struct Names {
    names: Vec<ServerName<'static>>,
    texts: Vec<String>,
}

/// A name that no certificate can hold.
#[derive(Debug, thiserror::Error)]
#[error("{name:?} is neither a host name nor an IP address")]
pub struct NameError {
    name: String,
}

impl Names {
    /// `server.hostname` and `server.address`; an address that stands for all is none.
    ///
    /// # Errors
    /// The host name is none.
    pub fn of(hostname: &str, address: IpAddr) -> Result<Self, NameError> {
        let mut texts = vec![hostname.to_owned()];
        let address = address.to_string();
        if !address
            .parse()
            .is_ok_and(|address: IpAddr| address.is_unspecified())
            && address != hostname
        {
            texts.push(address);
        }
        let names = texts
            .iter()
            .map(|text| ServerName::try_from(text.clone()))
            .collect::<Result<_, _>>()
            .map_err(|_| NameError {
                name: hostname.to_owned(),
            })?;
        Ok(Self { names, texts })
    }
}

/// Makes a new authority.
///
/// # Errors
/// The system gives no random numbers.
pub fn authority(now: SystemTime) -> Result<Pair, rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?.serialize_pem();
    let certificate = authority_certificate(&key, now)?;
    Ok(Pair { certificate, key })
}

/// Whether a text is a key that an authority can have.
pub fn is_key(pem: &str) -> bool {
    KeyPair::from_pem(pem).is_ok()
}

/// A certificate for an authority's key: leaves under an older one are good under it as well.
///
/// # Errors
/// The key is none, or the system gives no random numbers.
pub fn authority_certificate(key: &str, now: SystemTime) -> Result<String, rcgen::Error> {
    let key = KeyPair::from_pem(key)?;
    Ok(authority_params(now)?.self_signed(&key)?.pem())
}

/// Makes a new leaf under an authority that [`authority`] made.
///
/// # Errors
/// The key is none, or the system gives no random numbers.
pub fn leaf(authority_key: &str, names: &Names, now: SystemTime) -> Result<Pair, rcgen::Error> {
    let issuer = Issuer::new(authority_params(now)?, KeyPair::from_pem(authority_key)?);
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(names.texts.clone())?;
    params.distinguished_name = distinguished_name("authz-webhook");
    params.not_before = (now - CLOCK_SKEW).into();
    params.not_after = (now + LEAF_LIFE).into();
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.signed_by(&key, &issuer)?.pem();
    Ok(Pair {
        certificate,
        key: key.serialize_pem(),
    })
}

/// Whether a leaf is good for every name, under this authority, at this time.
pub fn is_good(
    leaf: &CertificateDer<'_>,
    authority: &CertificateDer<'_>,
    names: &Names,
    at: SystemTime,
) -> bool {
    let mut roots = RootCertStore::empty();
    let Ok(leaf) = ParsedCertificate::try_from(leaf) else {
        return false;
    };
    if roots.add(authority.clone().into_owned()).is_err() {
        return false;
    }
    let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms;
    verify_server_cert_signed_by_trust_anchor(&leaf, &roots, &[], unix(at), algorithms.all).is_ok()
        && names
            .names
            .iter()
            .all(|name| verify_server_name(&leaf, name).is_ok())
}

/// Whether a certificate's own dates allow it at this time, whoever signed it.
pub fn is_in_date(certificate: &CertificateDer<'_>, at: SystemTime) -> bool {
    use rustls::{CertificateError, Error};
    let Ok(certificate) = ParsedCertificate::try_from(certificate) else {
        return false;
    };
    // Dates are looked at before the chain, which here always ends in "unknown issuer".
    let nobody = RootCertStore::empty();
    let verdict =
        verify_server_cert_signed_by_trust_anchor(&certificate, &nobody, &[], unix(at), &[]);
    !matches!(
        verdict,
        Err(Error::InvalidCertificate(
            CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. }
        ))
    )
}

/// When a certificate's own dates end.
#[must_use]
pub fn end(certificate: &CertificateDer<'_>) -> Option<SystemTime> {
    use rustls::{CertificateError, Error};
    let certificate = ParsedCertificate::try_from(certificate).ok()?;
    let nobody = RootCertStore::empty();
    // Whoever asks for a time beyond the end is told the end.
    let verdict =
        verify_server_cert_signed_by_trust_anchor(&certificate, &nobody, &[], BEYOND, &[]);
    match verdict {
        Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(not_after.as_secs()))
        }
        _ => None,
    }
}

fn authority_params(now: SystemTime) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = distinguished_name("authz-webhook CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = (now - CLOCK_SKEW).into();
    params.not_after = (now + AUTHORITY_LIFE).into();
    Ok(params)
}

fn distinguished_name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn unix(at: SystemTime) -> UnixTime {
    UnixTime::since_unix_epoch(
        at.duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default(),
    )
}

/// After the last second of the year 9999, which certificates without an end name.
const BEYOND: UnixTime = UnixTime::since_unix_epoch(Duration::from_secs(253_402_300_800));
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const CLOCK_SKEW: Duration = Duration::from_secs(60 * 60);
const AUTHORITY_LIFE: Duration = Duration::from_secs(10 * 365 * DAY.as_secs());
/// The life of a leaf.
pub const LEAF_LIFE: Duration = Duration::from_secs(90 * DAY.as_secs());
/// A leaf with less than this left is renewed.
pub const RENEWAL: Duration = Duration::from_secs(30 * DAY.as_secs());

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    }

    fn names(hostname: &str, address: &str) -> Names {
        Names::of(hostname, address.parse().unwrap()).unwrap()
    }

    fn der(pem: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
    }

    #[test]
    fn a_leaf_is_good_for_its_names_under_its_authority_for_ninety_days() {
        let ca = authority(now()).unwrap();
        let asked = names("webhook.example", "10.0.0.1");
        let leaf = leaf(&ca.key, &asked, now()).unwrap();
        let good =
            |names: &Names, at| is_good(&der(&leaf.certificate), &der(&ca.certificate), names, at);
        let cases = [
            (names("webhook.example", "10.0.0.1"), now(), true),
            (names("10.0.0.1", "0.0.0.0"), now(), true),
            (names("webhook.example", "::"), now(), true),
            (names("localhost", "10.0.0.1"), now(), false),
            (names("webhook.example", "10.0.0.2"), now(), false),
            (names("webhook.example", "10.0.0.1"), now() + 89 * DAY, true),
            (
                names("webhook.example", "10.0.0.1"),
                now() + 91 * DAY,
                false,
            ),
            (
                names("webhook.example", "10.0.0.1"),
                now() - 2 * CLOCK_SKEW,
                false,
            ),
        ];
        for (names, at, expected) in cases {
            assert_eq!(good(&names, at), expected, "{names:?} {at:?}");
        }
        let other = authority(now()).unwrap();
        assert!(!is_good(
            &der(&leaf.certificate),
            &der(&other.certificate),
            &asked,
            now()
        ));
    }

    #[test]
    fn a_new_leaf_is_good_under_an_old_authority() {
        let ca = authority(now()).unwrap();
        let names = names("localhost", "127.0.0.1");
        let later = now() + 3 * 365 * DAY;
        let leaf = leaf(&ca.key, &names, later).unwrap();
        assert!(is_good(
            &der(&leaf.certificate),
            &der(&ca.certificate),
            &names,
            later
        ));
    }

    #[test]
    fn the_end_of_a_certificate_is_told_to_the_second() {
        let ca = authority(now()).unwrap();
        let leaf = leaf(&ca.key, &names("localhost", "127.0.0.1"), now()).unwrap();
        assert_eq!(end(&der(&ca.certificate)), Some(now() + AUTHORITY_LIFE));
        assert_eq!(end(&der(&leaf.certificate)), Some(now() + LEAF_LIFE));
        assert_eq!(end(&CertificateDer::from(vec![0])), None);
    }

    #[test]
    fn an_authority_is_in_date_for_ten_years() {
        let ca = der(&authority(now()).unwrap().certificate);
        assert!(is_in_date(&ca, now()));
        assert!(is_in_date(&ca, now() + 3649 * DAY));
        assert!(!is_in_date(&ca, now() + 3651 * DAY));
        assert!(!is_in_date(&ca, now() - DAY));
    }

    #[test]
    fn refuses_a_hostname_that_is_none() {
        let error = Names::of("not a name", IpAddr::from([127, 0, 0, 1])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"not a name\" is neither a host name nor an IP address"
        );
    }
}
