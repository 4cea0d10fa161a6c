//! Clients that take too long or come too often, on a listener with short deadlines.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use authz_webhook::assembly::{Clock, authenticator, authorizer, instances, sts_client};
use authz_webhook::audit;
use authz_webhook::certificate::{self, Names};
use authz_webhook::cli::AwsVariables;
use authz_webhook::config::{Config, Overrides};
use authz_webhook::connection::Connections;
use authz_webhook::http::Webhook;
use authz_webhook::limits::Limits;
use authz_webhook::listener::Listener;
use authz_webhook::mappings::Sources;
use authz_webhook::metrics::Metrics;
use authz_webhook::shutdown::{PhaseSwitch, phases};
use authz_webhook::tls::{ServerTls, server_config};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{answer, client_config, configuration, exchange_http1, now, review};

/// A webhook inside the test.
struct Inside {
    address: SocketAddr,
    trusted: Vec<u8>,
    metrics: Arc<Metrics>,
    /// The listener ends with it.
    _switch: PhaseSwitch,
}

fn unhurried() -> Limits {
    Limits::with_connections(100)
}

const SHORT: Duration = Duration::from_millis(20);

impl Inside {
    async fn start(limits: Limits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = configuration(directory.path(), "");
        let config = Config::load(&path, &Overrides::default()).unwrap();
        let metrics = Arc::new(Metrics::new());
        let sources = Arc::new(Sources::open(&config, Arc::clone(&metrics)).unwrap());
        let (audit, _) = audit::start(std::io::sink(), Arc::clone(&metrics)).unwrap();
        let aws = AwsVariables(Arc::new(Ok(Default::default())));
        let instances = instances(&config, &aws, now, &metrics);
        let clock = Clock::new(now, &metrics);
        let authorizer = authorizer(&config, &sources);
        let sts = sts_client(&config, &aws, clock, &metrics).unwrap();
        let authenticator = authenticator(&config, sources, sts, instances, &metrics).unwrap();
        let webhook = Webhook {
            authorizer,
            authenticator: Arc::new(authenticator),
            audiences: Vec::new(),
            limits,
            deadline: config.request_deadline(),
            metrics: Arc::clone(&metrics),
            audit,
            clock: now,
        };
        let (tls, trusted) = tls();
        let (switch, phases) = phases();
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let connections = Connections::new(webhook, limits, Some(tls), phases.clone());
        let counted = Some(Arc::clone(&metrics));
        tokio::spawn(Listener::new(socket, connections, &limits, counted, phases).run());
        Self {
            address,
            trusted,
            metrics,
            _switch: switch,
        }
    }

    async fn connect(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let config = client_config(&self.trusted, b"http/1.1", None);
        let stream = TcpStream::connect(self.address).await?;
        TlsConnector::from(config)
            .connect(ServerName::try_from("localhost").unwrap(), stream)
            .await
    }

    async fn wait_for_end(&self, end: &str) {
        let line = format!("authz_webhook_connections_ended_total{{end=\"{end}\"}} 1");
        while !self.metrics.encode().lines().any(|found| found == line) {
            tokio::task::yield_now().await;
        }
    }
}

fn tls() -> (Arc<ServerTls>, Vec<u8>) {
    let authority = certificate::authority(now()).unwrap();
    let names = Names::of("localhost", "127.0.0.1".parse().unwrap()).unwrap();
    let leaf = certificate::leaf(&authority.key, &names, now()).unwrap();
    let config = server_config(leaf.certificate.as_bytes(), leaf.key.as_bytes(), None).unwrap();
    (
        Arc::new(ServerTls::new(config)),
        authority.certificate.into_bytes(),
    )
}

