//! Certificates and keys under `server.stateDir`.
//!
//! `cert.pem` and `key.pem` are what the webhook serves, as with the peer. Where `ca-key.pem`
//! stands beside them they are the webhook's own: made when they are missing, renewed in time.
//! Without it they are supplied by somebody else and only read; `ca.pem`, if there is one, is
//! then what kube-apiserver is told to trust, otherwise `cert.pem` itself.

use std::fs::{self, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use iam_cli::file::{self, FileError, Mode};
use iam_core::error_chain::ErrorChain;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use thiserror::Error;

use crate::certificate::{self, LEAF_LIFE, Names, RENEWAL};

/// The files of one state directory.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    directory: PathBuf,
    names: Names,
}

/// Whose certificates they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// Ours, and left as they were.
    Kept,
    /// Ours, and new.
    Made,
    /// Somebody else's.
    Supplied,
}

/// Why certificates cannot be made or read.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// A file or directory.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state directory.
    #[error("cannot make the directory {}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the lock, or there can be none.
    #[error("cannot lock {}", path.display())]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] FileError),
    /// A file is no PEM of the kind it should be.
    #[error("{} holds no certificate in PEM", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A file is no key.
    #[error("{} holds no private key in PEM", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// One half of a pair.
    #[error("{} exists without {}", present.display(), missing.display())]
    Half {
        /// The file that is there.
        present: PathBuf,
        /// The file that is not.
        missing: PathBuf,
    },
    /// The authority's files do not belong together, or are not from us.
    #[error("{} did not sign with {}", certificate.display(), key.display())]
    ForeignAuthority {
        /// The authority's certificate.
        certificate: PathBuf,
        /// The authority's key.
        key: PathBuf,
    },
    /// Making a key or certificate failed.
    #[error("cannot make a certificate")]
    Make(#[from] rcgen::Error),
}

impl CertificateError {
    /// The one thing to try.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Half { .. } => Some(
                "supply cert.pem and key.pem both, or remove the one to have them made".to_owned(),
            ),
            Self::ForeignAuthority { .. } => Some(
                "remove ca.pem and ca-key.pem to have them made, or supply cert.pem and key.pem \
                 and leave ca-key.pem out"
                    .to_owned(),
            ),
            Self::NoCertificate { .. } => {
                Some("supply it anew, or remove it to have it made".to_owned())
            }
            Self::NoKey { .. } => {
                Some("supply it anew, or remove it and ca.pem to have both made".to_owned())
            }
            Self::Directory { source, .. } | Self::Lock { source, .. } => {
                Some(hint_of_writing(source.kind()))
            }
            Self::Write(error) => Some(hint_of_writing(error.kind())),
            Self::Read { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("let this user read it: it is the owner's alone (chown)".to_owned())
            }
            Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Some("mend the symbolic link, or remove it".to_owned())
            }
            Self::Read { .. } | Self::Make(_) => None,
        }
    }

    /// Whether the system would not let us write, whatever there is to be read.
    fn is_of_writing(&self) -> bool {
        match self {
            Self::Directory { .. } | Self::Lock { .. } | Self::Write(_) => true,
            Self::Read { .. }
            | Self::NoCertificate { .. }
            | Self::NoKey { .. }
            | Self::Half { .. }
            | Self::ForeignAuthority { .. }
            | Self::Make(_) => false,
        }
    }
}

fn hint_of_writing(kind: io::ErrorKind) -> String {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    match kind {
        StorageFull | QuotaExceeded | FileTooLarge => "make room in server.stateDir",
        _ => "set server.stateDir to a directory that this user may write",
    }
    .to_owned()
}

impl CertificateFiles {
    /// The files under `directory`, for a webhook of these names.
    pub const fn new(directory: PathBuf, names: Names) -> Self {
        Self { directory, names }
    }

    /// The leaf, or the chain that begins with it.
    pub fn certificate(&self) -> PathBuf {
        self.directory.join("cert.pem")
    }

    /// The leaf's key.
    pub fn key(&self) -> PathBuf {
        self.directory.join("key.pem")
    }

