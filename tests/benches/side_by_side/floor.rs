//! The floor: hyper and rustls alone. Reads the body and answers a fixed 200, the bytes that the
//! webhook answers, so that both send as much.

use std::convert::Infallible;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use e2e::support::pki::Leaf;
use e2e::support::sandbox::Sandbox;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
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
    pub(crate) fn start(sandbox: &Sandbox, leaf: &Leaf, answer: &Bytes) -> Self {
        let answer = sandbox.write("floor/answer.json", answer);
        let certificate = sandbox.write("floor/cert.pem", &leaf.certificate_pem);
        let key = sandbox.write_private("floor/key.pem", &leaf.key_pem);
        let mut child = Command::new(std::env::current_exe().expect("this benchmark is a file"))
            .arg("--floor")
            .args([certificate, key, answer])
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
pub(crate) fn serve_files(certificate: &str, key: &str, answer: &str) {
    let read = |path| fs::read_to_string(path).expect("the sandbox holds it");
    serve(&read(certificate), &read(key), read(answer).into());
}

/// Serves until the process is killed; prints its port on stdout first.
fn serve(certificate_pem: &str, key_pem: &str, fixed: Bytes) {
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
            let (acceptor, fixed) = (acceptor.clone(), fixed.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                // A client that goes away ends its connection; that is all there is to it.
                let _ = auto::Builder::new(TokioExecutor::new())
                    .serve_connection(
                        TokioIo::new(stream),
                        service_fn(move |request| answer(request, fixed.clone())),
                    )
                    .await;
            });
        }
    });
}

async fn answer(
    request: http::Request<Incoming>,
    fixed: Bytes,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    // The floor's client sends whole bodies.
    let _ = request.into_body().collect().await;
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
