//! How STS spells an answer: JSON when `Accept` asks for it, else XML.

use std::time::SystemTime;

use http::{HeaderValue, Response, StatusCode, header};
use hyper::body::Bytes;
use serde_json::json;

use super::body::AnswerBody;
use super::caller::Caller;
use super::fault::Contradiction;
use super::verdict::StsError;
use crate::support::clock;

/// The head and body of an answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: Option<&'static str>,
    pub(super) location: Option<String>,
    pub(super) body: String,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Format {
    Json,
    Xml,
}

impl Format {
    pub(super) fn of_accept(accept: Option<&str>) -> Self {
        let json = accept.is_some_and(|accept| accept.contains("application/json"));
        if json { Self::Json } else { Self::Xml }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "text/xml",
        }
    }
}

impl Answer {
    pub(super) fn of_caller(caller: &Caller, format: Format, request_id: &str) -> Self {
        let Caller {
            arn,
            account,
            user_id,
        } = caller;
        let body = match format {
            Format::Json => json!({"GetCallerIdentityResponse": {
                "GetCallerIdentityResult": {"Account": account, "Arn": arn, "UserId": user_id},
                "ResponseMetadata": {"RequestId": request_id},
            }})
            .to_string(),
            Format::Xml => format!(
                "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\">\n  <GetCallerIdentityResult>\n    \
                 <Arn>{}</Arn>\n    <UserId>{}</UserId>\n    <Account>{}</Account>\n  \
                 </GetCallerIdentityResult>\n  <ResponseMetadata>\n    \
                 <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n\
                 </GetCallerIdentityResponse>\n",
                escaped(arn),
                escaped(user_id),
                escaped(account)
            ),
        };
        Self::with_body(200, format, body)
    }

    pub(super) fn of_error(error: &StsError, format: Format, request_id: &str) -> Self {
        let StsError {
            status,
            code,
            message,
        } = error;
        let kind = if *status >= 500 { "Receiver" } else { "Sender" };
        let body = match format {
            Format::Json => json!({
                "Error": {"Code": code, "Message": message, "Type": kind},
                "RequestId": request_id,
            })
            .to_string(),
            Format::Xml => format!(
                "<ErrorResponse xmlns=\"{NAMESPACE}\">\n  <Error>\n    <Type>{kind}</Type>\n    \
                 <Code>{code}</Code>\n    <Message>{}</Message>\n  </Error>\n  \
                 <RequestId>{request_id}</RequestId>\n</ErrorResponse>\n",
                escaped(message)
            ),
        };
        Self::with_body(*status, format, body)
    }

    pub(super) fn redirect(location: &str) -> Self {
        Self {
            status: 302,
            content_type: None,
            location: Some(location.to_owned()),
            body: String::new(),
        }
    }

    /// The answer with a second `Arn`, another principal's.
    pub(super) fn with_duplicate_arn(mut self) -> Self {
        let other = Caller::user("999999999999", "somebody-else").arn;
        self.body = self
            .body
            .replacen("\"UserId\"", &format!("\"Arn\":\"{other}\",\"UserId\""), 1);
        self
    }

    /// The answer with another body.
    pub(super) fn map_body(mut self, change: impl FnOnce(String) -> String) -> Self {
        self.body = change(self.body);
        self
    }

    pub(super) fn with_content_type(mut self, content_type: &'static str) -> Self {
        self.content_type = Some(content_type);
        self
    }

    /// The response, its length that of the whole body, whatever `body` makes of it.
    pub(super) fn into_response(
        self,
        now: SystemTime,
        body: fn(Bytes) -> AnswerBody,
    ) -> Response<AnswerBody> {
        let mut response = Response::new(body(Bytes::from(self.body.clone())));
        *response.status_mut() = StatusCode::from_u16(self.status).expect("statuses are valid");
        let headers = response.headers_mut();
        let text = |text: &str| HeaderValue::from_str(text).expect("header values are plain text");
        headers.insert(header::DATE, text(&clock::http_date(now)));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(self.body.len()));
        if let Some(content_type) = self.content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if let Some(location) = &self.location {
            headers.insert(header::LOCATION, text(location));
        }
        response
    }

    fn with_body(status: u16, format: Format, body: String) -> Self {
        Self {
            status,
            content_type: Some(format.content_type()),
            location: None,
            body,
        }
    }
}

/// The caller with one value that is not his.
pub(super) fn contradicted(mut caller: Caller, contradiction: Contradiction) -> Caller {
    match contradiction {
        Contradiction::Account => "999999999999".clone_into(&mut caller.account),
        Contradiction::Partition => caller = caller.in_partition("aws-cn"),
        Contradiction::Arn => caller.arn = format!("arn:aws:iam::{}:group/readers", caller.account),
        Contradiction::UserId => {
            caller.user_id = format!("AROAEXAMPLEEXAMPLE999:{}", "somebody-else")
        }
    }
    caller
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
