//! A request to EKS, signed.

use aws_smithy_types::body::SdkBody;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Eks;
use crate::fetch::BoxError;
use crate::signature::{self, Scope};

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
        let scope = Scope {
            service: "eks",
            region: eks.region.as_str(),
        };
        signature::add(&mut request, &eks.credentials, scope, (eks.clock)())?;
        Ok(request)
    }
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
