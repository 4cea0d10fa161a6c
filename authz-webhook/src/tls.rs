//! What a client meets before HTTP: TLS 1.2 or 1.3, our certificate, and, if so configured, the
//! demand for one of his own.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{
    NoClientAuth, ParsedCertificate, WebPkiClientVerifier, danger::ClientCertVerifier,
};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig};
use thiserror::Error;
use tokio::sync::watch;

/// What new connections meet; it can be replaced while serving.
#[derive(Debug)]
pub struct ServerTls {
    serving: ArcSwap<Serving>,
    others: watch::Sender<()>,
}

/// A configuration, the certificate in it, and by which authorities clients are known.
#[derive(Debug)]
pub struct Serving {
    config: Arc<ServerConfig>,
    leaf: CertificateDer<'static>,
    client_ca: Option<Vec<u8>>,
}

/// Hears when clients of other authorities are wanted than when it began to listen.
#[derive(Debug)]
pub struct ClientsInForce(watch::Receiver<()>);

/// Why PEM texts make no TLS configuration.
#[derive(Debug, Error)]
pub enum TlsError {
    /// No certificate in the certificate's text.
    #[error("the certificate holds no certificate in PEM")]
    NoCertificate,
    /// No key in the key's text.
    #[error("the key holds no private key in PEM")]
    NoKey,
    /// A key that cannot be used, or that belongs to another certificate.
    #[error("the certificate and the key cannot be used together")]
    Pair(#[source] rustls::Error),
    /// No usable certificate in the client CA's text.
    #[error("the client CA holds no usable certificate in PEM")]
    ClientCa,
}

impl ServerTls {
    /// For new connections.
    pub fn new(serving: Serving) -> Self {
        Self {
            serving: ArcSwap::from_pointee(serving),
            others: watch::Sender::new(()),
        }
    }

    /// What a new connection meets.
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.serving.load().config)
    }

    /// The certificate that a new connection meets.
    pub fn leaf(&self) -> CertificateDer<'static> {
        self.serving.load().leaf.clone()
    }

    /// To be called before [`Self::config`], so that no change falls between them.
    pub fn clients_in_force(&self) -> ClientsInForce {
        ClientsInForce(self.others.subscribe())
    }

    /// From now on, for new connections; those of clients who were let in by other authorities
    /// are to end.
    pub fn replace(&self, serving: Serving) {
        let serving = Arc::new(serving);
        let before = self.serving.swap(Arc::clone(&serving));
        if before.client_ca != serving.client_ca {
            self.others.send_replace(());
        }
    }
}

impl ClientsInForce {
    /// Ends when clients of other authorities are wanted.
    pub async fn end(mut self) {
        if self.0.changed().await.is_err() {
            // Nothing is replaced any more.
            std::future::pending::<()>().await;
        }
    }
}

/// The configuration from PEM texts; with a client CA a client without a certificate of it is
/// refused.
///
/// # Errors
/// A text that holds not what it should, or a key of another certificate.
pub fn server_config(
    certificate: &[u8],
    key: &[u8],
    client_ca: Option<&[u8]>,
) -> Result<Serving, TlsError> {
    let key = Arc::new(certified_key(certificate, key)?);
    let leaf = key
        .end_entity_cert()
        .map_err(TlsError::Pair)?
        .clone()
        .into_owned();
    let clients: Arc<dyn ClientCertVerifier> = match client_ca {
        Some(pem) => client_verifier(pem)?,
        None => Arc::new(NoClientAuth),
    };
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(TlsError::Pair)?
        .with_client_cert_verifier(clients)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(key)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Serving {
        config: Arc::new(config),
        leaf,
        client_ca: client_ca.map(<[u8]>::to_vec),
    })
}

/// A certificate chain with its key.
///
/// # Errors
/// A text that holds not what it should, or a key of another certificate.
pub fn certified_key(certificate: &[u8], key: &[u8]) -> Result<CertifiedKey, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::NoCertificate)?;
    let leaf = chain.first().ok_or(TlsError::NoCertificate)?;
    ParsedCertificate::try_from(leaf).map_err(TlsError::Pair)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NoKey)?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(TlsError::Pair)
}

/// Who checks that a client has a certificate of one of the authorities in `pem`.
///
/// # Errors
/// No certificate, or one that cannot be a root.
pub fn client_verifier(pem: &[u8]) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| TlsError::ClientCa)?;
        roots.add(certificate).map_err(|_| TlsError::ClientCa)?;
    }
    // An empty store is refused here.
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|_| TlsError::ClientCa)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