    /// What kube-apiserver is told to trust.
    pub fn trusted(&self) -> PathBuf {
        let authority = self.authority();
        if is_there(&authority) {
            authority
        } else {
            self.certificate()
        }
    }

    /// Whose the certificates are or will be; nothing is written.
    ///
    /// # Errors
    /// What would keep [`Self::ensure`] from its work: files that cannot be read, half of a pair.
    pub fn check(&self) -> Result<Origin, CertificateError> {
        let authority = self.authority();
        if is_there(&self.authority_key()) {
            self.read_authority_key()?;
            if is_there(&authority) {
                self.read_first(&authority)?;
            }
            return Ok(Origin::Kept);
        }
        if self.is_supplied()? {
            return Ok(Origin::Supplied);
        }
        if is_there(&authority) {
            return Err(half(authority, self.authority_key()));
        }
        Ok(Origin::Made)
    }

    /// Makes what is missing and renews what ends soon; supplied files are left alone. What serves
    /// goes on serving where nothing can be written: a full disk, a directory that is read-only.
    ///
    /// # Errors
    /// The system refuses, or the files do not belong together.
    pub fn ensure(&self, now: SystemTime) -> Result<Origin, CertificateError> {
        if !is_there(&self.authority_key()) && self.is_supplied()? {
            return Ok(Origin::Supplied);
        }
        match self.make(now) {
            Err(error) if error.is_of_writing() && self.is_served_well(now).unwrap_or(false) => {
                self.tell_kept(&error, now);
                Ok(Origin::Kept)
            }
            made => made,
        }
    }

    /// Nothing need be said of a directory that is read-only for a reason, until it matters.
    fn tell_kept(&self, error: &CertificateError, now: SystemTime) {
        if self.is_served_well(now + RENEWAL).unwrap_or(false) {
            return;
        }
        tracing::warn!(
            "the certificate {} is not renewed, and kept while it lasts: {}; {}",
            self.certificate().display(),
            ErrorChain(error),
            error.hint().unwrap_or_default()
        );
    }

    fn make(&self, now: SystemTime) -> Result<Origin, CertificateError> {
        self.make_directory()?;
        let _one_at_a_time = self.lock()?;
        let authority_key = self.ensure_authority(now)?;
        if self.is_served_well(now + RENEWAL)? && self.is_served_well(now)? {
            return Ok(Origin::Kept);
        }
        let leaf = certificate::leaf(&authority_key, &self.names, now)?;
        let der = first(leaf.certificate.as_bytes(), &self.certificate())?;
        let authority = self.read_first(&self.authority())?;
        if !certificate::is_good(&der, &authority, &self.names, now) {
            let (certificate, key) = (self.authority(), self.authority_key());
            return Err(CertificateError::ForeignAuthority { certificate, key });
        }
        file::replace_all(&[
            (&self.key(), leaf.key.as_bytes(), Mode::Private),
            (
                &self.certificate(),
                leaf.certificate.as_bytes(),
                Mode::Public,
            ),
        ])?;
        Ok(Origin::Made)
    }

    /// Whether certificate and key are there; of one alone nothing can be made.
    fn is_supplied(&self) -> Result<bool, CertificateError> {
        match (is_there(&self.certificate()), is_there(&self.key())) {
            (true, true) => Ok(true),
            (false, false) => Ok(false),
            (true, false) => Err(half(self.certificate(), self.key())),
            (false, true) => Err(half(self.key(), self.certificate())),
        }
    }

    fn read_authority_key(&self) -> Result<String, CertificateError> {
        let path = self.authority_key();
        let pem = read_text(&path)?;
        if certificate::is_key(&pem) {
            Ok(pem)
        } else {
            Err(CertificateError::NoKey { path })
        }
    }

