//! Renewing a session.
//!
//! <https://docs.aws.amazon.com/signin/latest/APIReference/API_CreateOAuth2Token.html>

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response};
use iam_core::region::Region;
use iam_core::time::Rfc3339;
use serde_json::{Map, Value, json};

use super::error::{Refusal, RenewalError};
use super::proof::ProofKey;
use super::session::{NAMES, Session};
use crate::document::{self, DocumentError, Object};
use crate::fetch::Context;
use crate::fetch::asking::ask;
use crate::fetch::sign_in_url::{self, SignInService};

/// The session that follows `session`. What else stands in its file stays.
pub(super) async fn renew(
    session: &Session,
    context: &Context<'_>,
) -> Result<Session, RenewalError> {
    let known = Object(&session.document);
    let part = |key| {
        let text = known.optional_text(key).ok().flatten();
        text.ok_or(RenewalError::Impossible { key })
    };
    let key = ProofKey::from_pem(part("dpopKey")?)?;
    let body = json!({
        "clientId": part("clientId")?,
        "grantType": "refresh_token",
        "refreshToken": part("refreshToken")?,
    });
    let body = body.to_string();
    let region = region(known, context)?;
    let url = sign_in_url::url(SignInService::SignIn, &region, context)?;
    let url = format!("{url}/v1/token");
    let answer = ask(context, || {
        let request = Request::post(&url)
            .header(CONTENT_TYPE, "application/json")
            .header("dpop", key.sign(&url, context.now())?);
        Ok(request.body(SdkBody::from(body.as_str()))?)
    });
    let answer = answer.await?;
    if !answer.status().is_success() {
        return Err(refused(&answer));
    }
    Ok(successor(session, answer.body(), context)?)
}

/// Where somebody signed in; sessions of older logins do not say so.
fn region(known: Object<'_>, context: &Context<'_>) -> Result<Region, RenewalError> {
    match known.optional_text("signInRegion")? {
        Some(text) => text.parse().map_err(|_| {
            RenewalError::Answer(DocumentError::Value {
                key: "signInRegion",
                expected: "a region",
            })
        }),
        None => {
            let host = context.settings().host()?;
            let region = host.signing_region().parse();
            Ok(region.expect("a host is of a region"))
        }
    }
}

fn successor(
    session: &Session,
    answer: &Bytes,
    context: &Context<'_>,
) -> Result<Session, DocumentError> {
    let answer = document::parse(answer)?;
    let answer = Object(&answer);
    let given = answer.object("accessToken")?;
    let expires_at = Rfc3339::nearest(context.now() + answer.seconds("expiresIn")?);
    let mut document = session.document.clone();
    let mut token: Map<String, Value> = match document.remove("accessToken") {
        Some(Value::Object(token)) => token,
        Some(_) | None => Map::new(),
    };
    let keys = [
        NAMES.access_key_id,
        NAMES.secret_access_key,
        NAMES.session_token,
    ];
    for key in keys {
        token.insert(key.to_owned(), given.text(key)?.into());
    }
    token.insert("expiresAt".to_owned(), expires_at.to_string().into());
    document.insert("accessToken".to_owned(), token.into());
    let next = answer.text("refreshToken")?;
    document.insert("refreshToken".to_owned(), next.into());
    Session::of(document)
}

fn refused(answer: &Response<Bytes>) -> RenewalError {
    let body = document::parse(answer.body()).unwrap_or_default();
    let code = Object(&body).optional_text("error").ok().flatten();
    RenewalError::Refused {
        status: answer.status(),
        refusal: code.and_then(Refusal::parse),
    }
}
