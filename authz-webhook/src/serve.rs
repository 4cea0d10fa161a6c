//! `serve`: from a configuration to listeners, and from a signal to a regular end.

mod addresses;
mod error;

use std::ffi::OsString;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::SystemTime;

use iam_cli::NOTICE;
use iam_core::error_chain::ErrorChain;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::admin::Admin;
use crate::assembly::{Clock, authenticator, authorizer, instances, sts_client};
use crate::audit::{self, Audit, AuditWriter};
use crate::certificate_reload::Certificates;
use crate::certificate_setup::{certificate_files, write_kubeconfig};
use crate::cli::AwsVariables;
use crate::config::{Audiences, Config};
use crate::connection::Connections;
use crate::http::Webhook;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::mappings::Sources;
use crate::metrics::Metrics;
use crate::service_manager::{News, PassedSockets, ServiceManager};
use crate::shutdown::{self, PhaseSwitch, Phases, Signal, Signals};

use addresses::Addresses;

pub use error::ServeError;

/// What `serve` gets beside the configuration.
#[derive(Clone, Debug)]
pub struct ServeSettings {
    /// Whether the bound addresses go to stdout.
    pub print_address: PrintAddress,
    /// The clock.
    pub clock: fn() -> SystemTime,
    /// For those questions that need credentials of our own.
    pub aws: AwsVariables,
    /// Where the service manager listens.
    pub notify_socket: Option<OsString>,
    /// Those that it has opened for us.
    pub sockets: PassedSockets,
}

/// Whether the bound addresses go to stdout.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PrintAddress {
    /// One line of JSON.
    Yes,
    /// They are only logged.
    No,
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// Serving cannot begin, or a listener ends by itself.
pub fn serve(config: &Config, settings: &ServeSettings) -> Result<(), ServeError> {
    crate::panics::report_places_only();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| ServeError::Start {
            what: "the runtime",
            source,
        })?;
    let result = runtime.block_on(async { Server::start(config, settings).await?.run().await });
    // Name lookups and file reads under way hold nobody up.
    runtime.shutdown_background();
    result
}

/// Everything that runs.
struct Server<'a> {
    config: &'a Config,
    signals: Signals,
    switch: PhaseSwitch,
    sources: Arc<Sources>,
    certificates: Arc<Certificates>,
    webhook: JoinHandle<()>,
    admin: JoinHandle<()>,
    audit: AuditWriter,
    manager: ServiceManager,
}

impl<'a> Server<'a> {
    async fn start(config: &'a Config, settings: &ServeSettings) -> Result<Self, ServeError> {
        let signals = Signals::listen().map_err(|source| ServeError::Start {
            what: "listening to signals",
            source,
        })?;
        let shared = Shared::open(config, settings.clock)?;
        let (webhook_socket, admin_socket) = sockets(config, &settings.sockets).await?;
        let addresses = Addresses::of(&webhook_socket, &admin_socket)?;
        keep_kubeconfig(config, addresses.webhook.port());
        let metrics = &shared.metrics;
        let (record, audit) =
            audit::start(io::stderr(), Arc::clone(metrics)).map_err(|source| {
                ServeError::Start {
                    what: "the audit",
                    source,
                }
            })?;
        let (switch, phases) = shutdown::phases();
        let limits = Limits::with_connections(config.max_connections());
        let webhook = shared.webhook(config, &settings.aws, record)?;
        let tls = Some(shared.certificates.tls());
        let connections = Connections::new(webhook, limits, tls, phases.clone());
        let counted = Some(Arc::clone(metrics));
        let webhook = Listener::new(
            webhook_socket,
            connections,
            &limits,
            counted,
            phases.clone(),
        );
        let admin = shared.admin(phases);
        shared.sources.start();
        addresses.tell(settings.print_address)?;
        let manager = ServiceManager::at(settings.notify_socket.as_deref());
        manager.tell(News::Ready);
        Ok(Self {
            manager,
            config,
            signals,
            switch,
            sources: shared.sources,
            certificates: shared.certificates,
            webhook: tokio::spawn(webhook.run()),
            admin: tokio::spawn(administration(admin_socket, admin)),
            audit,
        })
    }

    async fn run(mut self) -> Result<(), ServeError> {
        let refresh = tokio::spawn(Arc::clone(&self.certificates).keep_fresh());
        loop {
            tokio::select! {
                signal = self.signals.next() => match signal {
                    Signal::Reload => self.reload(),
                    Signal::Stop => break,
                },
                _ = &mut self.webhook => return Err(ServeError::Ended("webhook's")),
                _ = &mut self.admin => return Err(ServeError::Ended("administration's")),
            }
        }
        refresh.abort();
        self.stop().await;
        Ok(())
    }

    fn reload(&self) {
        tracing::info!(target: NOTICE, "reading certificates and mappings again");
        self.manager.tell(News::Reloading);
        self.certificates.reload();
        self.sources.reload();
        self.manager.tell(News::Ready);
    }

