//! What EKS answers with.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::credentials::Credentials;
use crate::fetch::service_error::{Refusal, ServiceError};

/// One page of a list.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// What leads to the next.
    pub(super) next: Option<String>,
}

impl<T: DeserializeOwned> Page<T> {
    /// The items under `key`.
    pub(super) fn parse(answer: &Response<Bytes>, key: &str) -> Result<Self, ServiceError> {
        let mut members: Map<String, Value> = parse(answer)?;
        let items = members.remove(key).unwrap_or_default();
        let next = members.remove("nextToken");
        Ok(Self {
            items: serde_json::from_value(items).map_err(|_| senseless(answer.status()))?,
            next: next
                .and_then(|token| Some(token.as_str()?.to_owned()))
                .filter(|token| !token.is_empty()),
        })
    }
}

/// The JSON that an answer is.
pub(super) fn parse<T: DeserializeOwned>(answer: &Response<Bytes>) -> Result<T, ServiceError> {
    serde_json::from_slice(answer.body()).map_err(|_| senseless(answer.status()))
}

/// What an answer that is no 200 says.
pub(super) fn refusal(answer: &Response<Bytes>, credentials: &Credentials) -> ServiceError {
    let header = |name| answer.headers().get(name)?.to_str().ok();
    let body: Refused = serde_json::from_slice(answer.body()).unwrap_or_default();
    let code = header("x-amzn-errortype").or(body.kind.as_deref());
    // `ResourceNotFoundException:http://…` in the header, `com.amazonaws.eks#…` in the body.
    let code = code.and_then(|code| code.split(':').next()?.rsplit('#').next());
    let Some(code) = code.filter(|code| !code.is_empty()) else {
        return senseless(answer.status());
    };
    let message = body.message.unwrap_or_default();
    let request_id = header("x-amzn-requestid").unwrap_or_default();
    let token = credentials.session_token.as_ref();
    let secrets: Vec<&str> = [credentials.secret_access_key.expose()]
        .into_iter()
        .chain(token.map(|token| token.expose()))
        .collect();
    ServiceError::Refused(Refusal::new([code, &message, request_id], &secrets))
}

pub(super) fn senseless(status: StatusCode) -> ServiceError {
    let status = status.as_u16();
    ServiceError::Senseless { status }
}

#[derive(Default, Deserialize)]
struct Refused {
    #[serde(rename = "__type")]
    kind: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}