/// Everything until the server closes; a reset counts as the end.
async fn rest(mut stream: impl tokio::io::AsyncRead + Unpin) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut piece).await {
        bytes.extend_from_slice(&piece[..count]);
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn closes_a_connection_whose_handshake_does_not_come() {
    let webhook = Inside::start(Limits {
        handshake: SHORT,
        ..unhurried()
    })
    .await;
    let stream = TcpStream::connect(webhook.address).await.unwrap();
    assert_eq!(rest(stream).await, "");
    webhook.wait_for_end("handshake_slow").await;
}

#[tokio::test]
async fn closes_a_connection_whose_request_does_not_come() {
    let webhook = Inside::start(Limits {
        head: SHORT,
        ..unhurried()
    })
    .await;
    assert_eq!(rest(webhook.connect().await.unwrap()).await, "");
    webhook.wait_for_end("head_slow").await;
}

#[tokio::test]
async fn closes_a_connection_whose_head_does_not_end() {
    let webhook = Inside::start(Limits {
        head: SHORT,
        ..unhurried()
    })
    .await;
    let mut stream = webhook.connect().await.unwrap();
    stream
        .write_all(b"POST /authenticate HTTP/1.1\r\nHost: localhost\r\n")
        .await
        .unwrap();
    assert_eq!(rest(stream).await, "");
    webhook.wait_for_end("head_slow").await;
}

#[tokio::test]
async fn answers_408_to_a_body_that_does_not_end() {
    let webhook = Inside::start(Limits {
        body: SHORT,
        ..unhurried()
    })
    .await;
    let mut stream = webhook.connect().await.unwrap();
    let half =
        b"POST /authenticate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                 Content-Length: 100\r\n\r\n{\"kind\":";
    stream.write_all(half).await.unwrap();
    let text = rest(stream).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!(head.lines().next(), Some("HTTP/1.1 408 Request Timeout"));
    assert_eq!(body, "the body did not arrive in time\n");
}

#[tokio::test]
async fn answers_413_to_a_body_that_announces_too_much_before_it_comes() {
    let webhook = Inside::start(unhurried()).await;
    let mut stream = webhook.connect().await.unwrap();
    let head =
        b"POST /authenticate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                 Content-Length: 67108864\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let text = rest(stream).await;
    assert_eq!(text.lines().next(), Some("HTTP/1.1 413 Payload Too Large"));
}

#[tokio::test]
async fn a_client_that_sends_far_too_much_can_still_read_its_413() {
    let webhook = Inside::start(unhurried()).await;
    let (reader, mut writer) = tokio::io::split(webhook.connect().await.unwrap());
    let writing = tokio::spawn(async move {
        let head = b"POST /authenticate HTTP/1.1\r\nHost: localhost\r\n\
                     Content-Type: application/json\r\nContent-Length: 8388608\r\n\r\n";
        writer.write_all(head).await?;
        writer.write_all(&vec![b' '; 8 * 1024 * 1024]).await?;
        writer.shutdown().await
    });
    let text = rest(reader).await;
    assert_eq!(text.lines().next(), Some("HTTP/1.1 413 Payload Too Large"));
    writing.await.unwrap().unwrap();
}

#[tokio::test]
async fn closes_an_idle_connection_in_peace() {
    let webhook = Inside::start(Limits {
        idle: SHORT,
        ..unhurried()
    })
    .await;
    let stream = TokioIo::new(webhook.connect().await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let response = sender.send_request(review("v1", "nonsense")).await.unwrap();
    assert_eq!(answer(response).await.unwrap().status, 200);
    connection.await.unwrap().unwrap();
    webhook.wait_for_end("idle").await;
}

#[tokio::test]
async fn refuses_more_connections_than_one_source_may_have() {
    let webhook = Inside::start(Limits {
        connections_per_source: 1,
        ..unhurried()
    })
    .await;
    let first = webhook.connect().await.unwrap();
    assert!(webhook.connect().await.is_err());
    webhook.wait_for_end("refused").await;
    assert_eq!(
        exchange_http1(first, review("v1", "nonsense"))
            .await
            .unwrap()
            .status,
        200
    );
}

/// The fatal alert that answers a `ClientHello` of this version with a cipher suite of old.
async fn alert(webhook: &Inside, minor_version: u8) -> Vec<u8> {
    let mut hello = vec![22, 3, 1, 0, 55, 1, 0, 0, 51, 3, minor_version];
    hello.extend_from_slice(&[7; 32]);
    hello.extend_from_slice(&[0, 0, 2, 0, 47, 1, 0]);
    let signature_algorithms = [0, 8, 0, 13, 0, 4, 0, 2, 4, 3];
    hello.extend_from_slice(&signature_algorithms);
    let mut stream = TcpStream::connect(webhook.address).await.unwrap();
    stream.write_all(&hello).await.unwrap();
    let mut alert = Vec::new();
    stream.read_to_end(&mut alert).await.unwrap();
    alert
}

#[tokio::test]
async fn speaks_no_version_of_tls_before_1_2() {
    let webhook = Inside::start(unhurried()).await;
    // protocol_version, and for TLS 1.2 handshake_failure because of the cipher suite alone.
    assert_eq!(alert(&webhook, 2).await, [21, 3, 3, 0, 2, 2, 70]);
    assert_eq!(alert(&webhook, 3).await, [21, 3, 3, 0, 2, 2, 40]);
}
