//! Certificates for one story: a CA, what it issues, and TLS settings that trust it. Keys are
//! ECDSA P-256; nothing outlives the sandbox.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::client::WantsClientCert;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, ServerConfig, SupportedProtocolVersion};

/// A certificate authority.
pub struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate that a [`Ca`] issued, with its key.
#[derive(Clone)]
pub struct Leaf {
    /// The certificate.
    pub certificate_pem: String,
    /// Its key, PKCS#8.
    pub key_pem: String,
    certificate: CertificateDer<'static>,
    key: Arc<PrivateKeyDer<'static>>,
}

impl Ca {
    /// A CA of that name.
    pub fn new(common_name: &str) -> Self {
        let mut params = named(common_name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer =
            CertifiedIssuer::self_signed(params, new_key()).expect("CA parameters are valid");
        Self { issuer }
    }

    /// The CA's certificate.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server's certificate for DNS names and IP addresses.
    ///
    /// # Panics
    /// For a name that is neither.
    pub fn server(&self, names: &[&str]) -> Leaf {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params =
            CertificateParams::new(names).expect("server names are DNS names or addresses");
        params.distinguished_name = named("server").distinguished_name;
        self.issue(params, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A client's certificate: the user's name and group, as Kubernetes reads CN and O.
    pub fn client(&self, user: &str, group: Option<&str>) -> Leaf {
        let mut params = named(user);
        if let Some(group) = group {
            params
                .distinguished_name
                .push(DnType::OrganizationName, group);
        }
        self.issue(params, ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// A TLS client that trusts this CA alone, offering `protocols` (`h2`, `http/1.1`) by ALPN.
    pub fn client_config(&self, protocols: &[&str]) -> ClientConfig {
        with_alpn(trusting(self.roots()).with_no_client_auth(), protocols)
    }

    /// As [`Self::client_config`], showing a client certificate.
    pub fn client_config_with(&self, protocols: &[&str], leaf: &Leaf) -> ClientConfig {
        let (chain, key) = (vec![leaf.certificate.clone()], leaf.key.clone_key());
        let config = trusting(self.roots()).with_client_auth_cert(chain, key);
        with_alpn(
            config.expect("the key belongs to the certificate"),
            protocols,
        )
    }

    /// As [`Self::client_config_with`], for HTTP/1.1 over one version of TLS.
    ///
    /// # Panics
    /// Never, for what this CA issued.
    pub fn client_config_over(
        &self,
        version: &'static SupportedProtocolVersion,
        leaf: &Leaf,
    ) -> ClientConfig {
        let (chain, key) = (vec![leaf.certificate.clone()], leaf.key.clone_key());
        let config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(self.roots())
            .with_client_auth_cert(chain, key);
        with_alpn(
            config.expect("the key belongs to the certificate"),
            &["http/1.1"],
        )
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots
            .add(self.issuer.der().clone())
            .expect("our own CA is a valid root");
        roots
    }

    fn issue(&self, mut params: CertificateParams, usage: ExtendedKeyUsagePurpose) -> Leaf {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let key = new_key();
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("leaf parameters are valid");
        Leaf {
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            certificate: certificate.der().clone(),
            key: Arc::new(key.into()),
        }
    }
}

impl Leaf {
    /// The certificate, DER.
    pub fn der(&self) -> &[u8] {
        &self.certificate
    }

    /// A TLS server that shows this certificate, for HTTP/1.1.
    pub fn server_config(&self) -> ServerConfig {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key())
            .expect("the key belongs to the certificate");
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config
    }
}

/// A TLS client that trusts the CA in a PEM text alone.
///
/// # Panics
/// When the text holds no certificate.
pub fn client_config_for(ca_pem: &str, protocols: &[&str]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots
            .add(certificate.expect("the CA is PEM"))
            .expect("a CA is a valid root");
    }
    assert!(!roots.is_empty(), "the CA's file holds no certificate");
    with_alpn(trusting(roots).with_no_client_auth(), protocols)
}

fn trusting(roots: RootCertStore) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
}

fn with_alpn(mut config: ClientConfig, protocols: &[&str]) -> ClientConfig {
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    config
}

fn named(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("the system has randomness")
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
