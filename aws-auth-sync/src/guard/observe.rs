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
    /// Looks who asks and whether there are nodes. What RBAC does not let anybody see stays unknown,
    /// with a warning.
    ///
    /// # Errors
    /// For every other refusal, and when no answer comes.
    pub async fn observe(&self) -> Result<Facts, CallError> {
        let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let review = self.look::<SelfSubjectReview>(Call {
            what: "ask who asks (create selfsubjectreviews)",
            method: Method::POST,
            path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            body: Some(("application/json", review)),
        });
        let caller = review.await?.as_ref().and_then(caller);
        let nodes = self.look::<List<Node>>(Call {
            what: "list nodes",
            method: Method::GET,
            path: "/api/v1/nodes?limit=1",
            body: None,
        });
        let nodes = nodes.await?.map_or(Nodes::Unknown, |nodes| {
            let first = nodes.items.into_iter().next();
            first.map_or(Nodes::None, |node| {
                Nodes::Some(node.metadata.name.unwrap_or_default())
            })
        });
        Ok(Facts { caller, nodes })
    }

    async fn look<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<Option<T>, CallError> {
        let what = call.what;
        match self.call(call).await? {
            Answer::Object(object) => Ok(Some(*object)),
            Answer::Status(status) if status.code == 403 => {
                tracing::warn!("{}", refused(what, status));
                Ok(None)
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
