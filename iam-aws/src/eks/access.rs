//! The access entries of a cluster, and the access policies that they bind.
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessEntry.html>

use std::collections::BTreeMap;
use std::fmt;

use iam_core::cluster::ClusterId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::request::{Call, encoded};
use super::{Eks, EksError, answer};
use crate::fetch::service_error::ServiceError;

/// The access entries of a cluster: what is done with them, one call of the API each.
#[derive(Clone, Copy)]
pub struct AccessEntries<'a> {
    pub(super) eks: &'a Eks,
    pub(super) cluster: &'a ClusterId,
}

/// An access entry, as EKS tells of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct AccessEntry {
    /// The user or role, a role with its path.
    pub principal_arn: String,
    /// `STANDARD`, `EC2_LINUX`, …
    #[serde(rename = "type")]
    pub entry_type: String,
    /// The username, that which EKS fills in included.
    #[serde(default)]
    pub username: String,
    /// The groups.
    #[serde(default)]
    pub kubernetes_groups: Vec<String>,
    /// The tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// An access entry to be made.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewEntry {
    /// The user or role, a role with its path.
    pub principal_arn: String,
    /// `STANDARD`, `EC2_LINUX`, …
    #[serde(rename = "type")]
    pub entry_type: String,
    /// The username; without one EKS fills it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kubernetes_groups: Vec<String>,
    /// The tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// An access policy and where it reaches.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessPolicy {
    /// Its ARN.
    pub policy_arn: String,
    /// Its scope.
    pub access_scope: AccessScope,
}

/// Where a policy reaches.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AccessScope {
    /// `cluster` or `namespace`.
    #[serde(rename = "type")]
    pub scope_type: String,
    /// Namespaces, where it is not the whole cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
}

/// What making an entry came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Created {
    /// It is made.
    Done,
    /// There is one for the principal already.
    Taken,
}

impl AccessEntries<'_> {
    /// The principals that have one.
    ///
    /// # Errors
    /// When EKS refuses or is not reached, or an answer makes no sense.
    pub async fn principals(&self) -> Result<Vec<String>, EksError> {
        let doing = format!("listing the access entries of {}", self.cluster);
        let listed = self.eks.list(&self.path(), "accessEntries").await;
        listed.map_err(|cause| EksError::new((doing, "eks:ListAccessEntries"), cause))
    }

    /// The entry of a principal, and its policies; `None` where EKS knows no such entry.
    ///
    /// # Errors
    /// When EKS refuses or is not reached, or an answer makes no sense.
    pub async fn describe(
        &self,
        principal: &str,
    ) -> Result<Option<(AccessEntry, Vec<AccessPolicy>)>, EksError> {
        let doing = format!("describing the access entry of {principal}");
        let actions = "eks:DescribeAccessEntry and eks:ListAssociatedAccessPolicies";
        let described = self.described(principal).await;
        match described.map_err(|cause| EksError::new((doing, actions), cause)) {
            Err(error) if error.is_not_found() => Ok(None),
            described => described.map(Some),
        }
    }

    async fn described(
        &self,
        principal: &str,
    ) -> Result<(AccessEntry, Vec<AccessPolicy>), ServiceError> {
        let path = self.path_of(principal);
        let answer = self.eks.ask(&Call::get(path.clone())).await?;
        let Described { access_entry } = answer::parse(&answer)?;
        let policies = format!("{path}/access-policies");
        let policies = self.eks.list(&policies, "associatedAccessPolicies").await?;
        Ok((access_entry, policies))
    }

    /// Makes an entry. A principal that has one already is no error: whose it is, is to be seen.
    ///
    /// # Errors
    /// When EKS refuses or is not reached.
    pub async fn create(&self, entry: &NewEntry) -> Result<Created, EksError> {
        let doing = format!("creating the access entry of {}", entry.principal_arn);
        let actions = "eks:CreateAccessEntry and eks:TagResource, and iam:PassRole for nodes";
        let sent = self.send(Call::post(self.path(), &json!(entry)), (doing, actions));
        match sent.await {
            Err(error) if error.code() == Some("ResourceInUseException") => Ok(Created::Taken),
            sent => sent.map(|()| Created::Done),
        }
    }

    /// Gives an entry another username and other groups in place of its own.
    ///
    /// # Errors
    /// When EKS refuses or is not reached.
    pub async fn update(
        &self,
        principal: &str,
        username: &str,
        groups: &[String],
    ) -> Result<(), EksError> {
        let names = json!({"username": username, "kubernetesGroups": groups});
        let doing = format!("updating the access entry of {principal}");
        let call = Call::post(self.path_of(principal), &names);
        self.send(call, (doing, "eks:UpdateAccessEntry")).await
    }

    /// Binds a policy to an entry; one that is bound already gets the new scope.
    ///
    /// # Errors
    /// When EKS refuses or is not reached.
    pub async fn associate(&self, principal: &str, policy: &AccessPolicy) -> Result<(), EksError> {
        let doing = format!("binding {} to {principal}", policy.policy_arn);
        let path = format!("{}/access-policies", self.path_of(principal));
        let call = Call::post(path, &json!(policy));
        self.send(call, (doing, "eks:AssociateAccessPolicy")).await
    }

    /// Takes a policy from an entry.
    ///
    /// # Errors
    /// When EKS refuses or is not reached.
    pub async fn disassociate(&self, principal: &str, policy_arn: &str) -> Result<(), EksError> {
        let doing = format!("taking {policy_arn} from {principal}");
        let path = self.path_of(principal);
        let call = Call::delete(format!("{path}/access-policies/{}", encoded(policy_arn)));
        self.send(call, (doing, "eks:DisassociateAccessPolicy"))
            .await
    }

    async fn send(&self, call: Call, doing: (String, &'static str)) -> Result<(), EksError> {
        let done = self.eks.ask(&call).await;
        done.map(|_| ())
            .map_err(|cause| EksError::new(doing, cause))
    }

    fn path(&self) -> String {
        format!("{}/access-entries", super::of_cluster(self.cluster))
    }

    fn path_of(&self, principal: &str) -> String {
        format!("{}/{}", self.path(), encoded(principal))
    }
}

impl AccessScope {
    /// The whole cluster.
    #[must_use]
    pub fn cluster() -> Self {
        Self {
            scope_type: "cluster".to_owned(),
            namespaces: Vec::new(),
        }
    }
}

impl fmt::Display for AccessScope {
    /// `the cluster`, `the namespaces dev-*, shop`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespaces.as_slice() {
            [] => write!(f, "the {}", self.scope_type),
            [namespace] => write!(f, "the namespace {namespace}"),
            namespaces => write!(f, "the namespaces {}", namespaces.join(", ")),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    access_entry: AccessEntry,
}
