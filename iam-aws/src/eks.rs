//! Amazon EKS: which clusters there are, what one of them is, who may enter it.
//!
//! The few calls of its REST API that are needed, signed here and sent by the one HTTP client.
//! `aws-sdk-eks` would make them as well: 129,000 lines, half a minute of every first build and
//! 63 MB of it on disk, for a dozen requests with small JSON objects.
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_Operations.html>

mod access;
mod answer;
mod error;
mod host;
mod mode;
mod request;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Response;
use iam_core::cluster::ClusterId;
use iam_core::region::Region;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::credentials::Credentials;
use crate::endpoint::EndpointError;
use crate::fetch::Context;
use crate::fetch::service_error::ServiceError;
use crate::http::{Http, Limits, Route};
use crate::patience::patiently;
pub use access::{AccessEntries, AccessEntry, AccessPolicy, AccessScope, Created, NewEntry};
use answer::Page;
pub use error::EksError;
pub use host::EksHost;
pub use mode::{AuthenticationMode, ClusterState, Update};
use request::Call;

/// EKS in one region, asked on somebody's behalf.
pub struct Eks {
    http: Http,
    base: String,
    region: Region,
    credentials: Credentials,
    clock: fn() -> SystemTime,
}

impl Eks {
    /// EKS at the URL that the settings of `context` name, else at the host of the region.
    ///
    /// # Errors
    /// When no region is known, or a setting makes no sense.
    pub fn new(context: &Context<'_>, credentials: &Credentials) -> Result<Self, EndpointError> {
        let (base, region) = host::address(context.settings(), context.shared())?;
        Ok(Self {
            http: context.http(),
            base,
            region,
            credentials: credentials.clone(),
            clock: context.clock(),
        })
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// What `DescribeCluster` answers: a JSON object with the cluster under its key `cluster`, as
    /// the AWS CLI prints it but for times.
    ///
    /// # Errors
    /// When EKS refuses or is not reached, or the answer is no text.
    pub async fn describe_cluster(&self, name: &ClusterId) -> Result<String, EksError> {
        let failed = |cause| EksError::new(self.describing(name), cause);
        let answer = self.ask(&Call::get(of_cluster(name))).await;
        let answer = answer.map_err(failed)?;
        String::from_utf8(answer.body().to_vec())
            .map_err(|_| failed(answer::senseless(answer.status())))
    }

    /// The names of all clusters, by as many calls of `ListClusters` as there are pages.
    ///
    /// # Errors
    /// When EKS refuses or is not reached, an answer makes no sense, or pages lead on without end.
    pub async fn cluster_names(&self) -> Result<Vec<ClusterId>, EksError> {
        let doing = format!("listing the clusters of {}", self.region);
        let failed = |cause| EksError::new((doing.clone(), "eks:ListClusters"), cause);
        let names: Vec<String> = self.list("/clusters", "clusters").await.map_err(failed)?;
        let names = names.iter().map(|name| name.parse());
        names
            .collect::<Result<_, _>>()
            .map_err(|_| failed(answer::senseless(http::StatusCode::OK)))
    }

    /// The access entries of a cluster.
    #[must_use]
    pub fn access_entries<'a>(&'a self, cluster: &'a ClusterId) -> AccessEntries<'a> {
        AccessEntries { eks: self, cluster }
    }

    fn describing(&self, name: &ClusterId) -> (String, &'static str) {
        let doing = format!("describing {name} in {}", self.region);
        (doing, "eks:DescribeCluster")
    }

    /// The items under `key` of all pages of a list.
    async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
    ) -> Result<Vec<T>, ServiceError> {
        let (mut items, mut query) = (Vec::new(), String::new());
        for _ in 0..MAX_PAGES {
            let call = Call::get(format!("{path}?maxResults={PAGE}{query}"));
            let page = Page::parse(&self.ask(&call).await?, key)?;
            items.extend(page.items);
            match page.next {
                None => return Ok(items),
                Some(token) => query = format!("&nextToken={}", request::encoded(&token)),
            }
        }
        Err(answer::senseless(http::StatusCode::OK))
    }

    /// Asks until there is an answer that is not `try again later`.
    async fn ask(&self, call: &Call) -> Result<Response<Bytes>, ServiceError> {
        patiently(async || self.once(call).await).await
    }

    async fn once(&self, call: &Call) -> Result<Response<Bytes>, ServiceError> {
        let request = call.signed(self).map_err(ServiceError::Unmade)?;
        let sent = self.http.send(request, LIMITS, Route::Settings);
        let answer = timeout(LIMITS.connect + LIMITS.answer, sent)
            .await
            .map_err(|_| ServiceError::TimedOut(crate::fetch::TimedOut::after(LIMITS.answer)))??;
        if answer.status() == http::StatusCode::OK {
            return Ok(answer);
        }
        Err(answer::refusal(&answer, &self.credentials))
    }
}

fn of_cluster(name: &ClusterId) -> String {
    format!("/clusters/{}", request::encoded(name.as_str()))
}

/// As many as one answer holds at most.
const PAGE: usize = 100;

/// A hundred thousand items of one list are not to be found.
const MAX_PAGES: usize = 1_000;

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    answer: Duration::from_secs(10),
    bytes: Limits::USUAL,
};

#[cfg(test)]
mod tests;
