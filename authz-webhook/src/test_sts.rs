//! For tests: an STS on loopback that says what it is told to say, over real TLS.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use iam_aws::environment::Environment;
use iam_aws::http::Http;
use iam_core::presigned::{PresignedParts, PresignedRequest};
use iam_core::sts_host::{DualStack, Fips, StsHost, StsHosts};
use iam_core::token::Token;
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::clock_skew::ClockSkew;
use crate::metrics::Metrics;
use crate::sts::{Resolve, StsClient, StsSettings};

/// The host that tests ask.
pub(crate) const HOST: &str = "sts.us-east-1.amazonaws.com";

/// How a request is answered.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// These bytes, keeping the connection.
    Bytes(String),
    /// These bytes, then the end of the connection.
    CutOff(String),
    /// Never.
    Hang,
}

/// Answers with the replies in order; the last one for ever.
#[derive(Debug)]
pub(crate) struct TestSts {
    address: SocketAddr,
    root: CertificateDer<'static>,
    seen: Arc<Seen>,
    _unheard: Option<tokio::net::TcpSocket>,
}

#[derive(Debug, Default)]
struct Seen {
    heads: Mutex<Vec<String>>,
    connections: AtomicUsize,
    replies: Mutex<Vec<Reply>>,
}

impl TestSts {
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (acceptor, root) = tls();
        let seen = Arc::new(Seen::default());
        seen.replies.lock().unwrap().extend(replies);
        let for_task = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, seen) = (acceptor.clone(), Arc::clone(&for_task));
                seen.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move { seen.serve(acceptor, stream).await });
            }
        });
        Self {
            address,
            root,
            seen,
            _unheard: None,
        }
    }

    /// The same, at a port where nobody listens: it stays bound, so that nobody else gets it.
    pub(crate) fn closed(self) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        Self {
            address,
            _unheard: Some(socket),
            ..self
        }
    }

    /// From now on these replies.
    pub(crate) fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        *self.seen.replies.lock().unwrap() = replies.into_iter().collect();
    }

    /// The heads of the requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.seen.heads.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// A client that finds this server under the name [`HOST`].
    pub(crate) fn client(&self) -> StsClient {
        client(self.address, Some(self.root.clone()))
    }

    /// One that serves further clusters beside `test-cluster`.
    pub(crate) fn client_of(&self, additional: &[&str]) -> StsClient {
        client_of(self.address, Some(self.root.clone()), additional)
    }

    /// A client that does not trust this server.
    pub(crate) fn distrusting_client(&self) -> StsClient {
        client(self.address, None)
    }
}

fn client(address: SocketAddr, root: Option<CertificateDer<'static>>) -> StsClient {
    client_of(address, root, &[])
}

fn client_of(
    address: SocketAddr,
    root: Option<CertificateDer<'static>>,
    additional: &[&str],
) -> StsClient {
    let additional: Vec<_> = additional.iter().map(|id| id.parse().unwrap()).collect();
    let metrics = Arc::new(Metrics::new());
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(root);
    let settings = StsSettings {
        cluster_id: &"test-cluster".parse().unwrap(),
        additional_cluster_ids: &additional,
        hosts: &hosts(),
        roots,
        resolve: Resolve::new(BTreeMap::from([(HOST.to_owned(), address)])),
        proxies: Http::new(&Environment::default(), None),
        clock_skew: Arc::new(ClockSkew::new(Arc::clone(&metrics))),
        clock: || SystemTime::UNIX_EPOCH,
    };
    StsClient::new(settings, metrics).unwrap()
}

impl Seen {
    async fn serve(&self, acceptor: TlsAcceptor, stream: TcpStream) {
        let Ok(mut stream) = acceptor.accept(stream).await else {
            return;
        };
        let mut received = Vec::new();
        loop {
            let Ok(byte) = stream.read_u8().await else {
                return;
            };
            received.push(byte);
            if !received.ends_with(b"\r\n\r\n") {
                continue;
            }
            let head = String::from_utf8(std::mem::take(&mut received)).unwrap();
            self.heads.lock().unwrap().push(head);
            match self.next() {
                Reply::Bytes(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap(),
                Reply::CutOff(bytes) => {
                    let _ = stream.write_all(bytes.as_bytes()).await;
                    let _ = stream.shutdown().await;
                    return;
                }
                Reply::Hang => return std::future::pending().await,
            }
        }
    }

    fn next(&self) -> Reply {
        let mut replies = self.replies.lock().unwrap();
        if replies.len() > 1 {
            replies.remove(0)
        } else {
            replies[0].clone()
        }
    }
}

fn tls() -> (TlsAcceptor, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed([HOST.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let root = made.cert.der().clone();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![root.clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), root)
}

/// An HTTP answer.
pub(crate) fn http(status: u16, content_type: &str, body: &str) -> Reply {
    Reply::Bytes(http_bytes(status, content_type, body))
}

pub(crate) fn http_bytes(status: u16, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// STS's answer about `arn`.
pub(crate) fn identity(account: &str, arn: &str, user_id: &str) -> Reply {
    let result = serde_json::json!({ "Account": account, "Arn": arn, "UserId": user_id });
    let body = serde_json::json!({
        "GetCallerIdentityResponse": {
            "GetCallerIdentityResult": result,
            "ResponseMetadata": { "RequestId": "r-1" },
        }
    });
    http(200, "application/json", &body.to_string())
}

/// STS's answer about the user Alice.
pub(crate) fn alice() -> Reply {
    identity(
        "111122223333",
        "arn:aws:iam::111122223333:user/Alice",
        "AIDAALICE",
    )
}

/// An error of STS.
pub(crate) fn error(status: u16, code: &str) -> Reply {
    let body = serde_json::json!({
        "Error": { "Code": code, "Message": "m", "Type": "Sender" }, "RequestId": "r-2",
    });
    http(status, "application/json", &body.to_string())
}

/// The hosts of partition aws.
pub(crate) fn hosts() -> StsHosts {
    StsHosts::of(iam_core::partition::Partition::Aws, &[])
}

/// What a presigned request of a test is made of: a user's key, at `date`.
pub(crate) fn parts(date: SystemTime) -> PresignedParts {
    PresignedParts {
        host: StsHost::Regional {
            region: "us-east-1".parse().unwrap(),
            fips: Fips::No,
            dual_stack: DualStack::No,
        },
        access_key_id: "AKIAIOSFODNN7EXAMPLE".parse().unwrap(),
        date,
        expires: 60,
        session_token: None,
        signature: "0".repeat(64).parse().unwrap(),
    }
}

/// A request in the list's own terms, as the webhook reads one.
pub(crate) fn request(parts: PresignedParts) -> PresignedRequest {
    Token::parse(&token(parts), &hosts()).unwrap()
}

/// The token of a request.
pub(crate) fn token(parts: PresignedParts) -> String {
    Token::mint(&PresignedRequest::new(parts).unwrap())
        .expose()
        .to_owned()
}
