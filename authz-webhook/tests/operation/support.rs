//! A webhook as a process, and clients that speak to it byte by byte.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A running `authz-webhook serve`.
pub(crate) struct Webhook {
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) directory: TempDir,
    child: Child,
    stderr: Option<JoinHandle<String>>,
}

/// A response, taken whole.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// A command of the program in a home of its own.
pub(crate) fn program(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authz-webhook"));
    command
        .env_clear()
        .env("HOME", directory)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A configuration for `directory`; `server` are further lines under `server:`.
pub(crate) fn configuration(directory: &Path, server: &str) -> PathBuf {
    let path = directory.join("config.yaml");
    let mut text = format!(
        "clusterID: test-cluster\nserver:\n  port: 0\n  adminPort: 0\n  stateDir: {state}\n  \
         generateKubeconfig: {kubeconfig}\n  stsCABundle: {bundle}\n  mapUsers:\n  - userarn: \
         arn:aws:iam::111122223333:user/alice\n    username: alice\n",
        state = directory.join("state").display(),
        kubeconfig = directory.join("kube/kubeconfig.yaml").display(),
        bundle = directory.join("sts-ca.pem").display(),
    );
    for line in server.lines() {
        text.push_str(&format!("  {line}\n"));
    }
    let authority = authz_webhook::certificate::authority(now()).unwrap();
    fs::write(directory.join("sts-ca.pem"), authority.certificate).unwrap();
    fs::write(&path, text).unwrap();
    path
}

#[expect(
    clippy::disallowed_methods,
    reason = "certificates are compared with the real time"
)]
pub(crate) fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

impl Webhook {
    /// Starts with further lines under `server:` and waits until it is ready.
    pub(crate) async fn start(server: &str) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), server).await
    }

    pub(crate) async fn start_in(directory: TempDir, server: &str) -> Self {
        let config = configuration(directory.path(), server);
        let mut child = program(directory.path())
            .args(["serve", "--print-address", "--config"])
            .arg(config)
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let addresses: HashMap<String, SocketAddr> = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{error}: {line:?}; stderr: {}", stderr_of(&mut child)));
        let webhook = Self {
            address: addresses["address"],
            admin: addresses["adminAddress"],
            directory,
            child,
            stderr: Some(stderr),
        };
        while webhook.admin("/readyz").await.status != 200 {
            tokio::task::yield_now().await;
        }
        webhook
    }

    /// What the administration's listener answers.
    pub(crate) async fn admin(&self, path: &str) -> Answer {
        let stream = TcpStream::connect(self.admin).await.unwrap();
        let request = Request::get(path)
            .header("host", "admin")
            .body(Full::default())
            .unwrap();
        exchange_http1(stream, request).await.unwrap()
    }

    /// Waits for a line of the metrics.
    pub(crate) async fn wait_for_metric(&self, line: &str) {
        while !self
            .admin("/metrics")
            .await
            .body
            .lines()
            .any(|found| found == line)
        {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn state(&self, file: &str) -> PathBuf {
        self.directory.path().join("state").join(file)
    }

    /// The certificates that the generated kubeconfig has kube-apiserver trust.
    pub(crate) fn trusted(&self) -> Vec<u8> {
        fs::read(self.directory.path().join("kube/ca.pem")).unwrap()
    }

    /// A TLS connection as kube-apiserver makes it.
    pub(crate) async fn connect(&self, protocol: &[u8]) -> TlsStream<TcpStream> {
        self.connect_as(protocol, None).await.unwrap()
    }

    pub(crate) async fn connect_as(
        &self,
        protocol: &[u8],
        identity: Option<&authz_webhook::certificate::Pair>,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        let config = client_config(&self.trusted(), protocol, identity);
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(config).connect(name, stream).await
    }

    /// One request on a connection of its own.
    pub(crate) async fn ask(&self, protocol: &[u8], request: Request<Full<Bytes>>) -> Answer {
        let stream = self.connect(protocol).await;
        if protocol == b"h2" {
            exchange_http2(stream, request).await.unwrap()
        } else {
            exchange_http1(stream, request).await.unwrap()
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for the end; the exit status and everything on stderr.
    pub(crate) async fn ended(mut self) -> (ExitStatus, String) {
        let stderr = self.stderr.take().unwrap();
        tokio::task::spawn_blocking(move || {
            let status = self.child.wait().unwrap();
            (status, stderr.join().unwrap())
        })
        .await
        .unwrap()
    }

    /// Ends it; everything on stderr.
    pub(crate) async fn stopped(self) -> String {
        self.signal("TERM");
        let (status, stderr) = self.ended().await;
        assert_eq!(status.code(), Some(0), "{stderr}");
        stderr
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        // Fails when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn stderr_of(child: &mut Child) -> String {
    let _ = child.kill();
    format!("exit {:?}", child.wait())
}

pub(crate) fn client_config(
    trusted: &[u8],
    protocol: &[u8],
    identity: Option<&authz_webhook::certificate::Pair>,
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(trusted).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(pair) => {
            let chain = vec![CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap()];
            let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
            builder.with_client_auth_cert(chain, key).unwrap()
        }
    };
    config.alpn_protocols = vec![protocol.to_vec()];
    Arc::new(config)
}

pub(crate) async fn exchange_http1<S>(
    stream: S,
    mut request: Request<Full<Bytes>>,
) -> hyper::Result<Answer>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let path = request.uri().path_and_query().cloned().unwrap();
    *request.uri_mut() = path.into();
    tokio::spawn(connection);
    answer(sender.send_request(request).await?).await
}

pub(crate) async fn exchange_http2<S>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> hyper::Result<Answer>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    answer(sender.send_request(request).await?).await
}

pub(crate) async fn answer(response: Response<hyper::body::Incoming>) -> hyper::Result<Answer> {
    let status = response.status().as_u16();
    let headers: HashMap<_, _> = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let body = response.into_body().collect().await?.to_bytes();
    Ok(Answer {
        status,
        content_type: headers.get("content-type").cloned().unwrap_or_default(),
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    })
}

/// A review as kube-apiserver sends it.
pub(crate) fn review(version: &str, token: &str) -> Request<Full<Bytes>> {
    let body = serde_json::json!({
        "kind": "TokenReview",
        "apiVersion": format!("authentication.k8s.io/{version}"),
        "metadata": {},
        "spec": {"token": token, "audiences": ["https://kubernetes.default.svc"]},
        "status": {"user": {}},
    });
    post(
        "/authenticate?timeout=30s",
        "application/json",
        body.to_string(),
    )
}

pub(crate) fn post(path: &str, content_type: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(format!("https://localhost{path}"))
        .header("host", "localhost")
        .header("content-type", content_type)
        .body(Full::new(body.into()))
        .unwrap()
}
