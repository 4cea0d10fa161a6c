//! The way to the end: signals, and the phases that every listener and connection follows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

/// How far the process is on its way to the end.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Phase {
    /// Serving.
    Running,
    /// Not ready, no new connections; HTTP/2 connections take no new streams, HTTP/1.1
    /// connections one more request. A client that has just sent one is still answered.
    Draining,
    /// Connections close as soon as nothing is being answered on them.
    Closing,
}

/// Tells everybody of the phase.
#[derive(Debug)]
pub struct PhaseSwitch {
    draining: Arc<AtomicBool>,
    phase: watch::Sender<Phase>,
}

/// Hears of the phase.
#[derive(Clone, Debug)]
pub struct Phases {
    draining: Arc<AtomicBool>,
    phase: watch::Receiver<Phase>,
}

/// A switch at [`Phase::Running`], and what hears of it.
pub fn phases() -> (PhaseSwitch, Phases) {
    let draining = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = watch::channel(Phase::Running);
    let switch = PhaseSwitch {
        draining: Arc::clone(&draining),
        phase: sender,
    };
    (
        switch,
        Phases {
            draining,
            phase: receiver,
        },
    )
}

impl PhaseSwitch {
    /// Goes to [`Phase::Draining`], and a moment later to [`Phase::Closing`].
    pub async fn drain(&self) {
        self.draining.store(true, Ordering::Release);
        self.phase.send_replace(Phase::Draining);
        tokio::time::sleep(LAST_REQUESTS).await;
        self.phase.send_replace(Phase::Closing);
    }
}

impl Phases {
    /// Whether new work is still wanted.
    pub fn is_running(&self) -> bool {
        !self.draining.load(Ordering::Acquire)
    }

    /// Ends when `phase` is reached.
    pub async fn reached(&mut self, phase: Phase) {
        if self
            .phase
            .wait_for(|current| *current >= phase)
            .await
            .is_err()
        {
            // The switch is gone without having been used: nothing will come.
            std::future::pending::<()>().await;
        }
    }
}

/// What the system asks of the process.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

/// What the system asks of the process.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Signals;

/// One of the signals.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signal {
    /// SIGTERM or SIGINT.
    Stop,
    /// SIGHUP.
    Reload,
}

#[cfg(unix)]
impl Signals {
    /// Takes the signals over.
    ///
    /// # Errors
    /// The system refuses.
    pub fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The next signal.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.terminate.recv() => Signal::Stop,
            _ = self.hang_up.recv() => Signal::Reload,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Takes the signals over.
    ///
    /// # Errors
    /// None on this system.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    /// The next signal: Ctrl-C.
    pub async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Stop,
            Err(_) => std::future::pending().await,
        }
    }
}

impl Signals {
    /// The next [`Signal::Stop`], whatever comes before.
    pub async fn stop(&mut self) {
        while self.next().await != Signal::Stop {}
    }
}

/// For HTTP/1.1 clients whose next request is on its way while the end begins.
const LAST_REQUESTS: Duration = Duration::from_secs(1);
