//! What EKS answers with.

use bytes::Bytes;
use http::{Response, StatusCode};
use iam_core::cluster::ClusterId;
use serde::Deserialize;

use crate::credentials::Credentials;
use crate::fetch::service_error::{Refusal, ServiceError};

/// One page of names.
pub(super) struct Page {
    pub(super) names: Vec<ClusterId>,
    /// What leads to the next.
    pub(super) next: Option<String>,
}

impl Page {
    pub(super) fn parse(answer: &Response<Bytes>) -> Result<Self, ServiceError> {
        let senseless = || senseless(answer.status());
        let listed: Listed = serde_json::from_slice(answer.body()).map_err(|_| senseless())?;
        let names = listed.clusters.iter().map(|name| name.parse());
        Ok(Self {
            names: names.collect::<Result<_, _>>().map_err(|_| senseless())?,
            next: listed.next_token.filter(|token| !token.is_empty()),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    clusters: Vec<String>,
    next_token: Option<String>,
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
