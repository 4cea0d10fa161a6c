//! The wire side: the door, the connections, and one request on one of them.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc as blocking};
use std::time::SystemTime;

use http::Response;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::answer::Format;
use super::body::AnswerBody;
use super::fault::{Door, Faults};
use super::journal::{Journal, LoggedRequest};
use super::ledger::Ledger;
use super::reply::{Reply, reply};
use super::verdict::verdict;
use crate::support::clock;
use crate::support::scan::Secrets;
use crate::support::sigv4::{Claim, Request};

/// What the story and the server share.
pub(super) struct Shared {
    pub(super) secrets: Secrets,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    ledger: Mutex<Ledger>,
    clock_shift: AtomicI64,
    request_count: AtomicU64,
    doorkeeper: mpsc::UnboundedSender<DoorOrder>,
}

/// A new state of the door, and who waits for it.
type DoorOrder = (Door, blocking::Sender<()>);

/// The certificates of a TLS server.
#[derive(Clone)]
pub(super) struct Tls {
    pub(super) right: Arc<ServerConfig>,
    pub(super) wrong: Arc<ServerConfig>,
}

impl Shared {
    pub(super) fn new(secrets: Secrets) -> (Arc<Self>, mpsc::UnboundedReceiver<DoorOrder>) {
        let (doorkeeper, orders) = mpsc::unbounded_channel();
        let shared = Self {
            secrets,
            faults: Faults::default(),
            journal: Journal::default(),
            ledger: Mutex::default(),
            clock_shift: AtomicI64::new(0),
            request_count: AtomicU64::new(0),
            doorkeeper,
        };
        (Arc::new(shared), orders)
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when the door is as asked.
    pub(super) fn set_door(&self, door: Door) {
        let (done, waiting) = blocking::channel();
        self.doorkeeper
            .send((door, done))
            .expect("the server lives as long as its handle");
        waiting.recv().expect("the server answers every order");
    }

    pub(super) fn now(&self) -> SystemTime {
        clock::shifted(clock::now(), self.clock_shift.load(Ordering::SeqCst))
    }

    pub(super) fn shift_clock(&self, seconds: i64) {
        self.clock_shift.store(seconds, Ordering::SeqCst);
    }

    fn next_request_id(&self) -> String {
        let number = self.request_count.fetch_add(1, Ordering::SeqCst);
        format!("00000000-0000-4000-8000-{number:012x}")
    }
}

/// A port that stays taken while nobody listens on it: a socket that is bound and never listens
/// stands beside the one that does (`SO_REUSEPORT`).
pub(super) struct Gate {
    address: SocketAddr,
    _holder: Socket,
}

impl Gate {
    pub(super) fn bind() -> io::Result<Self> {
        let holder = bound((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = holder.local_addr()?.as_socket();
        let address = address.ok_or_else(|| io::Error::other("an IP socket has an IP address"))?;
        Ok(Self {
            address,
            _holder: holder,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    fn listen(&self) -> io::Result<TcpListener> {
        let socket = bound(self.address)?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        TcpListener::from_std(socket.into())
    }
}

fn bound(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Serves until the handle is gone: one state of the door after the other.
pub(super) async fn serve(
    gate: Gate,
    tls: Option<Tls>,
    shared: Arc<Shared>,
    mut orders: mpsc::UnboundedReceiver<DoorOrder>,
) {
    let mut order = orders.recv().await;
    while let Some((door, done)) = order {
        let listener = match door {
            Door::Open | Door::Silent | Door::WrongCertificate => {
                Some(gate.listen().expect("the port is held for this server"))
            }
            Door::Refusing => None,
        };
        // The story may have stopped waiting.
        let _ = done.send(());
        let entrance = Entrance {
            door,
            tls: tls.clone(),
            shared: Arc::clone(&shared),
        };
        order = entrance.stand_until_told(listener, &mut orders).await;
    }
}

/// The door in one state. Its connections end with it.
struct Entrance {
    door: Door,
    tls: Option<Tls>,
    shared: Arc<Shared>,
}

impl Entrance {
    async fn stand_until_told(
        &self,
        listener: Option<TcpListener>,
        orders: &mut mpsc::UnboundedReceiver<DoorOrder>,
    ) -> Option<DoorOrder> {
        let Some(listener) = listener else {
            return orders.recv().await;
        };
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                order = orders.recv() => {
                    drop(listener);
                    connections.shutdown().await;
                    return order;
                }
                accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                    self.shared.journal.connection();
                    // Head and body are written apart: without this an answer waits for an ACK.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(self.admit(stream));
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    fn admit(&self, stream: TcpStream) -> impl Future<Output = ()> + Send + use<> {
        let (door, tls, shared) = (self.door, self.tls.clone(), Arc::clone(&self.shared));
        async move {
            let config = match (door, tls) {
                (Door::Silent, _) => return std::future::pending().await,
                (Door::WrongCertificate, Some(tls)) => Some(tls.wrong),
                (_, Some(tls)) => Some(tls.right),
                (_, None) => None,
            };
            let Some(config) = config else {
                return connection(stream, shared).await;
            };
            // A client that does not like the certificate ends the handshake.
            if let Ok(stream) = TlsAcceptor::from(config).accept(stream).await {
                connection(stream, shared).await;
            }
        }
    }
}

async fn connection<T: AsyncRead + AsyncWrite + Send + Unpin>(stream: T, shared: Arc<Shared>) {
    let service = service_fn(|request| answer(request, Arc::clone(&shared)));
    let served = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    // Cut connections are among the faults.
    drop(served);
}

/// One request; an error closes the connection without an answer.
async fn answer(
    request: http::Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<AnswerBody>, io::Error> {
    let request = received(request).await.map_err(io::Error::other)?;
    let format = Format::of_accept(request.header("accept").as_deref());
    let result = verdict(&request, &shared.ledger(), shared.now());
    let claim = Claim::of(&request).ok();
    if let Some(claim) = &claim {
        shared.secrets.add("signature", &claim.signature);
    }
    let (fault, clearing) = shared.faults.next();
    shared.journal.request(LoggedRequest::new(
        &request,
        claim.as_ref(),
        result.as_ref(),
    ));
    match reply(result, fault, format, &shared.next_request_id(), clearing).await {
        Reply::Answer(answer) => Ok(answer.into_response(shared.now(), AnswerBody::whole)),
        Reply::Truncated(answer) => Ok(answer.into_response(shared.now(), AnswerBody::half)),
        Reply::Close => Err(io::Error::other("closed on demand")),
    }
}

/// The request as it came: target and headers are not decoded.
async fn received(
    request: http::Request<Incoming>,
) -> Result<Request, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let headers = head.headers.iter().map(|(name, value)| {
        (
            name.as_str().to_owned(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    let headers = headers.collect();
    let body = Limited::new(body, BODY_LIMIT)
        .collect()
        .await?
        .to_bytes()
        .to_vec();
    Ok(Request {
        method: head.method.to_string(),
        target: head.uri.to_string(),
        headers,
        body,
    })
}

const BACKLOG: i32 = 1024;
const BODY_LIMIT: usize = 64 * 1024;