    fn authority(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    fn authority_key(&self) -> PathBuf {
        self.directory.join("ca-key.pem")
    }

    fn make_directory(&self) -> Result<(), CertificateError> {
        fs::create_dir_all(&self.directory).map_err(|source| {
            let path = self.directory.clone();
            CertificateError::Directory { path, source }
        })
    }

    /// Held until the file is dropped: `init` and `serve` may begin at the same time.
    fn lock(&self) -> Result<fs::File, CertificateError> {
        let path = self.directory.join(".lock");
        let failed = |source| CertificateError::Lock {
            path: path.clone(),
            source,
        };
        let file = fs::File::create(&path).map_err(failed)?;
        let end = Instant::now() + LOCK_PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < end => {
                    std::thread::sleep(LOCK_LOOK);
                }
                Err(error) => return Err(failed(error.into())),
            }
        }
    }

    /// Makes the authority's key, and the certificate for it, as far as they are missing or end
    /// before a new leaf would. The key stays for good.
    fn ensure_authority(&self, now: SystemTime) -> Result<String, CertificateError> {
        let (certificate, key) = (self.authority(), self.authority_key());
        if !is_there(&key) {
            if is_there(&certificate) {
                return Err(half(certificate, key));
            }
            let new = certificate::authority(now)?;
            file::create_new(&key, new.key.as_bytes(), Mode::Private)?;
            file::create_new(&certificate, new.certificate.as_bytes(), Mode::Public)?;
            return Ok(new.key);
        }
        let key_pem = self.read_authority_key()?;
        let lasts = is_there(&certificate)
            && certificate::is_in_date(&self.read_first(&certificate)?, now + LEAF_LIFE);
        if !lasts {
            let pem = certificate::authority_certificate(&key_pem, now)?;
            file::replace(&certificate, pem.as_bytes(), Mode::Public)?;
        }
        Ok(key_pem)
    }

    /// Whether the files serve every name at that time, with the key that belongs to them.
    fn is_served_well(&self, at: SystemTime) -> Result<bool, CertificateError> {
        let (certificate, key) = (self.certificate(), self.key());
        if !certificate.exists() || !key.exists() {
            return Ok(false);
        }
        let Ok(leaf) = self.read_first(&certificate) else {
            return Ok(false);
        };
        let authority = self.read_first(&self.authority())?;
        let belongs = crate::tls::certified_key(&read(&certificate)?, &read(&key)?).is_ok();
        Ok(belongs && certificate::is_good(&leaf, &authority, &self.names, at))
    }

    fn read_first(&self, path: &Path) -> Result<CertificateDer<'static>, CertificateError> {
        first(&read(path)?, path)
    }
}

/// Also for a link that leads nowhere: a key whose volume is missing is still ours, the
/// certificate beside it nobody else's, and what somebody supplied is not to be made in its place.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn first(pem: &[u8], path: &Path) -> Result<CertificateDer<'static>, CertificateError> {
    CertificateDer::from_pem_slice(pem).map_err(|_| CertificateError::NoCertificate {
        path: path.to_owned(),
    })
}

/// Reads a regular file of at most a mebibyte.
///
/// # Errors
/// The system refuses, or the file is larger, or none: a pipe need not end.
pub fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    let failed = |source| CertificateError::Read {
        path: path.to_owned(),
        source,
    };
    let seen = fs::metadata(path).map_err(failed)?;
    if !seen.is_file() {
        return Err(failed(io::Error::other("not a regular file")));
    }
    if seen.len() > FILE_LIMIT {
        return Err(failed(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "larger than 1 MiB",
        )));
    }
    fs::read(path).map_err(failed)
}

fn read_text(path: &Path) -> Result<String, CertificateError> {
    let failed = |source| CertificateError::Read {
        path: path.to_owned(),
        source,
    };
    String::from_utf8(read(path)?)
        .map_err(|_| failed(io::Error::new(io::ErrorKind::InvalidData, "not UTF-8")))
}

const fn half(present: PathBuf, missing: PathBuf) -> CertificateError {
    CertificateError::Half { present, missing }
}

const LOCK_PATIENCE: Duration = Duration::from_secs(10);
const LOCK_LOOK: Duration = Duration::from_millis(10);
const FILE_LIMIT: u64 = 1024 * 1024;

#[cfg(test)]
mod tests;
