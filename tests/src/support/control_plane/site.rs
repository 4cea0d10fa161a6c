//! What exists before a control plane runs: its directory, port and certificate authority.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use super::{
    ControlPlaneError,
    certificates::{Authority, Identity},
    held_port::HeldPort,
    io_error, kubeconfig,
    reaper::Reaper,
    write,
};

/// Where a control plane will run, and the credentials of those who may come in: its clients'
/// kubeconfigs can be written before it starts.
#[derive(Debug)]
pub struct Site {
    directory: PathBuf,
    port: HeldPort,
    authority: Authority,
    admin: Identity,
    reaper: Reaper,
}

impl Site {
    /// Takes a directory of its own below the machine's temporary one.
    ///
    /// # Errors
    /// When a directory, a port or a certificate cannot be had.
    pub fn new(reaper: &Reaper) -> Result<Self, ControlPlaneError> {
        let directory = short_directory().map_err(io_error(|| {
            "make a directory for the control plane".to_owned()
        }))?;
        Self::at(directory, reaper)
    }

    /// Takes `directory`, which exists, is absolute and goes when `reaper` ends. Its path has to
    /// be short: etcd's sockets are in it.
    ///
    /// # Errors
    /// When a port or a certificate cannot be had.
    pub fn at(directory: PathBuf, reaper: &Reaper) -> Result<Self, ControlPlaneError> {
        let path = || directory.display().to_string();
        reaper.remove_at_end(&directory).map_err(io_error(|| {
            format!("arrange for the removal of {}", path())
        }))?;
        let port = HeldPort::take().map_err(io_error(|| "take a port".to_owned()))?;
        let authority = Authority::new()?;
        let admin = authority.client("admin", Some("system:masters"))?;
        let site = Self {
            directory,
            port,
            authority,
            admin,
            reaper: reaper.clone(),
        };
        write(&site.ca_file(), site.ca())?;
        let admin = kubeconfig::with_certificate(site.address(), site.ca(), &site.admin);
        write(&site.admin_kubeconfig(), &admin)?;
        Ok(site)
    }

    /// The kubeconfig of a member of `system:masters`.
    #[must_use]
    pub fn admin_kubeconfig(&self) -> PathBuf {
        self.directory.join("admin.kubeconfig")
    }

    /// Writes a kubeconfig for `user`, who has no rights but those that RBAC gives.
    ///
    /// # Errors
    /// When the certificate cannot be made or the file not written.
    pub fn client_kubeconfig(&self, user: &str) -> Result<PathBuf, ControlPlaneError> {
        let client = self.authority.client(user, None)?;
        let path = self.directory.join(format!("{user}.kubeconfig"));
        write(
            &path,
            &kubeconfig::with_certificate(self.address(), self.ca(), &client),
        )?;
        Ok(path)
    }

    /// Where kube-apiserver listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// The certificate of the authority that signed kube-apiserver's.
    #[must_use]
    pub fn ca(&self) -> &str {
        self.authority.pem()
    }

    /// The same, as a file.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.directory.join("ca.crt")
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn etcd_socket(&self) -> PathBuf {
        self.directory.join("s")
    }

    pub(super) const fn admin(&self) -> &Identity {
        &self.admin
    }

    pub(super) const fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(super) const fn reaper(&self) -> &Reaper {
        &self.reaper
    }
}

/// A fresh directory whose path leaves room for a socket's name: a socket address holds 107
/// bytes, on some systems 103, and a machine's temporary directory may be long.
fn short_directory() -> std::io::Result<PathBuf> {
    let usual = std::env::temp_dir();
    let parent = if usual.as_os_str().len() <= 60 {
        usual
    } else {
        PathBuf::from("/tmp")
    };
    let directory = tempfile::Builder::new()
        .prefix("control-plane-")
        .tempdir_in(parent)?;
    fs::canonicalize(directory.keep())
}
