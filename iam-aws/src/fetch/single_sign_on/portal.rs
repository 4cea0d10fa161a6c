//! Asking the portal for the credentials of a role.
//!
//! <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html>

use std::fmt::Write as _;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use iam_core::time::Rfc3339;

use super::error::SingleSignOnError;
use crate::credentials::Credentials;
use crate::document::{self, DocumentError, KeyNames, Object};
use crate::fetch::Context;
use crate::fetch::asking::ask;
use crate::fetch::sign_in_url::{self, SignInService};
use crate::source::SingleSignOn;

/// The credentials of the role, for the bearer of `token`.
pub(super) async fn role_credentials(
    source: &SingleSignOn,
    token: &str,
    context: &Context<'_>,
) -> Result<Credentials, SingleSignOnError> {
    let url = sign_in_url::url(SignInService::Portal, &source.region, context)?;
    let url = format!(
        "{url}/federation/credentials?role_name={}&account_id={}",
        encoded(&source.role_name),
        encoded(&source.account_id),
    );
    let answer = ask(context, || {
        let mut bearer = HeaderValue::from_str(token)?;
        bearer.set_sensitive(true);
        let request = Request::get(&url).header("x-amz-sso_bearer_token", bearer);
        Ok(request.body(SdkBody::empty())?)
    });
    let answer = answer.await?;
    match answer.status() {
        status if status.is_success() => {
            let credentials = read(&answer).map_err(SingleSignOnError::Answer)?;
            fresh(credentials, context)
        }
        StatusCode::UNAUTHORIZED => Err(SingleSignOnError::TokenRefused),
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Err(SingleSignOnError::RoleRefused {
            status: answer.status(),
        }),
        status => Err(SingleSignOnError::Status { status }),
    }
}

fn read(answer: &Response<Bytes>) -> Result<Credentials, DocumentError> {
    let document = document::parse(answer.body())?;
    let role = Object(&document).object("roleCredentials")?;
    let expiry = role.milliseconds("expiration")?;
    role.credentials(NAMES, Some(expiry))
}

fn fresh(
    credentials: Credentials,
    context: &Context<'_>,
) -> Result<Credentials, SingleSignOnError> {
    match credentials.expiry.filter(|&at| at <= context.now()) {
        Some(at) => Err(SingleSignOnError::Stale {
            at: Rfc3339::nearest(at),
        }),
        None => Ok(credentials),
    }
}

/// As a value of a query: everything but unreserved characters by its bytes.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes all text");
        }
    }
    encoded
}

const NAMES: KeyNames = KeyNames {
    access_key_id: "accessKeyId",
    secret_access_key: "secretAccessKey",
    session_token: "sessionToken",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_a_query_is_encoded_as_botocore_encodes_it() {
        assert_eq!(encoded("Admin-1_a.~"), "Admin-1_a.~");
        assert_eq!(encoded("a+=,.@ &é"), "a%2B%3D%2C.%40%20%26%C3%A9");
    }
}
