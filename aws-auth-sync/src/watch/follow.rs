//! Everything that tells of changes: aws-auth, and where the sources are.

use std::convert::Infallible;

use futures_util::future::join_all;

use super::changes::Changes;
use super::{files, live};
use crate::connection::Cluster;
use crate::origin::{ConfigMapName, Origins};

/// Tells whenever aws-auth or a source changes, and of each once at the beginning.
pub(super) async fn follow(
    cluster: &Cluster,
    origins: Origins<'_>,
    changes: &Changes,
) -> Infallible {
    let aws_auth = ConfigMapName {
        namespace: "kube-system".to_owned(),
        name: "aws-auth".to_owned(),
    };
    let config_maps = origins.config_maps.iter().chain([&aws_auth]);
    let config_maps = config_maps.map(|name| live::config_map(cluster, name, changes));
    let identity_mappings = async {
        if origins.identity_mappings {
            match live::identity_mappings(cluster, changes).await {}
        }
    };
    let (never, _, ()) = tokio::join!(
        files::follow(origins.files, changes),
        join_all(config_maps),
        identity_mappings,
    );
    never
}
