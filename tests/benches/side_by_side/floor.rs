//! The floors: hyper and rustls alone. They read the body and answer a fixed 200, the bytes that
//! the webhook answers, so that all send as much. One asks STS first, over pooled connections.

use std::convert::Infallible;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use e2e::support::pki::{Ca, Leaf, client_config_for};
use e2e::support::sandbox::Sandbox;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// This benchmark once more, as the floor.
pub(crate) struct Floor {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Floor {
    /// One that asks the STS at that address first, if there is one.
    pub(crate) fn start(
        sandbox: &Sandbox,
        leaf: &Leaf,
        answer: &Bytes,
        sts: Option<(SocketAddr, &Ca)>,
    ) -> Self {
        let answer = sandbox.write("floor/answer.json", answer);
        let certificate = sandbox.write("floor/cert.pem", &leaf.certificate_pem);
        let key = sandbox.write_private("floor/key.pem", &leaf.key_pem);
        let mut child = Command::new(std::env::current_exe().expect("this benchmark is a file"))
            .arg("--floor")
            .args([certificate, key, answer])
            .args(sts.into_iter().flat_map(|(address, ca)| {
                let ca = sandbox.write("floor/sts-ca.pem", ca.pem());
                [address.to_string().into(), ca.into_os_string()]
            }))
            .stdout(Stdio::piped())
            .spawn()
            .expect("this benchmark starts again");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the floor prints its port");
        let port: u16 = line.trim().parse().expect("a port");
        Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // It serves until it is killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `--floor` runs.
pub(crate) fn serve_files(files: &[String]) {
    let read = |path: &String| fs::read_to_string(path).expect("the sandbox holds it");
    let [certificate, key, answer, sts @ ..] = files else {
        panic!("--floor takes a certificate, a key and an answer");
    };
    let sts = match sts {
        [address, ca] => Some(Asking::new(address, &read(ca))),
        _ => None,
    };
    serve(&read(certificate), &read(key), read(answer).into(), sts);
}

/// The way to STS, and the question.
#[derive(Clone)]
struct Asking {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    uri: http::Uri,
}

impl Asking {
    fn new(address: &str, ca_pem: &str) -> Self {
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(client_config_for(ca_pem, &[]))
            .https_only();
        let client = Client::builder(TokioExecutor::new());
        let uri = format!("https://{address}/?{QUESTION}").parse();
        Self {
            client: client.build(https.enable_http1().build()),
            uri: uri.expect("an address and a query make a URI"),
        }
    }

    async fn ask(&self) {
        let answer = self.client.get(self.uri.clone()).await;
        let answer = answer.expect("STS answers");
        // Nothing is made of it.
        let _ = answer.into_body().collect().await;
    }
}

/// Serves until the process is killed; prints its port on stdout first.
fn serve(certificate_pem: &str, key_pem: &str, fixed: Bytes, sts: Option<Asking>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let acceptor = acceptor(certificate_pem, key_pem);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let mut stdout = std::io::stdout();
        writeln!(stdout, "{port}")
            .and_then(|()| stdout.flush())
            .expect("stdout");
        loop {
            let (stream, _) = listener.accept().await.expect("accepts");
            stream.set_nodelay(true).expect("a TCP stream");
            let (acceptor, fixed, sts) = (acceptor.clone(), fixed.clone(), sts.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let answering = service_fn(|request| answer(request, fixed.clone(), sts.clone()));
                // A client that goes away ends its connection; that is all there is to it.
                let _ = auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), answering)
                    .await;
            });
        }
    });
}

async fn answer(
    request: http::Request<Incoming>,
    fixed: Bytes,
    sts: Option<Asking>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    // The floor's client sends whole bodies.
    let _ = request.into_body().collect().await;
    if let Some(sts) = sts {
        sts.ask().await;
    }
    let mut response = http::Response::new(Full::new(fixed));
    response.headers_mut().insert(
        "content-type",
        http::HeaderValue::from_static("application/json"),
    );
    Ok(response)
}

fn acceptor(certificate_pem: &str, key_pem: &str) -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(certificate_pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .expect("PEM");
    let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).expect("PEM");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("the pair matches");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// As long as a presigned request is.
const QUESTION: &str = concat!(
    "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256",
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261128%2Fus-west-2%2Fsts%2Faws4_request",
    "&X-Amz-Date=20261128T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id",
    "&X-Amz-Signature=0000000000000000000000000000000000000000000000000000000000000000"
);
