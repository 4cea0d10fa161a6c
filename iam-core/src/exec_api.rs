//! The exec credential plugin interface of client-go.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins>

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::excerpt::Excerpt;
use crate::time::Rfc3339;
use crate::token::Token;

/// A version of the `ExecCredential` type.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum ExecApiVersion {
    /// `client.authentication.k8s.io/v1`, Kubernetes 1.22 and later.
    V1,
    /// `client.authentication.k8s.io/v1beta1`, what is assumed when nothing is asked for.
    #[default]
    V1Beta1,
    /// `client.authentication.k8s.io/v1alpha1`, removed in Kubernetes 1.24.
    V1Alpha1,
}

impl ExecApiVersion {
    /// Every version.
    pub const ALL: [Self; 3] = [Self::V1, Self::V1Beta1, Self::V1Alpha1];

    /// Group and version, as they stand in `apiVersion`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "client.authentication.k8s.io/v1",
            Self::V1Beta1 => "client.authentication.k8s.io/v1beta1",
            Self::V1Alpha1 => "client.authentication.k8s.io/v1alpha1",
        }
    }

    /// Whether current clients refuse the version, which is worth a warning.
    #[must_use]
    pub const fn is_deprecated(self) -> bool {
        match self {
            Self::V1 | Self::V1Beta1 => false,
            Self::V1Alpha1 => true,
        }
    }
}

impl fmt::Display for ExecApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ExecApiVersion {
    type Err = ExecInfoError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|version| version.as_str() == text)
            .ok_or_else(|| ExecInfoError::UnknownVersion {
                found: text.to_owned(),
            })
    }
}

/// What the client says about itself in `KUBERNETES_EXEC_INFO`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct ExecInfo {
    /// The version that the answer must have.
    pub api_version: ExecApiVersion,
    /// Whether the user can be asked something: stdin is a terminal and not taken.
    pub interactive: bool,
}

impl ExecInfo {
    /// Reads the value of `KUBERNETES_EXEC_INFO`; unset or empty means v1beta1, not interactive.
    ///
    /// `spec.cluster`, which clients add under `provideClusterInfo: true`, is accepted and not
    /// used, and so is every field that a later version of the type may bring.
    ///
    /// # Errors
    /// When the value is over 1 MiB, not a JSON object, of another version, or when `spec` or
    /// `spec.interactive` is of another type.
    pub fn parse(env_value: Option<&str>) -> Result<Self, ExecInfoError> {
        let Some(text) = env_value.filter(|text| !text.is_empty()) else {
            return Ok(Self::default());
        };
        if text.len() > MAX_LEN {
            return Err(ExecInfoError::TooLong { len: text.len() });
        }
        let value = serde_json::from_str(text).map_err(|e| ExecInfoError::Json {
            line: e.line(),
            column: e.column(),
        })?;
        let Value::Object(object) = value else {
            return Err(ExecInfoError::Type {
                field: "the document",
                expected: "an object",
            });
        };
        Ok(Self {
            api_version: api_version(&object)?,
            interactive: interactive(&object)?,
        })
    }
}

/// The `ExecCredential` that hands `token` to the client: one JSON document and a line break.
///
/// `expiration` is cut to the second. The text holds the token.
#[must_use]
pub fn exec_credential(version: ExecApiVersion, token: &Token, expiration: SystemTime) -> String {
    // Nothing to escape: versions and times are plain, tokens are of the base64url alphabet.
    format!(
        "{{\"kind\":\"ExecCredential\",\"apiVersion\":\"{version}\",\"spec\":{{\"interactive\":false}},\
         \"status\":{{\"expirationTimestamp\":\"{}\",\"token\":\"{}\"}}}}\n",
        Rfc3339::nearest(expiration),
        token.expose(),
    )
}

/// `KUBERNETES_EXEC_INFO` cannot be used.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ExecInfoError {
    /// Over 1 MiB.
    #[error("KUBERNETES_EXEC_INFO has {len} bytes, more than 1 MiB")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// Not JSON.
    #[error("KUBERNETES_EXEC_INFO is not JSON (line {line}, column {column})")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A part has another type than it must have.
    #[error("KUBERNETES_EXEC_INFO: {field} is not {expected}")]
    Type {
        /// Which part.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// No `apiVersion`.
    #[error("KUBERNETES_EXEC_INFO has no apiVersion")]
    NoVersion,
    /// An `apiVersion` that is not known.
    #[error("KUBERNETES_EXEC_INFO asks for \"{}\"", Excerpt(found))]
    UnknownVersion {
        /// The version asked for.
        found: String,
    },
}

impl ExecInfoError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoVersion | Self::UnknownVersion { .. } => {
                "set apiVersion: client.authentication.k8s.io/v1 in the exec section of the kubeconfig (v1beta1 and v1alpha1 are understood too)"
            }
            Self::TooLong { .. } => {
                "set provideClusterInfo: false in the exec section of the kubeconfig"
            }
            Self::Json { .. } | Self::Type { .. } => {
                "KUBERNETES_EXEC_INFO is set by the Kubernetes client; unset it when running by hand, update the client otherwise"
            }
        }
    }
}

fn api_version(object: &Map<String, Value>) -> Result<ExecApiVersion, ExecInfoError> {
    match object.get("apiVersion") {
        None | Some(Value::Null) => Err(ExecInfoError::NoVersion),
        Some(Value::String(version)) => version.parse(),
        Some(_) => Err(ExecInfoError::Type {
            field: "apiVersion",
            expected: "a string",
        }),
    }
}

fn interactive(object: &Map<String, Value>) -> Result<bool, ExecInfoError> {
    let spec = match object.get("spec") {
        None | Some(Value::Null) => return Ok(false),
        Some(Value::Object(spec)) => spec,
        Some(_) => {
            return Err(ExecInfoError::Type {
                field: "spec",
                expected: "an object",
            });
        }
    };
    match spec.get("interactive") {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(interactive)) => Ok(*interactive),
        Some(_) => Err(ExecInfoError::Type {
            field: "spec.interactive",
            expected: "true or false",
        }),
    }
}

const MAX_LEN: usize = 1 << 20;
