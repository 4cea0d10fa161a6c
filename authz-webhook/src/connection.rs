//! One connection of a client: handshake, then requests, until either side ends it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use http::{Request, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::http_response::{WholeResponse, last_of_its_connection};
use crate::limits::Limits;
use crate::metrics::ConnectionEnd;
use crate::shutdown::{Phase, Phases};
use crate::tls::{ClientsInForce, ServerTls};
use crate::watched::{Activity, Heads, OpenRequest, Watched};

/// What answers requests: the webhook or the administration.
pub trait Responder: Send + Sync + 'static {
    /// Answers one request; `open` lives as long as the answering.
    fn respond(
        &self,
        request: Request<Incoming>,
        open: OpenRequest,
    ) -> impl Future<Output = WholeResponse> + Send;
}

/// What the connections of a listener have in common.
#[derive(Debug)]
pub struct Connections<R> {
    answering: Arc<Answering<R>>,
    limits: Limits,
    tls: Option<Arc<ServerTls>>,
    http1: auto::Builder<TokioExecutor>,
    http2: auto::Builder<TokioExecutor>,
}

/// What every request needs: one count of references to move for each.
#[derive(Debug)]
struct Answering<R> {
    responder: R,
    phases: Phases,
}

impl<R: Responder> Connections<R> {
    /// Connections in clear text without `tls`, and then HTTP/1.1 only.
    pub fn new(responder: R, limits: Limits, tls: Option<Arc<ServerTls>>, phases: Phases) -> Self {
        let answering = Arc::new(Answering { responder, phases });
        Self {
            answering,
            limits,
            tls,
            http1: http1(),
            http2: http2(),
        }
    }

    /// Serves one connection to its end.
    pub async fn serve(&self, stream: TcpStream) -> ConnectionEnd {
        if stream.set_nodelay(true).is_err() {
            return ConnectionEnd::Failed;
        }
        let Some(tls) = &self.tls else {
            return self.exchange(stream, Version::HTTP_11, None).await;
        };
        let clients = tls.clients_in_force();
        let handshake = TlsAcceptor::from(tls.config()).accept(stream);
        // Boxed: every hand that a stream goes through keeps room for it.
        let stream = match tokio::time::timeout(self.limits.handshake, handshake).await {
            Ok(Ok(stream)) => Box::new(stream),
            Ok(Err(error)) => {
                tracing::debug!("a TLS handshake failed: {error}");
                return ConnectionEnd::HandshakeFailed;
            }
            Err(_) => return ConnectionEnd::HandshakeSlow,
        };
        let version = match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Version::HTTP_2,
            Some(_) | None => Version::HTTP_11,
        };
        self.exchange(stream, version, Some(clients)).await
    }

    /// Requests and answers. The version is the one agreed on: telling it from the first bytes
    /// would wait for them without a deadline.
    async fn exchange<S>(
        &self,
        stream: S,
        version: Version,
        clients: Option<ClientsInForce>,
    ) -> ConnectionEnd
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let activity = Activity::begin();
        let (builder, heads, last_call) = if version == Version::HTTP_2 {
            (&self.http2, Heads::Framed, Phase::Draining)
        } else {
            (&self.http1, Heads::Plain, Phase::Closing)
        };
        let stream = Watched::new(stream, Arc::clone(&activity), heads, self.limits);
        let service = service_fn(|request| self.request(request, activity.open_request()));
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut phases = self.answering.phases.clone();
        let ended = tokio::select! {
            biased;
            ended = connection.as_mut() => ended,
            () = last_call_of(&mut phases, last_call, clients) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = &ended {
            tracing::debug!("a connection failed: {error}");
        }
        activity.cut().unwrap_or(match ended {
            Ok(()) => ConnectionEnd::Closed,
            Err(_) => ConnectionEnd::Failed,
        })
    }

    fn request(
        &self,
        request: Request<Incoming>,
        open: OpenRequest,
    ) -> impl Future<Output = Result<WholeResponse, Infallible>> + Send + 'static {
        let answering = Arc::clone(&self.answering);
        async move {
            let version = request.version();
            let mut response = answering.responder.respond(request, open).await;
            if version < Version::HTTP_2 && !answering.phases.is_running() {
                last_of_its_connection(&mut response);
            }
            Ok(response)
        }
    }
}

/// Ends when the process is on its way to the end, or the client is no longer wanted.
async fn last_call_of(phases: &mut Phases, phase: Phase, clients: Option<ClientsInForce>) {
    let unwanted = async {
        match clients {
            Some(clients) => clients.end().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = phases.reached(phase) => {}
        () = unwanted => {}
    }
}

fn http1() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    // `Watched` keeps the deadline for heads.
    builder
        .http1()
        .header_read_timeout(None)
        .max_buf_size(HEAD_BYTES);
    builder
}

fn http2() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new()).http2_only();
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .max_concurrent_streams(100)
        .max_header_list_size(HEAD_BYTES as u32)
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(100)
        .initial_stream_window_size(128 * 1024)
        .initial_connection_window_size(1024 * 1024);
    builder
}

/// Of a request, for all its fields.
const HEAD_BYTES: usize = 16 * 1024;
const KEEP_ALIVE: std::time::Duration = std::time::Duration::from_secs(20);
