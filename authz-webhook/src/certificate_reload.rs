//! Keeping TLS up to date while serving: files that change are read again, own certificates are
//! renewed in time.
//!
//! Files are looked at once a second rather than watched: mounted Secrets and network file
//! systems change in ways that no watch tells of.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use thiserror::Error;
use tokio::sync::Notify;

use crate::certificate;
use crate::certificate_files::{self, CertificateError, CertificateFiles, Origin};
use crate::metrics::{Metrics, ReloadResult};
use crate::tls::{self, ServerTls, Serving, TlsError};

/// The files behind the TLS configuration, and the configuration made of them.
#[derive(Debug)]
pub struct Certificates {
    files: CertificateFiles,
    client_ca: Option<PathBuf>,
    tls: Arc<ServerTls>,
    metrics: Arc<Metrics>,
    clock: fn() -> SystemTime,
    at_once: Notify,
    ends: ArcSwap<Ends>,
    /// What the files looked like just before they were loaded first.
    at_first: Fingerprints,
}

/// What shows, without reading them, that files are others than before.
type Fingerprints = Vec<Option<(SystemTime, u64)>>;

/// When certificates end, by the words of the metric.
type Ends = Vec<(&'static str, SystemTime)>;

/// Why there is no TLS configuration.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file.
    #[error(transparent)]
    File(#[from] CertificateError),
    /// What the files hold.
    #[error("cannot serve with {} and {}", certificate.display(), key.display())]
    Tls {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong.
        source: TlsError,
    },
    /// The client CA's file.
    #[error("cannot use server.clientCA {}", path.display())]
    ClientCa {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: TlsError,
    },
}

impl Certificates {
    /// Makes what is missing and loads it.
    ///
    /// # Errors
    /// Files that cannot be made, read or used.
    pub fn open(
        files: CertificateFiles,
        client_ca: Option<PathBuf>,
        metrics: Arc<Metrics>,
        clock: fn() -> SystemTime,
    ) -> Result<Self, LoadError> {
        report(files.ensure(clock())?, &files);
        let at_first = fingerprints(&files, client_ca.as_deref());
        let tls = Arc::new(ServerTls::new(load(&files, client_ca.as_deref())?));
        Ok(Self {
            ends: ArcSwap::from_pointee(ends(&tls.leaf(), &files, client_ca.as_deref())),
            at_first,
            files,
            client_ca,
            tls,
            metrics,
            clock,
            at_once: Notify::new(),
        })
    }

    /// What new connections meet.
    pub fn tls(&self) -> Arc<ServerTls> {
        Arc::clone(&self.tls)
    }

    /// Has the files read again now, changed or not.
    pub fn reload(&self) {
        self.at_once.notify_one();
    }

    /// Whether the certificate in use is in date for another hour.
    pub fn is_in_date(&self) -> bool {
        let soon = (self.clock)() + Duration::from_secs(3600);
        certificate::is_in_date(&self.tls.leaf(), soon)
    }

    /// Has the metrics say how many days each certificate has left.
    pub fn measure(&self) {
        let now = (self.clock)();
        for (which, end) in self.ends.load().iter() {
            self.metrics
                .certificate_days_left(which, days_between(now, *end));
        }
    }

    /// Keeps the configuration up to date until the future is dropped.
    pub async fn keep_fresh(self: Arc<Self>) {
        let mut seen = self.at_first.clone();
        let mut renewal = tokio::time::Instant::now() + RENEWAL_CHECK;
        loop {
            let asked = tokio::time::timeout(LOOK, self.at_once.notified())
                .await
                .is_ok();
            if asked || tokio::time::Instant::now() >= renewal {
                renewal = tokio::time::Instant::now() + RENEWAL_CHECK;
                let this = Arc::clone(&self);
                // Key generation and file I/O; an error was reported inside.
                let _ = tokio::task::spawn_blocking(move || this.renew()).await;
            }
            let found = fingerprints(&self.files, self.client_ca.as_deref());
            if asked || found != seen {
                seen = found;
                self.load_again();
            }
        }
    }

    fn renew(&self) {
        match self.files.ensure((self.clock)()) {
            Ok(Origin::Made) => report(Origin::Made, &self.files),
            Ok(Origin::Kept | Origin::Supplied) => {}
            Err(error) => tracing::warn!(
                "cannot renew the certificate: {}",
                iam_core::error_chain::ErrorChain(&error)
            ),
        }
    }

    fn load_again(&self) {
        match load(&self.files, self.client_ca.as_deref()) {
            Ok(serving) => {
                self.tls.replace(serving);
                let client_ca = self.client_ca.as_deref();
                let ends = ends(&self.tls.leaf(), &self.files, client_ca);
                self.ends.store(Arc::new(ends));
                self.metrics.certificate_reloaded(ReloadResult::Loaded);
                tracing::info!(target: iam_cli::NOTICE, "the certificate files were read again");
            }
            Err(error) => {
                self.metrics.certificate_reloaded(ReloadResult::Kept);
                tracing::warn!(
                    "the certificate in use is kept: {}",
                    iam_core::error_chain::ErrorChain(&error)
                );
            }
        }
    }
}

fn fingerprints(files: &CertificateFiles, client_ca: Option<&Path>) -> Fingerprints {
    let of = |path: &Path| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    let mut all = vec![of(&files.certificate()), of(&files.key())];
    all.extend(client_ca.map(of));
    all
}

fn load(files: &CertificateFiles, client_ca: Option<&Path>) -> Result<Serving, LoadError> {
    let (certificate, key) = (files.certificate(), files.key());
    let pem = certificate_files::read(&certificate)?;
    let key_pem = certificate_files::read(&key)?;
    let ca = client_ca.map(certificate_files::read).transpose()?;
    tls::server_config(&pem, &key_pem, ca.as_deref()).map_err(|source| match (source, client_ca) {
        (source @ TlsError::ClientCa, Some(path)) => LoadError::ClientCa {
            path: path.to_owned(),
            source,
        },
        (source, _) => LoadError::Tls {
            certificate,
            key,
            source,
        },
    })
}

/// When the leaf, what signed it and the first of the client CAs end.
fn ends(leaf: &CertificateDer<'_>, files: &CertificateFiles, client_ca: Option<&Path>) -> Ends {
    let first_of = |path: &Path| {
        let pem = certificate_files::read(path).ok()?;
        let certificates = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok);
        certificates.filter_map(|one| certificate::end(&one)).min()
    };
    let authority = Some(files.trusted()).filter(|path| *path != files.certificate());
    let found = [
        ("serving", certificate::end(leaf)),
        ("authority", authority.and_then(|path| first_of(&path))),
        ("client_ca", client_ca.and_then(first_of)),
    ];
    found
        .into_iter()
        .filter_map(|(which, end)| Some((which, end?)))
        .collect()
}

fn days_between(now: SystemTime, end: SystemTime) -> f64 {
    let days = |duration: Duration| duration.as_secs_f64() / 86_400.0;
    match end.duration_since(now) {
        Ok(left) => days(left),
        Err(over) => -days(over.duration()),
    }
}

fn report(origin: Origin, files: &CertificateFiles) {
    if origin == Origin::Made {
        let path = files.certificate();
        tracing::info!(target: iam_cli::NOTICE, "made the certificate {}", path.display());
    }
}

const LOOK: Duration = Duration::from_secs(1);
const RENEWAL_CHECK: Duration = Duration::from_secs(3600);
