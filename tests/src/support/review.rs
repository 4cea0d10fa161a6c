//! The question that kube-apiserver asks the webhook about a bearer token, asked directly.

use std::{fs, io, net::SocketAddr, path::Path, sync::Arc};

use http::{Method, StatusCode};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use serde_json::{Value, json};
use thiserror::Error;

use super::{
    control_plane::ReviewVersion,
    http::{Client, ClientError},
};

/// A client of a webhook's `/authenticate`, which trusts one CA as kube-apiserver does.
#[derive(Clone)]
pub struct Reviewer {
    client: Client,
}

/// Why there is no answer to a review.
#[derive(Debug, Error)]
pub enum ReviewError {
    /// The webhook was not reached, or went away.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// It answered something else than a review: 503 while it cannot decide.
    #[error("the webhook answered {0}")]
    Status(StatusCode),
    /// It answered 200 without a review.
    #[error("the webhook's answer is no review: {0}")]
    NoReview(String),
}

impl Reviewer {
    /// A client of the webhook at `address`, which shows a certificate for `127.0.0.1` that the
    /// CA in `ca_file` signed.
    ///
    /// # Errors
    /// When the file holds no certificate.
    pub fn new(address: SocketAddr, ca_file: &Path) -> io::Result<Self> {
        let pem = fs::read(ca_file)?;
        let certificate = CertificateDer::from_pem_slice(&pem).map_err(io::Error::other)?;
        let mut roots = RootCertStore::empty();
        roots.add(certificate).map_err(io::Error::other)?;
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            client: Client::tls(address, "127.0.0.1", tls),
        })
    }

    /// The `status` of the answer to a review of `token`.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn review(&self, version: ReviewVersion, token: &str) -> Result<Value, ReviewError> {
        let api_version = version.api_version();
        let review = json!({
            "apiVersion": api_version,
            "kind": "TokenReview",
            "spec": { "token": token },
        });
        let headers = [("host", "localhost"), ("content-type", "application/json")];
        let target = "/authenticate?timeout=30s";
        let answer = self
            .client
            .send(Method::POST, target, &headers, review.to_string())?;
        if answer.status != StatusCode::OK {
            return Err(ReviewError::Status(answer.status));
        }
        let no_review = || ReviewError::NoReview(answer.text());
        let review: Value = serde_json::from_slice(&answer.body).map_err(|_| no_review())?;
        let same = review.get("apiVersion").and_then(Value::as_str) == Some(api_version);
        review
            .get("status")
            .filter(|_| same)
            .cloned()
            .ok_or_else(no_review)
    }
}
