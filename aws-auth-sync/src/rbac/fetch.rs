//! RBAC of a cluster, and what lint wants to know beside it.

use http::Method;
use k8s_openapi::api::core::v1::{Namespace, Node};
use k8s_openapi::api::rbac::v1;
use kube::core::ObjectList;
use serde::de::DeserializeOwned;

use super::{Object, Rbac};
use crate::call::{Answer, Call, CallError, refused};
use crate::connection::Cluster;
use crate::lint::Live;

impl Cluster {
    /// Reads all roles, bindings and namespaces.
    ///
    /// # Errors
    /// When the API server refuses one of the lists, or does not answer.
    pub async fn fetch_rbac(&self) -> Result<Rbac, CallError> {
        let mut objects = Vec::new();
        self.list::<v1::ClusterRole>("list clusterroles", CLUSTER_ROLES, &mut objects)
            .await?;
        self.list::<v1::Role>("list roles", ROLES, &mut objects)
            .await?;
        self.list::<v1::ClusterRoleBinding>(
            "list clusterrolebindings",
            CLUSTER_ROLE_BINDINGS,
            &mut objects,
        )
        .await?;
        self.list::<v1::RoleBinding>("list rolebindings", ROLE_BINDINGS, &mut objects)
            .await?;
        self.list::<Namespace>("list namespaces", NAMESPACES, &mut objects)
            .await?;
        Ok(Rbac::of_cluster(objects))
    }

    /// Looks for nodes, and for bound groups in `rbac`.
    ///
    /// # Errors
    /// As [`Self::fetch_rbac`].
    pub async fn fetch_live(&self, rbac: &Rbac) -> Result<Live, CallError> {
        Ok(Live {
            bound_groups: rbac.bound_groups(),
            node: self.node(NODE).await?,
            windows_node: self.node(WINDOWS_NODE).await?,
        })
    }

    async fn node(&self, path: &str) -> Result<Option<String>, CallError> {
        let what = "list nodes";
        let call = Call {
            what,
            method: Method::GET,
            path,
            body: None,
        };
        match self.call::<ObjectList<Node>>(call).await? {
            Answer::Object(list) => Ok(list.items.into_iter().find_map(|node| node.metadata.name)),
            Answer::Status(status) => Err(refused(what, status)),
        }
    }

    async fn list<T>(
        &self,
        what: &'static str,
        path: &str,
        objects: &mut Vec<Object>,
    ) -> Result<(), CallError>
    where
        T: DeserializeOwned + Clone,
        Object: From<T>,
    {
        let call = Call {
            what,
            method: Method::GET,
            path,
            body: None,
        };
        match self.call::<ObjectList<T>>(call).await? {
            Answer::Object(list) => {
                objects.extend(list.items.into_iter().map(Object::from));
                Ok(())
            }
            Answer::Status(status) => Err(refused(what, status)),
        }
    }
}

const CLUSTER_ROLES: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
const ROLES: &str = "/apis/rbac.authorization.k8s.io/v1/roles";
const CLUSTER_ROLE_BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const ROLE_BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/rolebindings";
const NAMESPACES: &str = "/api/v1/namespaces";
const NODE: &str = "/api/v1/nodes?limit=1";
const WINDOWS_NODE: &str = "/api/v1/nodes?limit=1&labelSelector=kubernetes.io/os%3Dwindows";
