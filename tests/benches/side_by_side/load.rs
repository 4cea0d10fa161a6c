//! The load generator: workers that each send one request after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use e2e::support::pki::client_config_for;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Where to send reviews.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    /// Where connections come from.
    pub(crate) from: SocketAddr,
    pub(crate) ca_pem: String,
    /// It answers everything alike: whom it lets in says nothing.
    pub(crate) is_floor: bool,
}

impl Target {
    /// The same, from one of several addresses: a server may bound the connections of a source.
    fn seen_from(&self, at: usize) -> Self {
        Self {
            from: SocketAddr::from(([127, 0, 0, 1 + (at % 4) as u8], 0)),
            ..self.clone()
        }
    }
}

/// How requests travel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Connections {
    /// So many of HTTP/1.1, one request at a time on each.
    KeptAlive(usize),
    /// One of HTTP/2, with so many streams.
    Streams(usize),
    /// So many at once, each for one request.
    OnePerRequest(usize),
}

/// What an answer must say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Expected {
    LetIn,
    Refused,
}

/// What a load took.
pub(crate) struct Taken {
    pub(crate) per_second: f64,
    pub(crate) p99: Duration,
}

/// An answer, and how long it took.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    pub(crate) after: Duration,
}

/// Sends `requests` in all, the bodies in turn.
pub(crate) fn send(
    target: &Target,
    connections: Connections,
    bodies: &Arc<[Bytes]>,
    requests: usize,
    expected: Expected,
) -> Taken {
    let (Connections::KeptAlive(workers)
    | Connections::Streams(workers)
    | Connections::OnePerRequest(workers)) = connections;
    runtime().block_on(async {
        let mut lines = Vec::new();
        let shared = match connections {
            Connections::Streams(_) => Some(connect(target, Protocol::Http2).await),
            Connections::KeptAlive(_) | Connections::OnePerRequest(_) => None,
        };
        for _ in 0..workers {
            lines.push(match (&shared, connections) {
                (Some(Sender::Http2(sender)), _) => Some(Sender::Http2(sender.clone())),
                (_, Connections::OnePerRequest(_)) => None,
                _ => Some(connect(target, Protocol::Http1).await),
            });
        }
        let begun = Instant::now();
        let tasks = lines.into_iter().enumerate().map(|(at, line)| {
            let share = (at..requests).step_by(workers);
            tokio::spawn(work(
                line,
                target.clone(),
                Arc::clone(bodies),
                share,
                expected,
            ))
        });
        let tasks: Vec<_> = tasks.collect();
        let mut times = Vec::with_capacity(requests);
        for task in tasks {
            times.extend(task.await.expect("every request is answered as expected"));
        }
        Taken {
            per_second: requests as f64 / begun.elapsed().as_secs_f64(),
            p99: percentile_99(times),
        }
    })
}

/// Sends each body at once, on a connection of its own.
pub(crate) fn all_at_once(target: &Target, bodies: &[Bytes]) -> Vec<Answer> {
    runtime().block_on(async {
        let asked = bodies.iter().enumerate().map(|(at, body)| {
            let (target, body) = (target.seen_from(at), body.clone());
            tokio::spawn(async move {
                let mut line = connect(&target, Protocol::Http1).await;
                let begun = Instant::now();
                line.ask(body, begun).await
            })
        });
        let asked: Vec<_> = asked.collect();
        let mut answers = Vec::new();
        for asked in asked {
            answers.push(asked.await.expect("every request is answered"));
        }
        answers
    })
}

/// Sends each body at once, on a connection of its own, and goes away after that time.
pub(crate) fn ask_and_leave(target: &Target, bodies: &[Bytes], patience: Duration) {
    runtime().block_on(async {
        let asked = bodies.iter().enumerate().map(|(at, body)| {
            let (target, body) = (target.seen_from(at), body.clone());
            tokio::spawn(async move {
                let mut line = connect(&target, Protocol::Http1).await;
                let asking = line.ask(body, Instant::now());
                // Nobody waits for the answer, if there is one.
                let _ = tokio::time::timeout(patience, asking).await;
            })
        });
        let asked: Vec<_> = asked.collect();
        for asked in asked {
            asked.await.expect("every question is sent");
        }
    });
}

/// Connections that have asked once; they end with this.
pub(crate) struct Idle {
    _lines: Vec<Sender>,
    _runtime: Runtime,
}

