//! A forward proxy on loopback, plain or over TLS: `CONNECT` and requests in absolute form. It connects to loopback
//! alone; a host by name leads where the story says, so that programs can ask for real names.

mod exchange;
mod journal;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::keys::unguessable_id;
use super::pki::Ca;
use super::scan::Secrets;
use journal::Journal;

pub use journal::Proxied;

/// A running proxy. It ends when dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

struct Shared {
    hosts: BTreeMap<String, SocketAddr>,
    /// User and password, when it asks for them.
    login: Option<(String, String)>,
    tls: Option<TlsAcceptor>,
    journal: Journal,
}

impl Proxy {
    /// An open one that leads these hosts, on any port, to these addresses.
    ///
    /// # Panics
    /// When loopback has no free port, or for an address that is not loopback's.
    pub fn start(hosts: BTreeMap<String, SocketAddr>) -> Self {
        Self::start_with(hosts, None, None)
    }

    /// An open one that speaks TLS itself, with a certificate of `ca` for its address.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_over_tls(hosts: BTreeMap<String, SocketAddr>, ca: &Ca) -> Self {
        let config = ca.server(&["127.0.0.1"]).server_config();
        Self::start_with(hosts, None, Some(Arc::new(config).into()))
    }

    /// The same for those who show the user `proxy` and its password alone: both stand in
    /// [`Self::url`].
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_with_login(hosts: BTreeMap<String, SocketAddr>, secrets: &Secrets) -> Self {
        let (user, password) = ("proxy".to_owned(), unguessable_id(24));
        secrets.add("proxy password", &password);
        secrets.add("proxy password", &basic(&user, &password));
        Self::start_with(hosts, Some((user, password)), None)
    }

    fn start_with(
        hosts: BTreeMap<String, SocketAddr>,
        login: Option<(String, String)>,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        let local = hosts.values().all(|address| address.ip().is_loopback());
        assert!(local, "a proxy of the stories leads to loopback alone");
        let shared = Arc::new(Shared {
            hosts,
            login,
            tls,
            journal: Journal::default(),
        });
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime starts");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        runtime.spawn(serve(listener, Arc::clone(&shared)));
        Self {
            address,
            shared,
            runtime: Some(runtime),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, with user and password where it asks for them, and `https` where it
    /// speaks TLS.
    pub fn url(&self) -> String {
        match &self.shared.login {
            Some((user, password)) => self.url_with(&format!("{user}:{password}@")),
            None => self.url_without_login(),
        }
    }

    /// The same without user and password.
    pub fn url_without_login(&self) -> String {
        self.url_with("")
    }

    fn url_with(&self, login: &str) -> String {
        let scheme = self.shared.tls.as_ref().map_or("http", |_| "https");
        format!("{scheme}://{login}{}", self.address)
    }

    /// What it was asked for so far, in the order of asking.
    pub fn journal(&self) -> Vec<Proxied> {
        self.shared.journal.all()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    /// What `Proxy-Authorization` must say.
    fn authorization(&self) -> Option<String> {
        let (user, password) = self.login.as_ref()?;
        Some(format!("Basic {}", basic(user, password)))
    }

    /// Where `host:port` is: an address of loopback, if anywhere.
    fn address_of(&self, authority: &str) -> Option<SocketAddr> {
        let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
        if let Some(address) = self.hosts.get(host) {
            return Some(*address);
        }
        let host = if host == "localhost" {
            "127.0.0.1"
        } else {
            host
        };
        let address: SocketAddr = format!("{host}:{port}").parse().ok()?;
        address.ip().is_loopback().then_some(address)
    }
}

fn basic(user: &str, password: &str) -> String {
    BASE64_STANDARD.encode(format!("{user}:{password}"))
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                let shared = Arc::clone(&shared);
                connections.spawn(async move {
                    // A peer that goes away ends his own connection.
                    drop(welcome(stream, &shared).await);
                });
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn welcome(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    match &shared.tls {
        Some(tls) => exchange::serve(tls.accept(stream).await?, shared).await,
        None => exchange::serve(stream, shared).await,
    }
}
