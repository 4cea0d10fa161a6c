//! Whether what was written is there.

use iam_core::aws_auth::Document;
use k8s_openapi::api::core::v1::ConfigMap;
use thiserror::Error;

use crate::call::CallError;
use crate::connection::Cluster;
use crate::desired::sections;
use crate::meaning::Meaning;

/// What was written is not surely there.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// It was written, and could not be read back.
    #[error("aws-auth was written (resourceVersion {version}), and could not be read back")]
    Unread {
        /// The version that was written.
        version: String,
        /// Why it could not be read.
        source: CallError,
    },
    /// It was written, and then was something else.
    #[error("aws-auth was written, and then {entry} was not what was written; {writers}")]
    Overwritten {
        /// The entry.
        entry: String,
        /// Who wrote it last.
        writers: String,
    },
}

impl VerifyError {
    /// What a person can do about it.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Unread { .. } => "apply again: what is there is compared first",
            Self::Overwritten { .. } => {
                "find out which other tool writes aws-auth, then apply again"
            }
        }
    }
}

/// Reads aws-auth once more, as its consumer would; `amiss` finds an entry that is not as it was
/// written. Others may have changed theirs meanwhile.
///
/// # Errors
/// See [`VerifyError`].
pub async fn verify(
    cluster: &Cluster,
    version: &str,
    amiss: impl FnOnce(&Document) -> Option<Meaning>,
) -> Result<(), VerifyError> {
    let read = cluster.fetch().await;
    let object = read.map_err(|source| VerifyError::Unread {
        version: version.to_owned(),
        source,
    })?;
    let data = object.as_ref().and_then(|object| object.data.clone());
    match amiss(&Document::parse(&sections(&data.unwrap_or_default()))) {
        None => Ok(()),
        Some(entry) => Err(VerifyError::Overwritten {
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
