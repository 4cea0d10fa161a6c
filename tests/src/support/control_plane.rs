//! A real control plane on loopback: etcd and kube-apiserver, started per run.
//!
//! There is no controller manager: no `default` service accounts, no aggregated roles (`view`,
//! `edit` and `admin` have no rules), and a deleted namespace stays. So stories that share one
//! control plane use names of their own, and no Pods.

pub mod binaries;
pub mod forwarder;
pub mod held_port;
pub mod kubeconfig;
mod programs;
pub mod reaper;
mod site;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitStatus,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use thiserror::Error;

use self::programs::Log;
pub use self::{
    binaries::{Binaries, BinariesError},
    forwarder::{Forwarder, Mode},
    reaper::{Reaper, Ward},
    site::Site,
};
use super::{http::Client, programs::progress};

/// A running control plane; it ends when this is dropped, and with the process at the latest.
pub struct ControlPlane {
    // Dropped in this order: what writes to etcd ends before etcd does.
    kube_apiserver: Mutex<Option<Ward>>,
    _etcd: Ward,
    log: Log,
    site: Site,
    binaries: Binaries,
    options: Options,
}

/// How a control plane differs from the plain one.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Who reviews bearer tokens that no other authenticator knows.
    pub webhook: Option<Webhook>,
    /// The AuthorizationConfiguration; without one RBAC alone decides.
    pub authorization: Option<PathBuf>,
    /// Whether requests are written to an audit log, with user and extra, without bodies.
    pub audit: Audit,
}

/// The authentication webhook of kube-apiserver.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The kubeconfig that names it. It has to exist at the start; the webhook does not.
    pub kubeconfig: PathBuf,
    /// The version of the TokenReviews it is sent.
    pub version: ReviewVersion,
    /// How long kube-apiserver keeps an answer; it serves an acceptance 10 s longer.
    pub cache_ttl: Duration,
}

/// A version of the TokenReview API.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReviewVersion {
    /// `authentication.k8s.io/v1`.
    V1,
    /// `authentication.k8s.io/v1beta1`, kube-apiserver's own default.
    V1Beta1,
}

/// Whether there is an audit log.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Audit {
    /// There is none.
    #[default]
    Off,
    /// One JSON line for each request: [`ControlPlane::audit_log`].
    Metadata,
}

/// Why there is no control plane.
#[derive(Debug, Error)]
pub enum ControlPlaneError {
    /// A file, a port or a process could not be had.
    #[error("{what}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// A program ended by itself.
    #[error("{program} ended ({status}); the end of its log:\n{tail}")]
    Ended {
        /// Which.
        program: &'static str,
        /// How.
        status: ExitStatus,
        /// What it wrote last.
        tail: String,
    },
    /// It took too long.
    #[error("{program} was not ready within {} s; the end of its log:\n{tail}", READY.as_secs())]
    NotReady {
        /// Which program.
        program: &'static str,
        /// What it wrote last.
        tail: String,
    },
}

impl ControlPlane {
    /// Starts etcd and kube-apiserver at `site` and waits until `/readyz` answers 200.
    ///
    /// # Errors
    /// When one of them ends, or is not ready within a minute; the error holds the log's end.
    pub fn start(
        binaries: &Binaries,
        site: Site,
        options: &Options,
    ) -> Result<Self, ControlPlaneError> {
        let deadline = Instant::now() + READY;
        let log = Log::at(site.directory());
        let mut etcd = programs::etcd(binaries, &site, &log)?;
        let socket = site.etcd_socket();
        wait("etcd", &log, deadline, || socket.exists(), &mut [&mut etcd])?;
        let control_plane = Self {
            kube_apiserver: Mutex::default(),
            _etcd: etcd,
            log,
            site,
            binaries: binaries.clone(),
            options: options.clone(),
        };
        control_plane.restart_kube_apiserver()?;
        Ok(control_plane)
    }

    /// Kills kube-apiserver, as a crash would, and starts it again: on the same port, with the same
    /// etcd, and with nothing that it remembered. Returns when `/readyz` answers 200.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn restart_kube_apiserver(&self) -> Result<(), ControlPlaneError> {
        let deadline = Instant::now() + READY;
        let mut running = self
            .kube_apiserver
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        drop(running.take());
        let (site, log) = (&self.site, &self.log);
        let kube_apiserver = programs::kube_apiserver(&self.binaries, site, &self.options, log)?;
        let client = site.admin_client();
        wait(
            "kube-apiserver",
            log,
            deadline,
            || is_ready(&client),
            &mut [running.insert(kube_apiserver)],
        )
    }

    /// Where it is, and who may come in.
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// All that kube-apiserver wrote so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.text("kube-apiserver")
    }

    /// The last lines that kube-apiserver wrote.
    #[must_use]
    pub fn log_tail(&self) -> String {
        self.log.tail("kube-apiserver")
    }

    /// What [`Audit::Metadata`] wrote so far.
    ///
    /// # Errors
    /// When there is no audit log.
    pub fn audit_log(&self) -> io::Result<String> {
        fs::read_to_string(self.log.audit())
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        if thread::panicking() {
            let tail = self.log_tail();
            progress(&format!("the end of kube-apiserver's log:\n{tail}"));
        }
    }
}

fn is_ready(client: &Client) -> bool {
    client
        .get("/readyz", &[("host", "localhost")])
        .is_ok_and(|answer| answer.status == 200)
}

fn wait(
    program: &'static str,
    log: &Log,
    deadline: Instant,
    ready: impl Fn() -> bool,
    wards: &mut [&mut Ward],
) -> Result<(), ControlPlaneError> {
    while !ready() {
        for ward in &mut *wards {
            let ended = ward
                .ended()
                .map_err(io_error(|| format!("watch {program}")))?;
            if let Some(status) = ended {
                return Err(ControlPlaneError::Ended {
                    program,
                    status,
                    tail: log.tail(program),
                });
            }
        }
        if Instant::now() >= deadline {
            return Err(ControlPlaneError::NotReady {
                program,
                tail: log.tail(program),
            });
        }
        thread::sleep(POLL);
    }
    Ok(())
}

fn io_error(what: impl FnOnce() -> String) -> impl FnOnce(io::Error) -> ControlPlaneError {
    move |source| ControlPlaneError::Io {
        what: what(),
        source,
    }
}

fn write(path: &Path, text: &str) -> Result<(), ControlPlaneError> {
    fs::write(path, text).map_err(io_error(|| format!("write {}", path.display())))
}

/// Ten times what a busy machine takes.
const READY: Duration = Duration::from_secs(90);

const POLL: Duration = Duration::from_millis(20);
