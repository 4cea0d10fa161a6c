//! What a guard wants to know of a cluster: who asks, and whether there are nodes.

use http::Method;
use iam_core::principal::Principal;
use k8s_openapi::List;
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::core::v1::Node;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Facts, Nodes};
use crate::call::{Answer, Call, CallError, refused};
use crate::connection::Cluster;

impl Cluster {
    /// Looks whether there are nodes and, unless that is known, who asks. What nobody lets us see
    /// stays unknown.
    ///
    /// # Errors
    /// When no answer comes, or one that says nothing about rights.
    pub async fn observe(&self, caller: Option<&Principal>) -> Result<Facts, CallError> {
        let caller = match caller {
            Some(caller) => Some(caller.clone()),
            None => self.who_asks().await?,
        };
        let nodes = self.look::<List<Node>>(Call {
            what: "list nodes",
            method: Method::GET,
            path: "/api/v1/nodes?limit=1",
            body: None,
        });
        let nodes = match nodes.await? {
            Ok(nodes) => nodes.items.into_iter().next().map_or(Nodes::None, |node| {
                Nodes::Some(node.metadata.name.unwrap_or_default())
            }),
            Err(reason) => Nodes::Unknown(reason.to_string()),
        };
        Ok(Facts { caller, nodes })
    }

    async fn who_asks(&self) -> Result<Option<Principal>, CallError> {
        let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let review = self.look::<SelfSubjectReview>(Call {
            what: "ask who we are (create selfsubjectreviews)",
            method: Method::POST,
            path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            body: Some(("application/json", review)),
        });
        Ok(match review.await? {
            Ok(review) => caller(&review),
            Err(reason) => {
                tracing::warn!("nobody guards your own access (C01): {reason}");
                None
            }
        })
    }

    /// Calls; the inner error is that we may not, or that the API server is older than what we ask.
    async fn look<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
    ) -> Result<Result<T, CallError>, CallError> {
        let what = call.what;
        match self.call(call).await? {
            Answer::Object(object) => Ok(Ok(*object)),
            Answer::Status(status) if matches!(status.code, 401 | 403 | 404) => {
                Ok(Err(refused(what, status)))
            }
            Answer::Status(status) => Err(refused(what, status)),
        }
    }
}

/// The caller's ARN, as aws-iam-authenticator and EKS hand it on; that of a session before that of
/// its role.
fn caller(review: &SelfSubjectReview) -> Option<Principal> {
    let user = review.status.as_ref()?.user_info.as_ref()?;
    let extra = user.extra.as_ref()?;
    let values = ["arn", "canonicalArn"].into_iter();
    values
        .filter_map(|key| extra.get(key)?.first())
        .find_map(|arn| arn.parse().ok())
}
