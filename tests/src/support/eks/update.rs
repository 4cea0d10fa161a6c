//! Changes of a cluster's authentication mode, which go on after their answer.
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html>

use serde_json::{Value, json};

use super::cluster::EksCluster;
use crate::support::sigv4::Request;
use crate::support::standin::Refusal;

/// A change that was asked for.
pub(super) struct Update {
    id: String,
    mode: String,
    /// How often it is looked at before it ends.
    left: usize,
    status: &'static str,
}

impl Update {
    /// Begins the change that is asked for.
    pub(super) fn begin(
        request: &Request,
        cluster: &EksCluster,
        number: usize,
    ) -> Result<Self, Refusal> {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let mode = body.pointer("/accessConfig/authenticationMode");
        let mode = mode.and_then(Value::as_str).unwrap_or_default();
        let (from, name) = (cluster.authentication_mode.as_str(), &cluster.name);
        let moves = [
            ("CONFIG_MAP", "API_AND_CONFIG_MAP"),
            ("API_AND_CONFIG_MAP", "API"),
        ];
        if !moves.contains(&(from, mode)) {
            let message = format!("Unsupported authentication mode update from {from} to {mode}");
            return Err(Refusal::new(400, "InvalidParameterException", &message));
        }
        if cluster.status != "ACTIVE" {
            let message = format!(
                "Cannot AccessConfigUpdate because cluster {name} currently has an update in progress"
            );
            return Err(Refusal::new(409, "ResourceInUseException", &message));
        }
        Ok(Self {
            id: format!("00000000-0000-4000-8000-{number:012}"),
            mode: mode.to_owned(),
            left: LOOKS,
            status: "InProgress",
        })
    }

    /// Goes on by one look; the mode that holds from now on when it ends well by this.
    pub(super) fn go_on(&mut self, end: &'static str) -> Option<String> {
        if self.status != "InProgress" {
            return None;
        }
        if self.left > 0 {
            self.left -= 1;
            return None;
        }
        self.status = end;
        (end == "Successful").then(|| self.mode.clone())
    }

    pub(super) fn is_going_on(&self) -> bool {
        self.status == "InProgress"
    }

    pub(super) fn is(&self, id: &str) -> bool {
        self.id == id
    }

    pub(super) fn description(&self) -> Value {
        let errors = match self.status {
            "Failed" => json!([{
                "errorCode": "Unknown",
                "errorMessage": "failed on demand",
                "resourceIds": [],
            }]),
            _ => json!([]),
        };
        json!({ "update": {
            "id": self.id,
            "status": self.status,
            "type": "AccessConfigUpdate",
            "params": [{ "type": "AuthenticationMode", "value": self.mode }],
            "createdAt": 1_700_000_000.5,
            "errors": errors,
        }})
    }
}

/// How often a change is looked at before it ends.
const LOOKS: usize = 1;
