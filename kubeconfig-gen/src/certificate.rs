//! The certificates that an API server is checked against.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use thiserror::Error;

/// PEM text with at least one X.509 certificate and no private key, at most 64 KiB of it, in the
/// base64 form that a kubeconfig's `certificate-authority-data` holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CertificateAuthority {
    data: String,
}

/// Why bytes are not such certificates. Lines count from 1 within the PEM text.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum CertificateError {
    /// Larger than any set of authorities.
    #[error("the certificates take {length} bytes; at most {MAX_PEM} are allowed")]
    TooLong {
        /// How many bytes there are.
        length: usize,
    },
    /// Not base64 at all.
    #[error("the certificate data is not base64")]
    NotBase64,
    /// No `-----BEGIN CERTIFICATE-----`.
    #[error("no PEM certificate is in it")]
    NoCertificate,
    /// A PEM block that does not end, or does not decode.
    #[error("the PEM block of line {line} is broken")]
    BrokenBlock {
        /// Where the block begins.
        line: usize,
    },
    /// A block whose content is no certificate.
    #[error("the PEM block of line {line} is not an X.509 certificate")]
    NotACertificate {
        /// Where the block begins.
        line: usize,
    },
    /// A block of another kind: a private key must not be copied, the rest kubectl would not read.
    #[error("the PEM block of line {line} is labelled {label:?}, not \"CERTIFICATE\"")]
    OtherBlock {
        /// Where the block begins.
        line: usize,
        /// What it says it is, cut to 64 characters.
        label: String,
    },
}

impl CertificateAuthority {
    /// Takes PEM text.
    ///
    /// # Errors
    /// When it holds no certificate, a broken one, or a private key.
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificateError> {
        check(pem)?;
        Ok(Self {
            data: STANDARD.encode(pem),
        })
    }

    /// Takes the base64 form of PEM text, as the EKS API gives it.
    ///
    /// # Errors
    /// When it does not decode, or what it decodes to is refused by [`Self::from_pem`].
    pub fn from_base64(data: &str) -> Result<Self, CertificateError> {
        let pem = STANDARD
            .decode(data)
            .map_err(|_| CertificateError::NotBase64)?;
        check(&pem)?;
        Ok(Self {
            data: data.to_owned(),
        })
    }

    /// The base64 form.
    #[must_use]
    pub fn data(&self) -> &str {
        &self.data
    }
}

impl CertificateError {
    /// The line of the PEM text that is at fault, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        match self {
            Self::BrokenBlock { line }
            | Self::NotACertificate { line }
            | Self::OtherBlock { line, .. } => *line,
            Self::TooLong { .. } | Self::NotBase64 | Self::NoCertificate => 1,
        }
    }
}

fn check(pem: &[u8]) -> Result<(), CertificateError> {
    if pem.len() > MAX_PEM {
        return Err(CertificateError::TooLong { length: pem.len() });
    }
    let blocks = blocks(pem);
    if let Some((line, label)) = blocks.iter().find(|(_, label)| label != "CERTIFICATE") {
        return Err(CertificateError::OtherBlock {
            line: *line,
            label: label.clone(),
        });
    }
    if blocks.is_empty() {
        return Err(CertificateError::NoCertificate);
    }
    let mut certificates = CertificateDer::pem_slice_iter(pem);
    for (line, _) in blocks {
        match certificates.next() {
            Some(Ok(certificate)) => check_certificate(&certificate, line)?,
            Some(Err(_)) | None => return Err(CertificateError::BrokenBlock { line }),
        }
    }
    Ok(())
}

fn check_certificate(der: &CertificateDer<'_>, line: usize) -> Result<(), CertificateError> {
    match webpki::anchor_from_trusted_cert(der) {
        Ok(_) => Ok(()),
        Err(_) => Err(CertificateError::NotACertificate { line }),
    }
}

