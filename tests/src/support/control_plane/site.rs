//! What exists before a control plane runs: its directory, port and certificate authority.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{ControlPlaneError, held_port::HeldPort, io_error, kubeconfig, reaper::Reaper, write};
use crate::support::{
    http::Client,
    pki::{Ca, Leaf},
};

/// Where a control plane will run, and the credentials of those who may come in: its clients'
/// kubeconfigs can be written before it starts.
pub struct Site {
    directory: PathBuf,
    port: HeldPort,
    ca: Ca,
    admin: Leaf,
    reaper: Reaper,
}

impl Site {
    /// Takes a directory of its own below the machine's temporary one.
    ///
    /// # Errors
    /// When a directory or a port cannot be had.
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
    /// When a port cannot be had, or a file not written.
    pub fn at(directory: PathBuf, reaper: &Reaper) -> Result<Self, ControlPlaneError> {
        let path = || directory.display().to_string();
        reaper.remove_at_end(&directory).map_err(io_error(|| {
            format!("arrange for the removal of {}", path())
        }))?;
        let port = HeldPort::take().map_err(io_error(|| "take a port".to_owned()))?;
        let ca = Ca::new("control plane");
        let admin = ca.client("admin", Some("system:masters"));
        let site = Self {
            directory,
            port,
            ca,
            admin,
            reaper: reaper.clone(),
        };
        write(&site.ca_file(), &site.ca.pem())?;
        let admin = kubeconfig::with_certificate(site.address(), &site.ca.pem(), &site.admin);
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
    /// When the file cannot be written.
    pub fn client_kubeconfig(&self, user: &str) -> Result<PathBuf, ControlPlaneError> {
        let client = self.ca.client(user, None);
        let path = self.directory.join(format!("{user}.kubeconfig"));
        write(
            &path,
            &kubeconfig::with_certificate(self.address(), &self.ca.pem(), &client),
        )?;
        Ok(path)
    }

    /// Where kube-apiserver listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// The file with the certificate of the authority that signed kube-apiserver's.
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

    /// A client of kube-apiserver that may do everything.
    #[must_use]
    pub fn admin_client(&self) -> Client {
        self.client_by(&self.admin)
    }

    /// A client of kube-apiserver for `user`, who has no rights but those that RBAC gives.
    #[must_use]
    pub fn client(&self, user: &str) -> Client {
        self.client_by(&self.ca.client(user, None))
    }

    fn client_by(&self, leaf: &Leaf) -> Client {
        let name = self.address().ip().to_string();
        let tls = self.ca.client_config_with(&["http/1.1"], leaf);
        Client::tls(self.address(), &name, tls)
    }

    pub(super) const fn authority(&self) -> &Ca {
        &self.ca
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
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(parent)?;
    fs::canonicalize(directory.keep())
}
