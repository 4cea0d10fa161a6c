//! Where `watch` has its sources from: files, and objects of the cluster.

mod config_map;
pub(crate) mod identity_mapping;

use std::path::PathBuf;

use thiserror::Error;

use crate::call::CallError;
use crate::connection::Cluster;
use crate::error::Error;
use crate::input::{self, Input};
pub use config_map::{ConfigMapName, ConfigMapNameError};

/// Where the sources are.
#[derive(Clone, Copy, Debug)]
pub struct Origins<'a> {
    /// Files, directories and patterns.
    pub files: &'a [PathBuf],
    /// `ConfigMaps`, each key of which is a file.
    pub config_maps: &'a [ConfigMapName],
    /// Whether all `IAMIdentityMapping`s are sources.
    pub identity_mappings: bool,
}

/// Why objects of the cluster are no sources.
#[derive(Debug, Error)]
pub enum OriginError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A `ConfigMap` is not there.
    #[error("the cluster has no configmap {name}")]
    Absent {
        /// Its name.
        name: ConfigMapName,
    },
    /// A `ConfigMap` without a key.
    #[error("configmap {name} holds no file")]
    Empty {
        /// Its name.
        name: ConfigMapName,
    },
    /// The kind is not defined.
    #[error("the cluster does not know the kind IAMIdentityMapping")]
    NoKind,
    /// There are more objects than any aws-auth has entries.
    #[error(
        "the cluster has more than {} IAMIdentityMappings",
        identity_mapping::MOST
    )]
    TooMany,
}

impl OriginError {
    /// What a person can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let remedy = match self {
            Self::Call(CallError::Refused { code: 403, .. }) => {
                "RBAC must allow get, list and watch on the configmap, and list and watch on \
                 iamidentitymappings"
            }
            Self::Call(error) => error.remedy()?,
            Self::Absent { .. } | Self::Empty { .. } => {
                "each key of the configmap's data is a file: kubectl create configmap NAME \
                 --from-file=access/"
            }
            Self::NoKind => "kubectl apply -f deploy/iamidentitymapping.yaml",
            Self::TooMany => return None,
        };
        Some(remedy.to_owned())
    }

    /// Whether it may well pass by itself, without a change of what is watched.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Call(_) | Self::NoKind => true,
            Self::Absent { .. } | Self::Empty { .. } | Self::TooMany => false,
        }
    }
}

impl Origins<'_> {
    /// Reads all of them: the files, then the `ConfigMaps`, then the `IAMIdentityMapping`s by name.
    ///
    /// # Errors
    /// When something cannot be read, or is nothing.
    pub async fn read(&self, cluster: &Cluster) -> Result<Vec<Input>, Error> {
        let mut inputs = input::read(self.files)?;
        for name in self.config_maps {
            inputs.extend(config_map::read(cluster, name).await?);
        }
        if self.identity_mappings {
            inputs.extend(identity_mapping::read(cluster).await?);
        }
        Ok(inputs)
    }
}
