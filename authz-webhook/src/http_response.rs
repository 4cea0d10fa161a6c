//! Every response that the webhook gives.

use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;

/// A response with its body at hand.
pub type WholeResponse = Response<Full<Bytes>>;

/// 200 with a JSON document.
pub fn json(body: Vec<u8>) -> WholeResponse {
    whole(
        StatusCode::OK,
        HeaderValue::from_static("application/json"),
        body.into(),
    )
}

/// A short text for people.
pub fn text(status: StatusCode, body: impl Into<Bytes>) -> WholeResponse {
    whole(
        status,
        HeaderValue::from_static("text/plain; charset=utf-8"),
        body.into(),
    )
}

/// 405, naming what is allowed.
pub fn method_not_allowed(allowed: &'static str) -> WholeResponse {
    let mut response = text(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("expected {allowed}\n"),
    );
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

/// Asks an HTTP/1.1 client not to use the connection again.
pub fn last_of_its_connection(response: &mut WholeResponse) {
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
}

/// A response with a content type of its own.
pub fn whole(status: StatusCode, content_type: HeaderValue, body: Bytes) -> WholeResponse {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
