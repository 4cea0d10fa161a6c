//! Whether what was written is there.

use k8s_openapi::api::core::v1::ConfigMap;

use super::ApplyError;
use crate::connection::Cluster;
use crate::live::Live;
use crate::merge::first_amiss;
use crate::plan::{Plan, Wanted};

/// Reads aws-auth once more, as its consumer would. Others may have changed theirs meanwhile.
pub(super) async fn verify(
    cluster: &Cluster,
    wanted: &Wanted,
    plan: &Plan,
    version: &str,
) -> Result<(), ApplyError> {
    let read = cluster.fetch().await;
    let object = read.map_err(|source| ApplyError::Unverified {
        version: version.to_owned(),
        source,
    })?;
    let live = object.as_ref().map(Live::of).transpose()?;
    let document = live.unwrap_or_default().document;
    match first_amiss(&plan.merge, &wanted.desired.entries, &document) {
        None => Ok(()),
        Some(entry) => Err(ApplyError::Overwritten {
            entry: format!("{} {}", entry.identity.section(), entry.name()),
            writers: object
                .as_ref()
                .map_or_else(|| "it was deleted".to_owned(), writers),
        }),
    }
}

/// Who wrote the data, by the API server's own account of it.
fn writers(object: &ConfigMap) -> String {
    let managers = object.metadata.managed_fields.iter().flatten();
    let of_data = managers.filter(|entry| {
        entry
            .fields_v1
            .as_ref()
            .is_some_and(|fields| fields.0.get("f:data").is_some())
    });
    let names: Vec<String> = of_data
        .map(|entry| {
            let name = entry.manager.as_deref().unwrap_or("an unnamed manager");
            let time = entry.time.as_ref().map(|time| format!(" at {}", time.0));
            format!("{name}{}", time.unwrap_or_default())
        })
        .collect();
    if names.is_empty() {
        "the API server does not say who wrote it".to_owned()
    } else {
        format!("its data was written by {}", names.join(", "))
    }
}
