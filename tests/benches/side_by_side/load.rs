//! The load generator: connections that each send one request after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Where to send what.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) ca_pem: String,
    pub(crate) path: &'static str,
    pub(crate) body: Bytes,
    /// What every answer must contain.
    pub(crate) expected: &'static str,
}

/// Sends `requests` in all over `connections` keep-alive connections; requests per second.
pub(crate) fn per_second(target: &Target, connections: usize, requests: usize) -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let connector = connector(&target.ca_pem);
        let mut ready = Vec::new();
        for _ in 0..connections {
            ready.push(connect(&connector, target).await);
        }
        let begun = Instant::now();
        let tasks: Vec<_> = ready
            .into_iter()
            .map(|sender| tokio::spawn(send(sender, target.clone(), requests / connections)))
            .collect();
        for task in tasks {
            task.await.expect("every request is answered as expected");
        }
        (requests / connections * connections) as f64 / begun.elapsed().as_secs_f64()
    })
}

type Sender = hyper::client::conn::http1::SendRequest<Full<Bytes>>;

async fn connect(connector: &TlsConnector, target: &Target) -> Sender {
    let stream = TcpStream::connect(target.address)
        .await
        .expect("the server listens");
    stream.set_nodelay(true).expect("a TCP stream");
    let name = ServerName::try_from("localhost").expect("a DNS name");
    let stream = connector
        .connect(name, stream)
        .await
        .expect("the certificate is good");
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .expect("HTTP/1.1");
    tokio::spawn(connection);
    sender
}

async fn send(mut sender: Sender, target: Target, requests: usize) {
    for _ in 0..requests {
        let request = http::Request::post(target.path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .body(Full::new(target.body.clone()))
            .expect("a request");
        let response = sender.send_request(request).await.expect("an answer");
        let body = response
            .into_body()
            .collect()
            .await
            .expect("a whole answer")
            .to_bytes();
        let body = std::str::from_utf8(&body).expect("JSON");
        assert!(body.contains(target.expected), "{body}");
    }
}

fn connector(ca_pem: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    for certificate in rustls::pki_types::CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots
            .add(certificate.expect("PEM"))
            .expect("a CA certificate");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}
