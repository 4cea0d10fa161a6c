//! Renewing a token with the refresh token beside it.
//!
//! <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html>

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response};
use iam_core::time::Rfc3339;
use serde_json::json;

use super::error::RenewalError;
use super::token::Token;
use crate::document::{self, DocumentError, Object};
use crate::fetch::Context;
use crate::fetch::asking::ask;
use crate::fetch::sign_in_url::{self, SignInService};
use crate::source::SingleSignOn;

/// The token that follows `token`. What else stands in its file stays.
pub(super) async fn renew(
    source: &SingleSignOn,
    token: &Token,
    context: &Context<'_>,
) -> Result<Token, RenewalError> {
    let body = question(token, context)?;
    let url = sign_in_url::url(SignInService::Oidc, &source.region, context)?;
    let answer = ask(context, || {
        let request =
            Request::post(format!("{url}/token")).header(CONTENT_TYPE, "application/json");
        Ok(request.body(SdkBody::from(body.as_str()))?)
    });
    let answer = answer.await?;
    if !answer.status().is_success() {
        return Err(refused(&answer));
    }
    Ok(successor(source, token, answer.body(), context)?)
}

fn question(token: &Token, context: &Context<'_>) -> Result<String, RenewalError> {
    let known = Object(&token.document);
    let part = |key| {
        let text = known.optional_text(key).ok().flatten();
        text.ok_or(RenewalError::Impossible { key })
    };
    let question = json!({
        "grantType": "refresh_token",
        "refreshToken": part("refreshToken")?,
        "clientId": part("clientId")?,
        "clientSecret": part("clientSecret")?,
    });
    let registered = known.instant("registrationExpiresAt");
    if !registered.is_ok_and(|until| until > context.now()) {
        return Err(RenewalError::Registration);
    }
    Ok(question.to_string())
}

/// The CLI writes the region and the address beside a token that it renews.
fn successor(
    source: &SingleSignOn,
    token: &Token,
    answer: &Bytes,
    context: &Context<'_>,
) -> Result<Token, DocumentError> {
    let answer = document::parse(answer)?;
    let answer = Object(&answer);
    let expires_at = context.now() + answer.seconds("expiresIn")?;
    let mut document = token.document.clone();
    let mut set = |key: &str, value: &str| document.insert(key.to_owned(), value.into());
    set("startUrl", &source.start_url);
    set("region", source.region.as_str());
    set("accessToken", answer.text("accessToken")?);
    set("expiresAt", &Rfc3339::nearest(expires_at).to_string());
    if let Some(next) = answer.optional_text("refreshToken")? {
        set("refreshToken", next);
    }
    Token::of(document)
}

fn refused(answer: &Response<Bytes>) -> RenewalError {
    let body = document::parse(answer.body()).unwrap_or_default();
    let code = Object(&body).optional_text("error").ok().flatten();
    RenewalError::Refused {
        status: answer.status(),
        code: code.and_then(|code| CODES.iter().copied().find(|known| *known == code)),
    }
}

/// What the service may give as a reason; what else it says is not repeated.
const CODES: &[&str] = &[
    "access_denied",
    "expired_token",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "server_error",
    "slow_down",
    "unauthorized_client",
    "unsupported_grant_type",
];
