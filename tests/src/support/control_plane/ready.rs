//! Asks kube-apiserver whether it is ready.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};

use super::certificates::Identity;

/// A client for `/readyz`, as one user.
#[derive(Debug)]
pub(super) struct Probe {
    server: SocketAddr,
    tls: Arc<ClientConfig>,
}

impl Probe {
    pub(super) fn new(server: SocketAddr, ca: &str, client: &Identity) -> io::Result<Self> {
        let invalid = |error: &dyn std::error::Error| io::Error::other(error.to_string());
        let certificate = |pem: &str| {
            CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| invalid(&error))
        };
        let mut roots = RootCertStore::empty();
        roots
            .add(certificate(ca)?)
            .map_err(|error| invalid(&error))?;
        let key = PrivateKeyDer::from_pem_slice(client.key.as_bytes())
            .map_err(|error| invalid(&error))?;
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| invalid(&error))?
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![certificate(&client.certificate)?], key)
            .map_err(|error| invalid(&error))?;
        Ok(Self {
            server,
            tls: Arc::new(tls),
        })
    }

    /// Whether `/readyz` answers 200 now.
    pub(super) fn is_ready(&self) -> bool {
        self.ask()
            .is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200 "))
    }

    fn ask(&self) -> io::Result<Vec<u8>> {
        let tcp = TcpStream::connect_timeout(&self.server, DEADLINE)?;
        tcp.set_read_timeout(Some(DEADLINE))?;
        tcp.set_write_timeout(Some(DEADLINE))?;
        let name = ServerName::from(self.server.ip());
        let tls = ClientConnection::new(Arc::clone(&self.tls), name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(tls, tcp);
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = vec![0; b"HTTP/1.1 200 ".len()];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    }
}

const DEADLINE: Duration = Duration::from_secs(5);
