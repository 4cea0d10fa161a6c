//! `AssumeRoleWithWebIdentity`: unsigned, with a token that this STS knows from its provider.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;

use super::assume::{Assumed, duration, required, role_session_name};
use super::ledger::Ledger;
use super::parameters::Parameters;
use super::verdict::StsError;
use crate::support::clock::epoch_seconds;
use crate::support::keys::unguessable_id;

/// What a token says, and until when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct WebIdentity {
    pub(super) subject: String,
    pub(super) end: SystemTime,
}

/// What the answer says of the token, beside the session.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Provider {
    pub(super) subject: String,
}

/// The issuer of every token.
pub(super) const ISSUER: &str = "https://oidc.eks.us-west-2.amazonaws.com/id/EXAMPLE";
/// Its audience.
pub(super) const AUDIENCE: &str = "sts.amazonaws.com";

/// A token of the shape that a cluster issues: header, claims and a signature nobody can guess.
pub(super) fn token(subject: &str, end: SystemTime) -> String {
    let claims = json!({
        "aud": [AUDIENCE], "exp": epoch_seconds(end), "iss": ISSUER, "sub": subject,
    });
    let [header, claims, signature] = [
        json!({"alg": "RS256", "kid": unguessable_id(16), "typ": "JWT"}).to_string(),
        claims.to_string(),
        unguessable_id(256),
    ]
    .map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{claims}.{signature}")
}

pub(super) fn assume(
    parameters: &Parameters,
    ledger: &mut Ledger,
    now: SystemTime,
) -> Result<Assumed, StsError> {
    let arn = required(parameters, "RoleArn", 20..=2048)?;
    let session_name = role_session_name(parameters)?;
    let token = required(parameters, "WebIdentityToken", 4..=20_000)?;
    let asked = duration(parameters)?;
    let identity = ledger.web_identities.get(token).cloned();
    let identity = identity.ok_or_else(|| {
        let message = "The ID Token provided is not a valid JWT. (You may see this error if you \
                       sent an Access Token)";
        StsError::new(400, "InvalidIdentityToken", message.to_owned())
    })?;
    if identity.end <= now {
        let (now, end) = (epoch_seconds(now), epoch_seconds(identity.end));
        let message = format!(
            "Token expired: current date/time {now} must be before the expiration date/time {end}"
        );
        return Err(StsError::new(400, "ExpiredTokenException", message));
    }
    let role = ledger.roles.get(arn).cloned();
    let role = role.filter(|role| role.trusts_web_identity(&identity.subject));
    let role = role.ok_or_else(|| {
        let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
        StsError::new(403, "AccessDenied", message.to_owned())
    })?;
    let lasting = asked.unwrap_or(Duration::from_secs(3600));
    let provider = Some(Provider {
        subject: identity.subject,
    });
    Assumed::issue(&role, session_name, lasting, ledger, now).map(|assumed| Assumed {
        provider,
        ..assumed
    })
}
