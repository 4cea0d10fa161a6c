//! The real ARNs of roles, which aws-auth has no path of.

use std::collections::HashMap;

use iam_core::principal::RoleArn;
use thiserror::Error;

/// Real ARNs of roles by their path-free ones, in lower case.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ArnMap(HashMap<String, RoleArn>);

/// Why a map is of no use.
#[derive(Debug, Error)]
pub enum ArnMapError {
    /// It is no JSON object of texts.
    #[error("the map is a JSON object from path-free role ARNs to real ones")]
    Json(#[from] serde_json::Error),
    /// A value is not the ARN of a role.
    #[error("{value} is not the ARN of a role")]
    NoRole {
        /// The value.
        value: String,
    },
    /// A value is another role than its key.
    #[error("{value} is not the role {key}")]
    Other {
        /// The key.
        key: String,
        /// Its value.
        value: String,
    },
}

impl ArnMap {
    /// Reads the JSON text of a map.
    ///
    /// # Errors
    /// [`ArnMapError`]: each value is the role of its key, with its path.
    pub fn parse(text: &str) -> Result<Self, ArnMapError> {
        let given: HashMap<String, String> = serde_json::from_str(text)?;
        let mut map = HashMap::new();
        for (key, value) in given {
            let Ok(role) = value.parse::<RoleArn>() else {
                return Err(ArnMapError::NoRole { value });
            };
            if !path_free(&role).eq_ignore_ascii_case(&key) {
                return Err(ArnMapError::Other { key, value });
            }
            map.insert(key.to_lowercase(), role);
        }
        Ok(Self(map))
    }

    pub(super) fn real(&self, canonical: &str) -> Option<String> {
        self.0
            .get(&canonical.to_lowercase())
            .map(ToString::to_string)
    }
}

fn path_free(role: &RoleArn) -> String {
    let (partition, account, name) = (role.partition(), role.account(), role.name());
    format!("arn:{partition}:iam::{account}:role/{name}")
}
