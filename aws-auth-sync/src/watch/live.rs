//! Objects of the API server that are watched.

use std::convert::Infallible;
use std::fmt::Debug;
use std::pin::pin;

use futures_util::StreamExt as _;
use iam_cli::NOTICE;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::core::{ApiResource, DynamicObject, GroupVersionKind, PartialObjectMeta};
use kube::runtime::watcher::{self, Event};
use kube::{Api, Resource};
use serde::de::DeserializeOwned;

use super::changes::Changes;
use super::pauses::Pauses;
use crate::call::innermost;
use crate::connection::Cluster;
use crate::origin::ConfigMapName;
use crate::plugin;

/// Tells of each change of a `ConfigMap`.
pub(super) async fn config_map(
    cluster: &Cluster,
    name: &ConfigMapName,
    changes: &Changes,
) -> Infallible {
    let ConfigMapName {
        namespace,
        name: own,
    } = name;
    // Of the object nothing is kept: a sync reads it for itself.
    let api: Api<PartialObjectMeta<ConfigMap>> = Api::namespaced(cluster.client.clone(), namespace);
    let of_name = watcher::Config::default().fields(&format!("metadata.name={own}"));
    each(api, of_name, &format!("configmap {name}"), changes).await
}

/// Tells of each change of an `IAMIdentityMapping`.
pub(super) async fn identity_mappings(cluster: &Cluster, changes: &Changes) -> Infallible {
    let kind = GroupVersionKind::gvk("iamauthenticator.k8s.aws", "v1alpha1", "IAMIdentityMapping");
    let kind = ApiResource::from_gvk(&kind);
    let api: Api<PartialObjectMeta<DynamicObject>> = Api::all_with(cluster.client.clone(), &kind);
    each(
        api,
        watcher::Config::default(),
        "iamidentitymappings",
        changes,
    )
    .await
}

/// Tells of each change of the objects, and once they are listed; begins anew with a listing where
/// that fails.
async fn each<K>(api: Api<K>, objects: watcher::Config, name: &str, changes: &Changes) -> Infallible
where
    K: Resource + Clone + Debug + DeserializeOwned + Send + 'static,
{
    let mut pauses = Pauses::default();
    let mut told = None;
    loop {
        let objects = objects.clone().timeout(WATCH_SECONDS);
        let mut events = pin!(watcher::watcher(api.clone(), objects));
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Init | Event::InitApply(_)) => {}
                Ok(Event::InitDone | Event::Apply(_) | Event::Delete(_)) => {
                    if told.take().is_some() {
                        tracing::info!(target: NOTICE, "{name} is watched again");
                    }
                    pauses = Pauses::default();
                    changes.tell();
                }
                Err(error) => {
                    let error = plugin::fault(&error).unwrap_or_else(|| innermost(&error));
                    if told.as_ref() != Some(&error) {
                        tracing::warn!("watch {name}: {error}; trying again");
                        told = Some(error);
                    }
                    break;
                }
            }
        }
        tokio::time::sleep(pauses.next()).await;
    }
}

/// A watch is begun anew this often, so that a connection which died silently is noticed.
const WATCH_SECONDS: u32 = 60;