    /// The administration goes on telling that the webhook is not ready until the last request
    /// is answered. Who asks a second time does not want to wait.
    async fn stop(mut self) {
        let grace = self.config.shutdown_grace();
        let mut end = Instant::now() + grace;
        tracing::info!(target: NOTICE, "ending; requests under way are answered");
        self.manager.tell(News::Stopping);
        let drained = tokio::time::timeout_at(end, &mut self.webhook);
        tokio::select! {
            drained = drained => if drained.is_err() {
                tracing::warn!("connections were cut after server.shutdownGrace ({grace:?})");
            },
            () = async { self.switch.drain().await; std::future::pending().await } => {}
            () = self.signals.stop() => {
                tracing::warn!("connections were cut by a second signal");
                end = Instant::now();
            }
        }
        self.webhook.abort();
        self.admin.abort();
        let patience = end
            .saturating_duration_since(Instant::now())
            .max(LAST_LINES);
        // This blocks, but nothing else is left to run.
        if !self.audit.finish(patience) {
            tracing::warn!("audit lines were lost: stderr does not take them");
        }
    }
}

/// What both listeners look at.
struct Shared {
    metrics: Arc<Metrics>,
    sources: Arc<Sources>,
    certificates: Arc<Certificates>,
    clock: Clock,
}

impl Shared {
    fn open(config: &Config, clock: fn() -> SystemTime) -> Result<Self, ServeError> {
        let metrics = Arc::new(Metrics::new());
        Ok(Self {
            sources: Arc::new(Sources::open(config, Arc::clone(&metrics))?.timed_by(clock)),
            certificates: open_certificates(config, &metrics, clock)?,
            clock: Clock::new(clock, &metrics),
            metrics,
        })
    }

    fn webhook(
        &self,
        config: &Config,
        aws: &AwsVariables,
        audit: Audit,
    ) -> Result<Webhook, ServeError> {
        let (sources, clock) = (Arc::clone(&self.sources), self.clock.clone());
        let instances = instances(config, aws, clock.now, &self.metrics);
        let sts = sts_client(config, aws, clock, &self.metrics)?;
        let authenticator = authenticator(config, sources, sts, instances, &self.metrics)?;
        Ok(Webhook {
            authenticator: Arc::new(authenticator),
            authorizer: authorizer(config, &self.sources),
            audiences: served(config.audiences()),
            limits: Limits::with_connections(config.max_connections()),
            deadline: config.request_deadline(),
            metrics: Arc::clone(&self.metrics),
            audit,
            clock: self.clock.now,
        })
    }

    fn admin(&self, phases: Phases) -> Admin {
        Admin {
            sources: Arc::clone(&self.sources),
            certificates: Arc::clone(&self.certificates),
            clock: Arc::clone(&self.clock.skew),
            phases,
            metrics: Arc::clone(&self.metrics),
        }
    }
}

fn open_certificates(
    config: &Config,
    metrics: &Arc<Metrics>,
    clock: fn() -> SystemTime,
) -> Result<Arc<Certificates>, ServeError> {
    let files = certificate_files(config)?;
    let client_ca = config.client_ca().map(ToOwned::to_owned);
    Ok(Arc::new(Certificates::open(
        files,
        client_ca,
        Arc::clone(metrics),
        clock,
    )?))
}

/// Those that the service manager has opened, and what is missing of them by the configuration.
async fn sockets(
    config: &Config,
    passed: &PassedSockets,
) -> Result<(TcpListener, TcpListener), ServeError> {
    let start = |source| ServeError::Start {
        what: "listening on the sockets that were passed (LISTEN_FDS)",
        source,
    };
    let mut passed = passed.take().map_err(start)?.into_iter();
    let mut next = || {
        let socket = passed.next().map(|socket| {
            socket.set_nonblocking(true)?;
            TcpListener::from_std(socket)
        });
        socket.transpose().map_err(start)
    };
    let webhook = match next()? {
        Some(socket) => socket,
        None => bind(config.address(), config.port()).await?,
    };
    let admin = match next()? {
        Some(socket) => socket,
        None => bind(config.admin_address(), config.admin_port()).await?,
    };
    Ok((webhook, admin))
}

async fn bind(address: IpAddr, port: u16) -> Result<TcpListener, ServeError> {
    let address = SocketAddr::new(address, port);
    TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Bind { address, source })
}

/// kube-apiserver's kubeconfig is a convenience here: it can be written by `init` as well, and
/// reviews are answered without it.
fn keep_kubeconfig(config: &Config, port: u16) {
    if config.kubeconfig_pregenerated() {
        return;
    }
    let written =
        certificate_files(config).and_then(|files| write_kubeconfig(config, &files, port));
    if let Err(error) = written {
        tracing::warn!(
            "{}; set server.generateKubeconfig, or server.kubeconfigPregenerated: true",
            ErrorChain(&error)
        );
    }
}

/// The administration never drains: it ends with the process.
async fn administration(socket: TcpListener, admin: Admin) {
    let (_switch, phases) = shutdown::phases();
    let limits = Limits {
        connections_per_source: ADMIN_CONNECTIONS_PER_SOURCE,
        ..Limits::with_connections(ADMIN_CONNECTIONS)
    };
    let connections = Connections::new(admin, limits, None, phases.clone());
    Listener::new(socket, connections, &limits, None, phases)
        .run()
        .await;
}

fn served(audiences: &Audiences) -> Vec<String> {
    match audiences {
        Audiences::Any => Vec::new(),
        Audiences::Only(audiences) => audiences.clone(),
    }
}

const ADMIN_CONNECTIONS: usize = 128;
/// Probes must get through beside a client that opens all it can.
const ADMIN_CONNECTIONS_PER_SOURCE: usize = 32;
const LAST_LINES: std::time::Duration = std::time::Duration::from_millis(200);
