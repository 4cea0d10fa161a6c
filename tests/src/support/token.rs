//! Tokens of any shape, signed by this library's own signer: what token-exec would never mint.

use std::time::SystemTime;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::clock::{amz_date, shifted};
use super::keys::Keys;
use super::sigv4::{Request, Signer};

/// A token to be. [`TokenRecipe::new`] makes the one that every server accepts; a story changes
/// one field.
#[derive(Clone, Debug)]
pub struct TokenRecipe<'a> {
    /// Who signs.
    pub keys: &'a Keys,
    /// The host signed for.
    pub host: String,
    /// The region of the credential scope.
    pub region: String,
    /// The service of the credential scope.
    pub service: String,
    /// The cluster signed for; `None` leaves the header out.
    pub cluster_id: Option<String>,
    /// `X-Amz-Date`.
    pub date: String,
    /// `X-Amz-Expires`.
    pub expires: String,
    /// The pairs before those of the signature.
    pub query: Vec<(String, String)>,
}

impl<'a> TokenRecipe<'a> {
    /// A good token for `host` of `region`, signed at `now`.
    pub fn new(
        keys: &'a Keys,
        host: &str,
        region: &str,
        cluster_id: &str,
        now: SystemTime,
    ) -> Self {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Self {
            keys,
            host: host.to_owned(),
            region: region.to_owned(),
            service: "sts".to_owned(),
            cluster_id: Some(cluster_id.to_owned()),
            date: amz_date(now),
            expires: "60".to_owned(),
            query: vec![
                pair("Action", "GetCallerIdentity"),
                pair("Version", "2011-06-15"),
            ],
        }
    }

    /// The same, signed so many seconds later; earlier when negative.
    pub fn signed_at(mut self, now: SystemTime, seconds: i64) -> Self {
        self.date = amz_date(shifted(now, seconds));
        self
    }

    /// The presigned request, as `sts` receives it when the cluster is the right one.
    pub fn request(&self) -> Request {
        let mut request = Request::get(&self.host, "/");
        for (name, value) in &self.query {
            request.push_query(name, value);
        }
        if let Some(cluster_id) = &self.cluster_id {
            request.push_header(CLUSTER_HEADER, cluster_id);
        }
        let mut signer = Signer::new(self.keys, &self.region, &self.service, &self.date);
        signer.scope.service.clone_from(&self.service);
        signer.presign(request, &self.expires)
    }

    /// The presigned URL.
    pub fn url(&self) -> String {
        format!("https://{}{}", self.host, self.request().target)
    }

    /// The bearer token.
    pub fn bearer(&self) -> String {
        bearer_of(&self.url())
    }
}

/// Any text as the body of a bearer token.
pub fn bearer_of(url: &str) -> String {
    format!("k8s-aws-v1.{}", BASE64_URL_SAFE_NO_PAD.encode(url))
}

/// The URL inside a bearer token.
pub fn url_of(bearer: &str) -> Option<String> {
    let body = BASE64_URL_SAFE_NO_PAD
        .decode(bearer.strip_prefix("k8s-aws-v1.")?)
        .ok()?;
    String::from_utf8(body).ok()
}

/// The header whose signature binds a token to its cluster.
pub const CLUSTER_HEADER: &str = "x-k8s-aws-id";
