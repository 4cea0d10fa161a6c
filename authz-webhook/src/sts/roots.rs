//! The roots that STS's certificates must lead to.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;

/// Why there are no roots.
#[derive(Debug, Error)]
pub enum RootsError {
    /// The bundle cannot be read, or is not PEM.
    #[error("cannot read the CA bundle {}", .path.display())]
    Bundle {
        /// The bundle.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// A certificate of the bundle cannot be a root.
    #[error("certificate {number} of the CA bundle {} cannot be used", .path.display())]
    Certificate {
        /// The bundle.
        path: PathBuf,
        /// Which one, from 1.
        number: usize,
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// The bundle holds no certificate.
    #[error("the CA bundle {} holds no certificate", .0.display())]
    EmptyBundle(PathBuf),
    /// The system has no roots.
    #[error("the system has no root certificates; name a CA bundle in server.stsCABundle")]
    NoSystemRoots,
}

/// The certificates of `bundle`, or the system's roots (and `SSL_CERT_FILE`'s) without one.
///
/// # Errors
/// [`RootsError`] where nothing could be trusted.
pub fn roots(bundle: Option<&Path>) -> Result<RootCertStore, RootsError> {
    match bundle {
        Some(path) => from_bundle(path),
        None => from_system(),
    }
}

fn from_bundle(path: &Path) -> Result<RootCertStore, RootsError> {
    let unreadable = |source| RootsError::Bundle {
        path: path.to_owned(),
        source,
    };
    let certificates = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
    let mut store = RootCertStore::empty();
    for (index, certificate) in certificates.enumerate() {
        let unusable = |source| RootsError::Certificate {
            path: path.to_owned(),
            number: index + 1,
            source,
        };
        store
            .add(certificate.map_err(unreadable)?)
            .map_err(unusable)?;
    }
    if store.is_empty() {
        return Err(RootsError::EmptyBundle(path.to_owned()));
    }
    Ok(store)
}

/// The system's store may hold certificates that rustls cannot use; those are passed over.
fn from_system() -> Result<RootCertStore, RootsError> {
    let found = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(found.certs);
    if store.is_empty() {
        Err(RootsError::NoSystemRoots)
    } else {
        Ok(store)
    }
}
