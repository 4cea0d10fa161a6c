//! A blocking HTTP client for one peer on loopback: a connection per call, plain or TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::sigv4;

/// Where and how to connect.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    deadline: Duration,
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// At which step a call failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// TCP.
    #[error("connect: {0}")]
    Connect(#[source] std::io::Error),
    /// The TLS handshake.
    #[error("TLS: {0}")]
    Tls(#[source] std::io::Error),
    /// Before the head of an answer.
    #[error("no answer: {0}")]
    NoAnswer(#[source] hyper::Error),
    /// Within the body of an answer.
    #[error("answer cut off: {0}")]
    CutOff(#[source] hyper::Error),
    /// The deadline.
    #[error("no answer within the deadline")]
    Deadline,
}

impl Client {
    /// A client of a plain HTTP/1.1 server.
    pub fn plain(address: SocketAddr) -> Self {
        Self {
            address,
            tls: None,
            deadline: Duration::from_secs(30),
        }
    }

    /// A client of a TLS server of that name; HTTP/2 where both offer it by ALPN.
    ///
    /// # Panics
    /// For a name that is neither a DNS name nor an address.
    pub fn tls(address: SocketAddr, name: &str, config: ClientConfig) -> Self {
        let name =
            ServerName::try_from(name.to_owned()).expect("a server is named by DNS or address");
        Self {
            tls: Some((Arc::new(config), name)),
            ..Self::plain(address)
        }
    }

    /// The same with another deadline for a whole call; 30 s by default.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sends a GET to `target`, path and query, with `Host` and other headers.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn get(&self, target: &str, headers: &[(&str, &str)]) -> Result<Response, ClientError> {
        self.send(Method::GET, target, headers, Bytes::new())
    }

    /// Sends a request with a body.
    ///
    /// # Errors
    /// [`ClientError`].
    ///
    /// # Panics
    /// For a target or header that cannot stand in a request.
    pub fn send(
        &self,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Response, ClientError> {
        let request = request(method, target, headers, body);
        let answer =
            runtime().block_on(async { timeout(self.deadline, self.exchange(request)).await });
        answer.unwrap_or(Err(ClientError::Deadline))
    }

    /// Posts bodies at once, a hundred to a connection, to a server that speaks HTTP/2. The
    /// answers are in the order of the bodies.
    ///
    /// # Errors
    /// [`ClientError`] when one is not answered.
    ///
    /// # Panics
    /// For a target or header that cannot stand in a request.
    pub fn post_all(
        &self,
        target: &str,
        headers: &[(&str, &str)],
        bodies: Vec<String>,
    ) -> Result<Vec<Response>, ClientError> {
        let requests = bodies
            .into_iter()
            .map(|body| request(Method::POST, target, headers, body));
        let requests: Vec<_> = requests.collect();
        runtime().block_on(async {
            let mut connections = Vec::new();
            for requests in requests.chunks(STREAMS) {
                let (client, requests) = (self.clone(), requests.to_vec());
                connections.push(tokio::spawn(async move {
                    let streams = timeout(client.deadline, client.streams(requests)).await;
                    streams.unwrap_or(Err(ClientError::Deadline))
                }));
            }
            let mut answers = Vec::new();
            for connection in connections {
                answers.extend(connection.await.expect("no connection panics")?);
            }
            Ok(answers)
        })
    }

    /// Sends a signed request as it is, asking for JSON.
    ///
    /// # Errors
    /// [`ClientError`].
    ///
    /// # Panics
    /// For a method that is none.
    pub fn send_signed(&self, request: &sigv4::Request) -> Result<Response, ClientError> {
        let method = Method::from_bytes(request.method.as_bytes()).expect("the method is a token");
        let headers = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let headers: Vec<_> = headers.chain([("Accept", "application/json")]).collect();
        self.send(method, &request.target, &headers, request.body.clone())
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Response, ClientError> {
        let Some((config, name)) = &self.tls else {
            return over_http1(self.tcp().await?, request).await;
        };
        let tls = self.handshake(config, name).await?;
        if tls.get_ref().1.alpn_protocol() == Some(b"h2") {
            return over_http2(tls, absolute(request, name)).await;
        }
        over_http1(tls, request).await
    }

    /// Sends requests at once, each on a stream of one connection.
    async fn streams(
        &self,
        requests: Vec<Request<Full<Bytes>>>,
    ) -> Result<Vec<Response>, ClientError> {
        let (config, name) = self.tls.as_ref().expect("HTTP/2 is agreed on in TLS");
        let stream = TokioIo::new(self.handshake(config, name).await?);
        let handshake = http2::handshake(TokioExecutor::new(), stream).await;
        let (sender, connection) = handshake.map_err(ClientError::NoAnswer)?;
        let driving = tokio::spawn(connection);
        let asked = requests.into_iter().map(|request| {
            let (mut sender, request) = (sender.clone(), absolute(request, name));
            tokio::spawn(async move { whole(sender.send_request(request).await).await })
        });
        let asked: Vec<_> = asked.collect();
        let mut answers = Vec::new();
        for answer in asked {
            answers.push(answer.await.expect("no stream panics")?);
        }
        driving.abort();
        Ok(answers)
    }

    async fn tcp(&self) -> Result<TcpStream, ClientError> {
        let tcp = TcpStream::connect(self.address)
            .await
            .map_err(ClientError::Connect)?;
        // Head and body are written apart: without this a request waits for an ACK.
        tcp.set_nodelay(true).map_err(ClientError::Connect)?;
        Ok(tcp)
    }

    async fn handshake(
        &self,
        config: &Arc<ClientConfig>,
        name: &ServerName<'static>,
    ) -> Result<TlsStream<TcpStream>, ClientError> {
        let connector = TlsConnector::from(Arc::clone(config));
        let connecting = connector.connect(name.clone(), self.tcp().await?);
        connecting.await.map_err(ClientError::Tls)
    }
}

impl Response {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn request(
    method: Method,
    target: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request<Full<Bytes>> {
    let builder = Request::builder().method(method).uri(target);
    let builder = headers.iter().fold(builder, |builder, (name, value)| {
        builder.header(*name, *value)
    });
    builder
        .body(Full::new(body.into()))
        .expect("target and headers are valid")
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
}

async fn over_http1<T>(stream: T, request: Request<Full<Bytes>>) -> Result<Response, ClientError>
where
    T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(ClientError::NoAnswer)?;
    let driving = tokio::spawn(connection);
    let answer = whole(sender.send_request(request).await).await;
    driving.abort();
    answer
}

async fn over_http2<T>(stream: T, request: Request<Full<Bytes>>) -> Result<Response, ClientError>
where
    T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(ClientError::NoAnswer)?;
    let driving = tokio::spawn(connection);
    let answer = whole(sender.send_request(request).await).await;
    driving.abort();
    answer
}

async fn whole(
    answer: hyper::Result<http::Response<hyper::body::Incoming>>,
) -> Result<Response, ClientError> {
    let (head, body) = answer.map_err(ClientError::NoAnswer)?.into_parts();
    let body = body
        .collect()
        .await
        .map_err(ClientError::CutOff)?
        .to_bytes();
    Ok(Response {
        status: head.status,
        headers: head.headers,
        body,
    })
}

/// HTTP/2 names the authority in the target.
fn absolute(mut request: Request<Full<Bytes>>, name: &ServerName<'_>) -> Request<Full<Bytes>> {
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let uri = format!("https://{}{target}", name.to_str()).parse();
    *request.uri_mut() = uri.expect("a server name and a target make a URI");
    request.headers_mut().remove(http::header::HOST);
    request
}

/// Of a connection; the server takes no more.
const STREAMS: usize = 100;