/// So many connections that are idle after a first answer.
pub(crate) fn idle(target: &Target, body: &Bytes, count: usize) -> Idle {
    let runtime = runtime();
    let lines = runtime.block_on(async {
        let mut lines = Vec::new();
        for _ in 0..count {
            let mut line = connect(target, Protocol::Http1).await;
            line.ask(body.clone(), Instant::now()).await;
            lines.push(line);
        }
        lines
    });
    Idle {
        _lines: lines,
        _runtime: runtime,
    }
}

/// Sends half of a body on each of so many connections; how long until the server has ended all.
pub(crate) fn half_bodies(target: &Target, count: usize) -> Duration {
    runtime().block_on(async {
        let config = client_config_for(&target.ca_pem, &["http/1.1"]);
        let mut open = Vec::new();
        for _ in 0..count {
            let mut stream = handshake(target, config.clone()).await;
            stream.write_all(HALF).await.expect("the server listens");
            stream.flush().await.expect("the server listens");
            open.push(stream);
        }
        let begun = Instant::now();
        for mut stream in open {
            // However it ends.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        begun.elapsed()
    })
}

async fn work(
    mut line: Option<Sender>,
    target: Target,
    bodies: Arc<[Bytes]>,
    share: impl Iterator<Item = usize>,
    expected: Expected,
) -> Vec<Duration> {
    let mut times = Vec::new();
    for at in share {
        let body = bodies.get(at % bodies.len()).expect("within").clone();
        let begun = Instant::now();
        let answer = match &mut line {
            Some(line) => line.ask(body, begun).await,
            None => {
                connect(&target, Protocol::Http1)
                    .await
                    .ask(body, begun)
                    .await
            }
        };
        times.push(answer.after);
        let is_let_in = contains(&answer.body, LET_IN);
        let as_expected = target.is_floor || is_let_in == (expected == Expected::LetIn);
        let body = String::from_utf8_lossy(&answer.body);
        assert!(as_expected, "{} {body}", answer.status);
    }
    times
}

/// A connection to send on.
enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

#[derive(Clone, Copy)]
enum Protocol {
    Http1,
    Http2,
}

impl Sender {
    async fn ask(&mut self, body: Bytes, begun: Instant) -> Answer {
        let request = |uri: &str| {
            http::Request::post(uri)
                .header("host", "localhost")
                .header("content-type", "application/json")
                .body(Full::new(body))
                .expect("a request")
        };
        let response = match self {
            Self::Http1(line) => line.send_request(request(PATH)).await,
            Self::Http2(line) => {
                let uri = format!("https://localhost{PATH}");
                line.send_request(request(&uri)).await
            }
        };
        let response: http::Response<Incoming> = response.expect("an answer");
        let status = response.status().as_u16();
        let body = response.into_body().collect().await;
        Answer {
            status,
            body: body.expect("a whole answer").to_bytes(),
            after: begun.elapsed(),
        }
    }
}

async fn connect(target: &Target, protocol: Protocol) -> Sender {
    let config = match protocol {
        Protocol::Http1 => client_config_for(&target.ca_pem, &["http/1.1"]),
        Protocol::Http2 => client_config_for(&target.ca_pem, &["h2"]),
    };
    let stream = TokioIo::new(handshake(target, config).await);
    match protocol {
        Protocol::Http1 => {
            let (sender, connection) = http1::handshake(stream).await.expect("HTTP/1.1");
            tokio::spawn(connection);
            Sender::Http1(sender)
        }
        Protocol::Http2 => {
            let handshake = http2::handshake(TokioExecutor::new(), stream).await;
            let (sender, connection) = handshake.expect("HTTP/2");
            tokio::spawn(connection);
            Sender::Http2(sender)
        }
    }
}

async fn handshake(target: &Target, config: ClientConfig) -> TlsStream<TcpStream> {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(target.from).expect("an address of loopback");
    let stream = socket.connect(target.address).await;
    let stream = stream.expect("the server listens");
    stream.set_nodelay(true).expect("a TCP stream");
    let name = ServerName::try_from("localhost").expect("a DNS name");
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
    connecting.await.expect("the certificate is good")
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

fn contains(body: &[u8], words: &[u8]) -> bool {
    body.windows(words.len()).any(|window| window == words)
}

fn percentile_99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times
        .get(times.len() * 99 / 100)
        .copied()
        .unwrap_or_default()
}

const PATH: &str = "/authenticate";
const HALF: &[u8] = b"POST /authenticate HTTP/1.1\r\nHost: localhost\r\n\
    Content-Type: application/json\r\nContent-Length: 64\r\n\r\n{\"kind\":\"TokenReview\",";
const LET_IN: &[u8] = b"\"authenticated\":true";
