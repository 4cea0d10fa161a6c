//! Entries that hold AWS credentials: only where the user asked for that.

use std::time::{Duration, SystemTime};

use iam_aws::credentials::Credentials;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::early::Early;
use super::entry::{
    API_VERSION, Corrupt, Encoded, FRAME_BYTES, Header, Kind, Life, Times, written,
};
use super::key::Key;

/// Credentials with an end. Without one they are not kept.
pub(super) struct RoleCredentials;

impl Kind for RoleCredentials {
    type Value = Credentials;

    const EARLY: Early = Early {
        margin: Duration::from_mins(5),
        window: Duration::from_mins(5),
    };

    /// The longest that STS gives: 36 hours for `GetSessionToken`.
    const MAX_LIFE: Duration = Duration::from_hours(36);

    /// What is signed with them tells its client a minute less than they live.
    const MIN_LEFT: Duration = Duration::from_mins(2);

    /// Credentials that were made a moment ago, perhaps with a code from a person, are not to
    /// blame when the token is refused; and the next token is signed afresh in any case.
    const MAKING_IS_SERVING: bool = false;

    fn life(&self, value: &Credentials, now: SystemTime) -> Option<Life> {
        Some(Life {
            made_at: now,
            expiration: value.expiry?,
        })
    }

    fn encode(&self, key: &Key, value: &Credentials, times: &Times) -> Encoded {
        let session_token = value.session_token.as_ref();
        let document = Document {
            api_version: API_VERSION,
            kind: KIND,
            key: &key.to_string(),
            fetched_at: &times.made_at.to_string(),
            refresh_after: &times.refresh_after.to_string(),
            expiration: &times.expiration.to_string(),
            access_key_id: value.access_key_id.as_str(),
            secret_access_key: secret(value.secret_access_key.expose()),
            session_token: session_token.map(|token| secret(token.expose())),
        };
        let secrets = value.secret_access_key.expose().len()
            + session_token.map_or(0, |token| token.expose().len());
        // Every character of a secret may need a backslash.
        Ok(written(&document, FRAME_BYTES + 2 * secrets))
    }

    fn decode(&self, key: &Key, text: &[u8]) -> Result<(Credentials, Times), Corrupt> {
        let Document {
            api_version,
            kind,
            key: written_key,
            fetched_at,
            refresh_after,
            expiration,
            access_key_id,
            secret_access_key,
            session_token,
        } = serde_json::from_slice(text)?;
        Header {
            api_version,
            kind,
            key: written_key,
        }
        .check(KIND, key)?;
        let times = Times::parse(fetched_at, refresh_after, expiration)?;
        let value = Credentials {
            access_key_id: access_key_id.parse().map_err(|_| Corrupt::Value)?,
            secret_access_key: secret_access_key.parse().map_err(|_| Corrupt::Value)?,
            session_token: session_token
                .map(TryInto::try_into)
                .transpose()
                .map_err(|_| Corrupt::Value)?,
            expiry: Some(times.expiration.instant()),
        };
        Ok((value, times))
    }

    /// Every client asks again when its token ends, some a few minutes before: the Python client
    /// five.
    fn content_until(times: &Times, now: SystemTime) -> SystemTime {
        let token = now + Duration::from_mins(14);
        token.min(times.expiration.instant()) - Duration::from_mins(5)
    }
}

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Document<'a> {
    api_version: &'a str,
    kind: &'a str,
    key: &'a str,
    fetched_at: &'a str,
    refresh_after: &'a str,
    expiration: &'a str,
    access_key_id: &'a str,
    secret_access_key: Zeroizing<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_token: Option<Zeroizing<String>>,
}

const KIND: &str = "Credentials";
