//! The roots that certificates must lead to: of one place, never of two.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

use crate::environment::EndpointVariables;
use crate::file;
use crate::shared_config::Profile;

/// Where the roots are.
#[derive(Debug)]
pub(super) enum RootsPlace {
    /// In a file that a setting names.
    Bundle {
        /// The file.
        path: PathBuf,
        /// The setting.
        named_by: &'static str,
    },
    /// Where the system keeps them.
    System,
    /// Here.
    Given {
        /// PEM text.
        pem: Vec<u8>,
        /// Where it was read.
        place: PathBuf,
    },
}

/// Why there are no roots.
#[derive(Clone, Debug, Error)]
pub(crate) enum RootsError {
    /// A bundle that cannot be read.
    #[error("reading the CA bundle {} (of {named_by})", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Who named it.
        named_by: &'static str,
        /// Why.
        source: Arc<io::Error>,
    },
    /// A bundle that is no PEM.
    #[error("the CA bundle {} (of {named_by}) is no PEM", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// Who named it.
        named_by: &'static str,
        /// Why.
        source: Arc<pem::Error>,
    },
    /// A bundle without one certificate that can be a root.
    #[error("the CA bundle {} (of {named_by}) holds no certificate", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// Who named it.
        named_by: &'static str,
    },
    /// A system without roots.
    #[error("the system has no root certificates at {looked_at}")]
    NoSystemRoots {
        /// Where they were looked for.
        looked_at: String,
    },
}

impl RootsPlace {
    /// `AWS_CA_BUNDLE`, else the profile's `ca_bundle`, else `SSL_CERT_FILE`, else the system's.
    pub(super) fn of(variables: &EndpointVariables, profile: Option<Profile<'_>>) -> Self {
        let in_profile = || profile?.get("ca_bundle").map(PathBuf::from);
        let bundle = |path: PathBuf, named_by| Self::Bundle { path, named_by };
        if let Some(path) = variables.ca_bundle.clone() {
            return bundle(path, "AWS_CA_BUNDLE");
        }
        if let Some(path) = in_profile() {
            return bundle(path, "the profile's ca_bundle");
        }
        match variables.ssl_cert_file.clone() {
            Some(path) => bundle(path, "SSL_CERT_FILE"),
            None => Self::System,
        }
    }

    /// Roots that were read already.
    pub(super) fn given(pem: Vec<u8>, place: String) -> Self {
        let place = PathBuf::from(place);
        Self::Given { pem, place }
    }

    /// Where they are, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Bundle { path, named_by } => format!("{} ({named_by})", path.display()),
            Self::System => "the system".to_owned(),
            Self::Given { place, .. } => place.display().to_string(),
        }
    }

    /// Reads them.
    pub(super) fn client_config(&self) -> Result<Arc<ClientConfig>, RootsError> {
        let roots = match self {
            Self::Bundle { path, named_by } => bundle(path, named_by)?,
            Self::System => system()?,
            Self::Given { pem, place } => store(pem, place, "the kubeconfig")?,
        };
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has suites for TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}

impl RootsError {
    /// The one thing to try.
    pub(super) fn hint(&self) -> String {
        match self {
            Self::Unreadable { named_by, .. }
            | Self::NotPem { named_by, .. }
            | Self::Empty { named_by, .. } => {
                format!("name a readable PEM file in {named_by}, or unset it")
            }
            Self::NoSystemRoots { .. } => {
                "install ca-certificates, or name a PEM file in AWS_CA_BUNDLE".to_owned()
            }
        }
    }
}

/// The certificates of one file; those that no root can be made of are passed over, as in OpenSSL.
fn bundle(path: &Path, named_by: &'static str) -> Result<RootCertStore, RootsError> {
    let text = read(path).map_err(|source| RootsError::Unreadable {
        path: path.to_owned(),
        named_by,
        source: Arc::new(source),
    })?;
    store(&text, path, named_by)
}

fn store(text: &[u8], path: &Path, named_by: &'static str) -> Result<RootCertStore, RootsError> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(text)
        .collect::<Result<_, _>>()
        .map_err(|source| RootsError::NotPem {
            path: path.to_owned(),
            named_by,
            source: Arc::new(source),
        })?;
    let mut store = RootCertStore::empty();
    let (added, _) = store.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(RootsError::Empty {
            path: path.to_owned(),
            named_by,
        });
    }
    Ok(store)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let text = file::read(path, MAX_BUNDLE_LEN)?;
    if text.len() as u64 > MAX_BUNDLE_LEN {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {MAX_BUNDLE_LEN} bytes"),
        ));
    }
    Ok(text)
}

/// The first bundle that is there: the directories beside it hold the same again, file by file.
#[cfg(not(any(target_os = "macos", windows)))]
fn system() -> Result<RootCertStore, RootsError> {
    match SYSTEM_BUNDLES.iter().find(|path| Path::new(path).exists()) {
        Some(path) => bundle(Path::new(path), "the system"),
        None => Err(RootsError::NoSystemRoots {
            looked_at: SYSTEM_BUNDLES.join(", "),
        }),
    }
}

#[cfg(any(target_os = "macos", windows))]
fn system() -> Result<RootCertStore, RootsError> {
    let mut store = RootCertStore::empty();
    let (added, _) =
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 {
        return Err(RootsError::NoSystemRoots {
            looked_at: "its certificate store".to_owned(),
        });
    }
    Ok(store)
}

/// 200 times the usual bundle of 200 KiB would be 40 MiB: no bundle is as large as this.
const MAX_BUNDLE_LEN: u64 = 16 << 20;

/// Debian and Alpine, Fedora and RHEL, RHEL 7, openSUSE, older Alpine and macOS-like, FreeBSD.
#[cfg(not(any(target_os = "macos", windows)))]
const SYSTEM_BUNDLES: [&str; 7] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];