/// The line, from 1, and the label of every PEM block, wherever in its line it begins: a private
/// key that is indented is a private key.
fn blocks(pem: &[u8]) -> Vec<(usize, String)> {
    let block = |(index, line): (usize, &[u8])| {
        let begin = line.windows(BEGIN.len()).position(|part| part == BEGIN)?;
        let rest = line.get(begin + BEGIN.len()..)?;
        // What follows the label may be the key itself.
        let label = rest.iter().take_while(|byte| is_of_label(**byte));
        Some((
            index + 1,
            label.take(MAX_LABEL).copied().map(char::from).collect(),
        ))
    };
    pem.split(|byte| *byte == b'\n')
        .enumerate()
        .filter_map(block)
        .collect()
}

const fn is_of_label(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
}

const BEGIN: &[u8] = b"-----BEGIN ";
/// Real bundles take a few KiB; the bound keeps a wrong file out of a kubeconfig.
const MAX_PEM: usize = 64 * 1024;
/// No label is longer; the bound keeps a wrong file out of a message.
const MAX_LABEL: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> String {
        rcgen::generate_simple_self_signed(vec!["kubernetes".to_owned()])
            .unwrap()
            .cert
            .pem()
    }

    #[test]
    fn certificates_survive_both_ways_in() {
        let one = certificate();
        let two = format!("a note\n{one}\n{}", certificate().replace('\n', "\r\n"));
        for pem in [one, two] {
            let authority = CertificateAuthority::from_pem(pem.as_bytes()).unwrap();
            assert_eq!(STANDARD.decode(authority.data()).unwrap(), pem.as_bytes());
            assert_eq!(
                CertificateAuthority::from_base64(authority.data()),
                Ok(authority)
            );
        }
    }

    #[test]
    fn refuses_what_is_not_certificates_alone() {
        let good = certificate();
        let lines = good.lines().count();
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let block = |body: &str| {
            format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
        };
        let other = |line, label: &str| CertificateError::OtherBlock {
            line,
            label: label.to_owned(),
        };
        let table = [
            (String::new(), CertificateError::NoCertificate),
            ("certificate".to_owned(), CertificateError::NoCertificate),
            (block("AAAA"), CertificateError::NotACertificate { line: 1 }),
            (
                block("not base64!"),
                CertificateError::BrokenBlock { line: 1 },
            ),
            (
                good.replace("-----END", "-----DNE"),
                CertificateError::BrokenBlock { line: 1 },
            ),
            (
                good.clone() + &block("AAAA"),
                CertificateError::NotACertificate { line: lines + 1 },
            ),
            (good.clone() + &key, other(lines + 1, "PRIVATE KEY")),
            (
                format!("{good}  {}", key.replace('\n', "\n  ")),
                other(lines + 1, "PRIVATE KEY"),
            ),
            (key.replace('\n', " "), other(1, "PRIVATE KEY")),
            (
                format!(" {good}"),
                CertificateError::BrokenBlock { line: 1 },
            ),
            (key, other(1, "PRIVATE KEY")),
            (
                good.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
                other(1, "TRUSTED CERTIFICATE"),
            ),
            (
                good + &" ".repeat(MAX_PEM),
                CertificateError::TooLong { length: 0 },
            ),
        ];
        for (pem, expected) in table {
            let expected = match expected {
                CertificateError::TooLong { .. } => CertificateError::TooLong { length: pem.len() },
                other => other,
            };
            assert_eq!(
                CertificateAuthority::from_pem(pem.as_bytes()),
                Err(expected),
                "{pem}"
            );
        }
    }

    #[test]
    fn refuses_data_that_does_not_decode() {
        for data in ["%", "LS0", "LS0t LS0t"] {
            assert_eq!(
                CertificateAuthority::from_base64(data),
                Err(CertificateError::NotBase64)
            );
        }
        assert_eq!(
            CertificateAuthority::from_base64(""),
            Err(CertificateError::NoCertificate)
        );
    }
}
