//! An answer: its head and body, as a service spelled it.

use std::time::SystemTime;

use http::{HeaderValue, Response, StatusCode, header};
use hyper::body::Bytes;

use super::body::AnswerBody;
use crate::support::clock;

/// The head and body of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// What a request gets.
pub(crate) enum Reply {
    /// An answer.
    Answer(Answer),
    /// The head of it and half of its body.
    Truncated(Answer),
    /// The end of the connection.
    Close,
}

impl Answer {
    /// An answer with a body of that type.
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
        }
    }

    /// 302 to that URL.
    pub(crate) fn redirect(location: &str) -> Self {
        Self {
            status: 302,
            headers: vec![("location", location.to_owned())],
            body: String::new(),
        }
    }

    /// Sets a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(set, _)| *set != name);
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the `Date`, which a service tells by its own clock.
    pub(crate) fn dated(self, now: SystemTime) -> Self {
        self.header("date", clock::http_date(now))
    }

    /// The answer with another body.
    pub(crate) fn map_body(mut self, change: impl FnOnce(String) -> String) -> Self {
        self.body = change(self.body);
        self
    }

    /// The response, its length that of the whole body, whatever `body` makes of it.
    pub(super) fn into_response(self, body: fn(Bytes) -> AnswerBody) -> Response<AnswerBody> {
        let length = self.body.len();
        let mut response = Response::new(body(Bytes::from(self.body)));
        *response.status_mut() = StatusCode::from_u16(self.status).expect("statuses are valid");
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        for (name, value) in self.headers {
            let value = HeaderValue::from_str(&value).expect("header values are plain text");
            headers.insert(name, value);
        }
        response
    }
}
