//! STS as fast as it can be: TLS, a fixed answer, counters, and trouble on demand. It verifies
//! nothing: the local STS of the stories takes more of the machine than what is measured.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use e2e::support::pki::Ca;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// What it does to a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mode {
    Answer,
    AnswerAfter(Duration),
    Reject,
    Throttle,
    /// Until the mode changes.
    Hang,
}

/// How often it was asked, over how many connections.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) requests: usize,
    pub(super) connections: usize,
}

pub(super) struct Stub {
    pub(super) address: SocketAddr,
    shared: Arc<Shared>,
    mode: watch::Sender<Mode>,
    _runtime: Runtime,
}

#[derive(Default)]
struct Shared {
    requests: AtomicUsize,
    connections: AtomicUsize,
}

impl Stub {
    /// With a certificate for these names.
    pub(super) fn start(ca: &Ca, names: &[&str]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (shared, (mode, modes)) = (Arc::<Shared>::default(), watch::channel(Mode::Answer));
        let acceptor = TlsAcceptor::from(Arc::new(ca.server(names).server_config()));
        runtime.spawn(serve(listener, acceptor, Arc::clone(&shared), modes));
        Self {
            address,
            shared,
            mode,
            _runtime: runtime,
        }
    }

    pub(super) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    pub(super) fn seen(&self) -> Seen {
        Seen {
            requests: self.shared.requests.load(Ordering::Relaxed),
            connections: self.shared.connections.load(Ordering::Relaxed),
        }
    }

    /// What it saw since.
    pub(super) fn seen_since(&self, before: Seen) -> Seen {
        let now = self.seen();
        Seen {
            requests: now.requests - before.requests,
            connections: now.connections - before.connections,
        }
    }
}

async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    shared: Arc<Shared>,
    modes: watch::Receiver<Mode>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        shared.connections.fetch_add(1, Ordering::Relaxed);
        let (acceptor, shared) = (acceptor.clone(), Arc::clone(&shared));
        tokio::spawn(connection(stream, acceptor, shared, modes.clone()));
    }
}

async fn connection(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    shared: Arc<Shared>,
    modes: watch::Receiver<Mode>,
) {
    // A client that goes away ends its connection; that is all there is to it.
    let _ = stream.set_nodelay(true);
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let answering = service_fn(|_: http::Request<Incoming>| {
        shared.requests.fetch_add(1, Ordering::Relaxed);
        let modes = modes.clone();
        async move { Ok::<_, Infallible>(answer(modes).await) }
    });
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answering)
        .await;
}

async fn answer(mut modes: watch::Receiver<Mode>) -> http::Response<Full<Bytes>> {
    loop {
        let mode = *modes.borrow_and_update();
        let (status, body) = match mode {
            Mode::Answer => (200, CALLER),
            Mode::AnswerAfter(time) => {
                tokio::time::sleep(time).await;
                (200, CALLER)
            }
            Mode::Reject => (403, REJECTED),
            Mode::Throttle => (400, THROTTLED),
            Mode::Hang => {
                let changed = modes.changed().await;
                changed.expect("the stub outlives its connections");
                continue;
            }
        };
        let response = http::Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from_static(body.as_bytes())));
        return response.expect("a response");
    }
}

/// The ARN of whoever asks.
pub(super) const ARN: &str = "arn:aws:iam::111122223333:user/alice";

const CALLER: &str = r#"{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Account":"111122223333","Arn":"arn:aws:iam::111122223333:user/alice","UserId":"AIDACKCEVSQ6C2EXAMPLE"},"ResponseMetadata":{"RequestId":"01234567-89ab-cdef-0123-456789abcdef"}}}"#;
const REJECTED: &str = r#"{"Error":{"Code":"SignatureDoesNotMatch","Message":"The request signature we calculated does not match the signature you provided.","Type":"Sender"},"RequestId":"01234567-89ab-cdef-0123-456789abcdef"}"#;
const THROTTLED: &str = r#"{"Error":{"Code":"Throttling","Message":"Rate exceeded","Type":"Sender"},"RequestId":"01234567-89ab-cdef-0123-456789abcdef"}"#;
