//! The OIDC service: an access token for a refresh token. A refresh token serves once.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::State;
use crate::support::serve::Answer;
use crate::support::sigv4::Request;
use crate::support::standin::Refusal;

impl State {
    pub(super) fn create_token(
        &mut self,
        request: &Request,
        now: SystemTime,
    ) -> Result<Answer, Refusal> {
        let json = request.header("content-type");
        let body = json.filter(|kind| kind == "application/json");
        let body = body.and_then(|_| serde_json::from_slice::<Value>(&request.body).ok());
        let body = body.ok_or_else(|| Refusal::new(400, INVALID_REQUEST, "the body is no JSON"))?;
        let value = |name| body.get(name).and_then(Value::as_str);
        let given = (
            value("clientId"),
            value("clientSecret"),
            value("refreshToken"),
        );
        let (Some(id), Some(secret), Some(refresh_token)) = given else {
            let message = "clientId, clientSecret and refreshToken are required";
            return Err(Refusal::new(400, INVALID_REQUEST, message));
        };
        if value("grantType") != Some("refresh_token") {
            let message = "grantType is not refresh_token";
            return Err(Refusal::new(400, "UnsupportedGrantTypeException", message));
        }
        let refresh = self.secret("refresh token", "aorAAAAA", 200);
        let mut known = self.registrations.iter_mut();
        let known = known.find(|known| known.client_id == id && known.client_secret == secret);
        let known = known.ok_or_else(|| {
            Refusal::new(401, "InvalidClientException", "Invalid client credentials")
        })?;
        if known.end <= now || known.refresh_token != refresh_token {
            let message = "Invalid refresh token provided";
            return Err(Refusal::new(400, "InvalidGrantException", message));
        }
        known.refresh_token.clone_from(&refresh);
        let access = self.access_token(now + LIFETIME);
        let answer = json!({
            "accessToken": access,
            "expiresIn": LIFETIME.as_secs(),
            "refreshToken": refresh,
            "tokenType": "Bearer",
        });
        Ok(Answer::new(200, "application/json", answer.to_string()))
    }
}

/// How RFC 6749 calls an error.
pub(super) fn error_word(code: &str) -> Option<&'static str> {
    match code {
        "InvalidClientException" => Some("invalid_client"),
        "InvalidGrantException" => Some("invalid_grant"),
        INVALID_REQUEST => Some("invalid_request"),
        "UnsupportedGrantTypeException" => Some("unsupported_grant_type"),
        _ => None,
    }
}

const INVALID_REQUEST: &str = "InvalidRequestException";
const LIFETIME: Duration = Duration::from_secs(8 * 3600);
