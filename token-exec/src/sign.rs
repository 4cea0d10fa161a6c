//! The presigned `GetCallerIdentity` request that a token is made of.
//!
//! Signature Version 4 in query form, with the cluster's identifier as a signed header:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use iam_core::cluster::ClusterId;
use iam_core::presigned::{PresignedError, PresignedParts, PresignedRequest, SignatureError};
use iam_core::sts_host::StsHost;
use thiserror::Error;

use crate::credentials::Credentials;
use crate::quiet::quietly;

/// Why nothing was signed. Not to be had from valid parts and a clock of this age.
#[derive(Debug, Error)]
pub enum SignError {
    /// The signer refused.
    #[error("the signer refused")]
    Signer(#[source] Box<dyn StdError + Send + Sync>),
    /// What it signed with is no signature.
    #[error("the signer gave no signature")]
    Signature(#[from] SignatureError),
    /// What came out is no token's request.
    #[error("the signed request is not one that a server takes")]
    Presigned(#[from] PresignedError),
}

/// Signs the request for `cluster` at `now`, to the second.
///
/// # Errors
/// When `now` is not in the years 1970 to 9999.
pub fn presign(
    credentials: Credentials,
    host: StsHost,
    cluster: &ClusterId,
    now: SystemTime,
) -> Result<PresignedRequest, SignError> {
    let signature = quietly(|| signature(&credentials, &host, cluster, now))
        .map_err(SignError::Signer)?;
    Ok(PresignedRequest::new(PresignedParts {
        host,
        access_key_id: credentials.access_key_id,
        date: now,
        expires: EXPIRES_SECONDS,
        session_token: credentials.session_token,
        signature: signature.parse()?,
    })?)
}

fn signature(
    credentials: &Credentials,
    host: &StsHost,
    cluster: &ClusterId,
    now: SystemTime,
) -> Result<String, Box<dyn StdError + Send + Sync>> {
    let identity = aws_credential_types::Credentials::new(
        credentials.access_key_id.as_str(),
        credentials.secret_access_key.expose(),
        credentials.session_token.as_ref().map(|token| token.expose().to_owned()),
        None,
        "token-exec",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(EXPIRES_SECONDS.into()));
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(host.signing_region())
        .name("sts")
        .time(now)
        .settings(settings)
        .build()?
        .into();
    let url = format!("https://{}/?Action=GetCallerIdentity&Version=2011-06-15", host.name());
    let headers = [("x-k8s-aws-id", cluster.as_str())];
    let request =
        SignableRequest::new("GET", url, headers.into_iter(), SignableBody::Bytes(&[]))?;
    Ok(sign(request, &params)?.signature().to_owned())
}

/// What the AWS CLI writes. STS ignores it and honours the request for 15 minutes from its date.
const EXPIRES_SECONDS: u16 = 60;
