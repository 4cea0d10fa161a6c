//! The signature in the header of a request, as every service of AWS but S3 takes it.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::SystemTime;

use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_types::body::SdkBody;
use http::Request;

use crate::credentials::Credentials;
use crate::fetch::BoxError;
use crate::quiet::quietly;

/// What a signature is good for, besides its day.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// `eks`, `ec2`, …
    pub(crate) service: &'static str,
    /// The region.
    pub(crate) region: &'a str,
}

/// Adds the date, the session token and the signature.
pub(crate) fn add(
    request: &mut Request<SdkBody>,
    credentials: &Credentials,
    scope: Scope<'_>,
    now: SystemTime,
) -> Result<(), BoxError> {
    quietly(|| add_aloud(request, credentials, scope, now))
}

fn add_aloud(
    request: &mut Request<SdkBody>,
    credentials: &Credentials,
    scope: Scope<'_>,
    now: SystemTime,
) -> Result<(), BoxError> {
    let token = credentials.session_token.as_ref();
    let identity = SdkCredentials::new(
        credentials.access_key_id.as_str(),
        credentials.secret_access_key.expose(),
        token.map(|token| token.expose().to_owned()),
        None,
        "iam-aws",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(now)
        .settings(SigningSettings::default())
        .build()?
        .into();
    let uri = request.uri().to_string();
    let body = SignableBody::Bytes(request.body().bytes().unwrap_or_default());
    let method = request.method().as_str();
    let signable = SignableRequest::new(method, uri, std::iter::empty(), body)?;
    let (instructions, _) = sign(signable, &params)?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}
