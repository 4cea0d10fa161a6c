//! Tokens of any shape, signed by this library's own signer: what token-exec would never mint.

use std::time::SystemTime;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::clock::{amz_date, shifted};
use super::keys::Keys;
use super::sigv4::{Request, Signer};

/// A token to be. [`TokenRecipe::new`] makes the one that every server accepts; a story changes
/// one thing.
#[derive(Clone, Debug)]
pub struct TokenRecipe<'a> {
    keys: &'a Keys,
    host: String,
    region: String,
    service: String,
    cluster_id: Option<String>,
    date: String,
    expires: String,
    query: Vec<(String, String)>,
}

impl<'a> TokenRecipe<'a> {
    /// A good token for `host` of `region`, signed at `now`.
    pub fn new(keys: &'a Keys, host: &str, region: &str, cluster: &str, now: SystemTime) -> Self {
        let recipe = Self {
            keys,
            host: host.to_owned(),
            region: region.to_owned(),
            service: "sts".to_owned(),
            cluster_id: Some(cluster.to_owned()),
            date: amz_date(now),
            expires: "60".to_owned(),
            query: Vec::new(),
        };
        recipe.query(&[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")])
    }

    /// Signed for another host.
    pub fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    /// With another region in the credential scope.
    pub fn region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// With another service in the credential scope.
    pub fn service(mut self, service: &str) -> Self {
        service.clone_into(&mut self.service);
        self
    }

    /// Signed for another cluster.
    pub fn cluster(mut self, cluster_id: &str) -> Self {
        self.cluster_id = Some(cluster_id.to_owned());
        self
    }

    /// Signed without the cluster's header.
    pub fn without_cluster(mut self) -> Self {
        self.cluster_id = None;
        self
    }

    /// With any text as `X-Amz-Date`.
    pub fn date(mut self, date: &str) -> Self {
        date.clone_into(&mut self.date);
        self
    }

    /// Signed so many seconds after `now`; before it when negative.
    pub fn signed_at(mut self, now: SystemTime, seconds: i64) -> Self {
        self.date = amz_date(shifted(now, seconds));
        self
    }

    /// With any text as `X-Amz-Expires`.
    pub fn expires(mut self, expires: &str) -> Self {
        expires.clone_into(&mut self.expires);
        self
    }

    /// With these pairs before those of the signature.
    pub fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.query = pairs.collect();
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
        let signer = Signer::new(self.keys, &self.region, &self.service, &self.date);
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
