//! A request to EKS, signed.

use std::time::SystemTime;

use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_types::body::SdkBody;
use http::Request;
use http::header::{ACCEPT, USER_AGENT};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Eks;
use crate::fetch::BoxError;
use crate::quiet::quietly;

/// A signed `GET` of a path with its query.
pub(super) fn signed(eks: &Eks, path: &str) -> Result<Request<SdkBody>, BoxError> {
    let mut request = Request::get(format!("{}{path}", eks.base))
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, concat!("iam-aws/", env!("CARGO_PKG_VERSION")))
        .body(SdkBody::empty())?;
    quietly(|| add_signature(&mut request, eks, (eks.clock)()))?;
    Ok(request)
}

fn add_signature(
    request: &mut Request<SdkBody>,
    eks: &Eks,
    now: SystemTime,
) -> Result<(), BoxError> {
    let credentials = &eks.credentials;
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
        .region(eks.region.as_str())
        .name("eks")
        .time(now)
        .settings(SigningSettings::default())
        .build()?
        .into();
    let uri = request.uri().to_string();
    let signable = SignableRequest::new("GET", uri, std::iter::empty(), SignableBody::Bytes(&[]))?;
    let (instructions, _) = sign(signable, &params)?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}

/// A text as one segment of a path, or as a value in a query.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
