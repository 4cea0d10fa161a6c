//! A request to EKS, signed.

use std::time::SystemTime;

use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_types::body::SdkBody;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Eks;
use crate::fetch::BoxError;
use crate::quiet::quietly;

/// What EKS is asked.
pub(super) struct Call {
    method: Method,
    /// With its query.
    path: String,
    /// A JSON object, or nothing.
    body: String,
}

impl Call {
    pub(super) fn get(path: String) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn delete(path: String) -> Self {
        Self::new(Method::DELETE, path)
    }

    pub(super) fn post(path: String, body: &Value) -> Self {
        let body = body.to_string();
        Self {
            body,
            ..Self::new(Method::POST, path)
        }
    }

    fn new(method: Method, path: String) -> Self {
        let body = String::new();
        Self { method, path, body }
    }

    /// The request, signed now.
    pub(super) fn signed(&self, eks: &Eks) -> Result<Request<SdkBody>, BoxError> {
        let mut request = Request::builder()
            .method(&self.method)
            .uri(format!("{}{}", eks.base, self.path))
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("iam-aws/", env!("CARGO_PKG_VERSION")))
            .body(SdkBody::from(self.body.as_str()))?;
        if !self.body.is_empty() {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
        }
        quietly(|| add_signature(&mut request, eks, (eks.clock)()))?;
        Ok(request)
    }
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
    let body = SignableBody::Bytes(request.body().bytes().unwrap_or_default());
    let method = request.method().as_str();
    let signable = SignableRequest::new(method, uri, std::iter::empty(), body)?;
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
