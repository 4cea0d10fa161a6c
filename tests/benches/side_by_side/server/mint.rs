//! Reviews of tokens that differ, made without signing each: the stub looks at no signature.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use e2e::support::keys::Keys;
use e2e::support::sts::{STS_HOST, STS_REGION};
use e2e::support::token::TokenRecipe;
use hyper::body::Bytes;
use serde_json::json;

/// Makes tokens of now, each another one.
pub(super) struct Mint {
    keys: Keys,
    count: AtomicU64,
}

/// What tokens of a row have in common.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Of one access key.
    OneKey,
    /// Each of an access key of its own.
    ManyKeys,
    /// Each for an STS host of its own, which does not exist.
    ForeignHosts,
    /// No presigned request at all.
    Garbage,
}

impl Mint {
    pub(super) fn new() -> Self {
        Self {
            keys: Keys::long_lived(),
            count: AtomicU64::new(1),
        }
    }

    /// So many reviews.
    pub(super) fn reviews(&self, kind: Kind, count: usize) -> Vec<Bytes> {
        #[expect(clippy::disallowed_methods, reason = "a benchmark's clock")]
        let now = std::time::SystemTime::now();
        let url = TokenRecipe::new(&self.keys, STS_HOST, STS_REGION, CLUSTER, now).url();
        let (unsigned, _) = url.rsplit_once('=').expect("the signature comes last");
        let next = || self.count.fetch_add(1, Ordering::Relaxed);
        (0..count)
            .map(|_| review(&self.token(kind, unsigned, next())))
            .collect()
    }

    fn token(&self, kind: Kind, unsigned: &str, number: u64) -> String {
        let url = match kind {
            Kind::OneKey => format!("{unsigned}={number:064x}"),
            Kind::ManyKeys => {
                let key = format!("AKIA{number:016}");
                let own = unsigned.replace(&self.keys.access_key_id, &key);
                format!("{own}={number:064x}")
            }
            Kind::ForeignHosts => {
                let host = format!("sts.x{number}.amazonaws.com");
                format!("{}={number:064x}", unsigned.replace(STS_HOST, &host))
            }
            Kind::Garbage => format!("{number:0360}"),
        };
        format!("k8s-aws-v1.{}", BASE64_URL_SAFE_NO_PAD.encode(url))
    }
}

/// As kube-apiserver asks.
pub(super) fn review(token: &str) -> Bytes {
    let review = json!({
        "kind": "TokenReview",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {},
        "spec": {"token": token, "audiences": ["https://kubernetes.default.svc"]},
        "status": {"user": {}},
    });
    Bytes::from(format!("{review}\n"))
}

/// What tokens are signed for.
pub(super) const CLUSTER: &str = "bench";
