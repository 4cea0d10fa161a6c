//! Entries that hold a presigned token.

use std::time::{Duration, SystemTime};

use iam_core::sts_host::{StsHost, StsHosts};
use iam_core::token::Token;
use serde::{Deserialize, Serialize};

use super::early::Early;
use super::entry::{
    API_VERSION, Corrupt, Encoded, FRAME_BYTES, Header, Kind, Life, Times, written,
};
use super::key::Key;

/// A token, when it was signed, and what the client is told about its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedToken {
    /// The token.
    pub token: Token,
    /// When it was signed.
    pub signed_at: SystemTime,
    /// When the client should ask again.
    pub expiration: SystemTime,
}

/// Tokens for one host.
pub(super) struct Tokens<'a> {
    pub(super) host: &'a StsHost,
}

impl Kind for Tokens<'_> {
    type Value = SignedToken;

    /// A token tells its client 14 minutes: it is refreshed between its tenth and its twelfth.
    const EARLY: Early = Early {
        margin: Duration::from_mins(2),
        window: Duration::from_mins(2),
    };

    /// STS honours a presigned request for 15 minutes from its date.
    const MAX_LIFE: Duration = Duration::from_mins(15);

    /// What the client is told lies a minute before the end already.
    const MIN_LEFT: Duration = Duration::ZERO;

    /// A client that asks again was refused, and the API server remembers refused tokens for
    /// minutes: only another one can help, even if the first was made a moment ago.
    const MAKING_IS_SERVING: bool = true;

    fn life(&self, value: &SignedToken, _now: SystemTime) -> Option<Life> {
        Some(Life {
            made_at: value.signed_at,
            expiration: value.expiration,
        })
    }

    fn encode(&self, key: &Key, value: &SignedToken, times: &Times) -> Encoded {
        let token = value.token.expose();
        let document = Document {
            api_version: API_VERSION,
            kind: KIND,
            key: &key.to_string(),
            signed_at: &times.made_at.to_string(),
            refresh_after: &times.refresh_after.to_string(),
            expiration: &times.expiration.to_string(),
            token,
        };
        Ok(written(&document, FRAME_BYTES + token.len()))
    }

    /// The token is read as a server reads it, and must be of the host and the time that are due.
    fn decode(&self, key: &Key, text: &[u8]) -> Result<(SignedToken, Times), Corrupt> {
        let Document {
            api_version,
            kind,
            key: written_key,
            signed_at,
            refresh_after,
            expiration,
            token,
        } = serde_json::from_slice(text)?;
        Header {
            api_version,
            kind,
            key: written_key,
        }
        .check(KIND, key)?;
        let times = Times::parse(signed_at, refresh_after, expiration)?;
        let hosts = StsHosts::only(self.host);
        let (token, request) = Token::read(token, &hosts).map_err(|_| Corrupt::Value)?;
        let signed_at = times.made_at.instant();
        if request.date().instant() != signed_at {
            return Err(Corrupt::Value);
        }
        let value = SignedToken {
            token,
            signed_at,
            expiration: times.expiration.instant(),
        };
        Ok((value, times))
    }

    fn content_until(times: &Times, _now: SystemTime) -> SystemTime {
        times.expiration.instant()
    }
}

/// Nothing in it needs a backslash in JSON, so an entry of ours can be read in place.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Document<'a> {
    api_version: &'a str,
    kind: &'a str,
    key: &'a str,
    signed_at: &'a str,
    refresh_after: &'a str,
    expiration: &'a str,
    token: &'a str,
}

const KIND: &str = "Token";
