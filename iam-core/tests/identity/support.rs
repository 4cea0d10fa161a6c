//! A valid presigned URL to change one thing in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A presigned URL in parts, valid until a part is changed. Values are as they stand in the URL.
#[derive(Clone)]
pub(crate) struct PresignedUrl {
    pub(crate) scheme: String,
    pub(crate) authority: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, Option<String>)>,
}

impl PresignedUrl {
    /// Of a permanent key: the URL of the vector that `aws-iam-authenticator` tests itself with
    /// (cluster `test-cluster`, us-west-2, 2023-04-28), but for its key id and the inner digits of
    /// its signature.
    pub(crate) fn permanent() -> Self {
        let signature = format!("e211dba7{}5747f5ce", "0123456789abcdef".repeat(3));
        let query = [
            ("Action", "GetCallerIdentity"),
            ("Version", "2011-06-15"),
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            (
                "X-Amz-Credential",
                "AKIAIOSFODNN7EXAMPLE%2F20230428%2Fus-west-2%2Fsts%2Faws4_request",
            ),
            ("X-Amz-Date", "20230428T000000Z"),
            ("X-Amz-Expires", "60"),
            ("X-Amz-SignedHeaders", "host%3Bx-k8s-aws-id"),
            ("X-Amz-Signature", &signature),
        ];
        Self {
            scheme: "https://".to_owned(),
            authority: "sts.us-west-2.amazonaws.com".to_owned(),
            path: "/".to_owned(),
            query: query
                .map(|(name, value)| (name.to_owned(), Some(value.to_owned())))
                .into(),
        }
    }

    /// Of a temporary key, with a session token whose decoded length is `len`.
    pub(crate) fn temporary(len: usize) -> Self {
        let mut url = Self::permanent().with(
            "X-Amz-Credential",
            "ASIAIOSFODNN7EXAMPLE%2F20230428%2Fus-west-2%2Fsts%2Faws4_request",
        );
        let session_token = session_token(len)
            .replace('/', "%2F")
            .replace('+', "%2B")
            .replace('=', "%3D");
        url.query
            .insert(7, ("X-Amz-Security-Token".to_owned(), Some(session_token)));
        url
    }

    /// With another value.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let pair = self
            .query
            .iter_mut()
            .find(|pair| pair.0 == name)
            .expect("a parameter of this name");
        pair.1 = Some(value.to_owned());
        self
    }

    /// Without a parameter.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.query.retain(|pair| pair.0 != name);
        self
    }

    /// With one more parameter at the end.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), Some(value.to_owned())));
        self
    }

    /// At another place.
    pub(crate) fn at(mut self, authority: &str) -> Self {
        self.authority = authority.to_owned();
        self
    }

    pub(crate) fn url(&self) -> String {
        let pairs: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| match value {
                Some(value) => format!("{name}={value}"),
                None => name.clone(),
            })
            .collect();
        format!(
            "{}{}{}?{}",
            self.scheme,
            self.authority,
            self.path,
            pairs.join("&")
        )
    }

    pub(crate) fn token(&self) -> String {
        token_of(self.url().as_bytes())
    }
}

/// The token of any bytes.
pub(crate) fn token_of(url: &[u8]) -> String {
    format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url))
}

/// Text of the shape that STS gives session tokens.
pub(crate) fn session_token(len: usize) -> String {
    "FwoGZXIvYXdzEJr//+aQ0=".chars().cycle().take(len).collect()
}

/// 2023-04-28T00:00:00Z and so many seconds.
pub(crate) fn signed_at_plus(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_682_640_000 + seconds)
}
