//! What every local service is served by: a door on loopback, connections plain or TLS, requests
//! read as they came. What a request gets is the `Service`'s to say.

mod answer;
mod body;
mod fault;
mod gate;
mod journal;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc as blocking};

use http::Response;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::pki::Ca;
use super::sigv4::Request;
use body::AnswerBody;
use gate::Gate;

pub(crate) use answer::{Answer, Reply};
pub use fault::Door;
pub(crate) use fault::Faults;
pub(crate) use journal::Journal;
pub use journal::{Counts, LoggedRequest};

/// What a server is a server of.
pub(crate) trait Service: Send + Sync + 'static {
    /// A connection was accepted.
    fn connected(&self);

    /// What a request gets.
    fn reply(&self, request: Request) -> impl Future<Output = Reply> + Send;
}

/// A running server. It ends when dropped.
pub(crate) struct Server<S> {
    address: SocketAddr,
    service: Arc<S>,
    doorkeeper: mpsc::UnboundedSender<DoorOrder>,
    runtime: Option<Runtime>,
}

/// A new state of the door, and who waits for it.
type DoorOrder = (Door, blocking::Sender<()>);

/// The certificates of a TLS server.
#[derive(Clone)]
pub(crate) struct Tls {
    right: Arc<ServerConfig>,
    wrong: Arc<ServerConfig>,
}

impl Tls {
    /// Certificates for these names, and for another.
    pub(crate) fn of(ca: &Ca, names: &[&str]) -> Self {
        Self {
            right: Arc::new(ca.server(names).server_config()),
            wrong: Arc::new(ca.server(&["elsewhere.example"]).server_config()),
        }
    }
}

impl<S: Service> Server<S> {
    pub(crate) fn start(tls: Option<Tls>, service: S) -> Self {
        let (service, (doorkeeper, orders)) = (Arc::new(service), mpsc::unbounded_channel());
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime starts");
        let gate = Gate::bind().expect("loopback has a free port");
        let address = gate.address();
        runtime.spawn(serve(gate, tls, Arc::clone(&service), orders));
        let server = Self {
            address,
            service,
            doorkeeper,
            runtime: Some(runtime),
        };
        server.set_door(Door::Open);
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn service(&self) -> &S {
        &self.service
    }

    /// The service, for another that asks it.
    pub(crate) fn shared_service(&self) -> Arc<S> {
        Arc::clone(&self.service)
    }

    /// Returns when the door is as asked.
    pub(crate) fn set_door(&self, door: Door) {
        let (done, waiting) = blocking::channel();
        self.doorkeeper
            .send((door, done))
            .expect("the server lives as long as its handle");
        waiting.recv().expect("the server answers every order");
    }
}

impl<S> Drop for Server<S> {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Serves until the handle is gone: one state of the door after the other.
async fn serve<S: Service>(
    gate: Gate,
    tls: Option<Tls>,
    service: Arc<S>,
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
            service: Arc::clone(&service),
        };
        order = entrance.stand_until_told(listener, &mut orders).await;
    }
}

/// The door in one state. Its connections end with it.
struct Entrance<S> {
    door: Door,
    tls: Option<Tls>,
    service: Arc<S>,
}

impl<S: Service> Entrance<S> {
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
                    self.service.connected();
                    // Head and body are written apart: without this an answer waits for an ACK.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(self.admit(stream));
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    fn admit(&self, stream: TcpStream) -> impl Future<Output = ()> + Send + use<S> {
        let (door, tls, service) = (self.door, self.tls.clone(), Arc::clone(&self.service));
        async move {
            let config = match (door, tls) {
                (Door::Silent, _) => return std::future::pending().await,
                (Door::WrongCertificate, Some(tls)) => Some(tls.wrong),
                (_, Some(tls)) => Some(tls.right),
                (_, None) => None,
            };
            let Some(config) = config else {
                return connection(stream, service).await;
            };
            // A client that does not like the certificate ends the handshake.
            if let Ok(stream) = TlsAcceptor::from(config).accept(stream).await {
                connection(stream, service).await;
            }
        }
    }
}

async fn connection<T, S>(stream: T, service: Arc<S>)
where
    T: AsyncRead + AsyncWrite + Send + Unpin,
    S: Service,
{
    let service = service_fn(|request| answer(request, Arc::clone(&service)));
    let served = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    // Cut connections are among the faults.
    drop(served);
}

/// One request; an error closes the connection without an answer.
async fn answer<S: Service>(
    request: http::Request<Incoming>,
    service: Arc<S>,
) -> Result<Response<AnswerBody>, io::Error> {
    let request = received(request).await.map_err(io::Error::other)?;
    match service.reply(request).await {
        Reply::Answer(answer) => Ok(answer.into_response(AnswerBody::whole)),
        Reply::Truncated(answer) => Ok(answer.into_response(AnswerBody::half)),
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

const BODY_LIMIT: usize = 64 * 1024;
