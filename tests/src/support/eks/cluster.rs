//! A cluster, as `DescribeCluster` shows it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::Place;
use crate::support::sts::{ACCOUNT, STS_REGION};

/// A cluster of EKS; a story changes what it is about.
#[derive(Clone, Debug)]
pub struct EksCluster {
    /// `aws`.
    pub partition: String,
    /// Whose it is.
    pub account: String,
    /// Where it is.
    pub region: String,
    /// Its name.
    pub name: String,
    /// `ACTIVE`.
    pub status: String,
    /// Where its API server answers.
    pub endpoint: String,
    /// The certificates of its CA, in PEM.
    pub authority: String,
    /// `API_AND_CONFIG_MAP`.
    pub authentication_mode: String,
    /// Roles of the nodes that EKS manages, each with the type of access entry that it makes for it
    /// when the mode comes to know any.
    pub managed: Vec<(String, String)>,
    /// Members that differ from, or are added to, the usual ones.
    pub extra: Value,
    /// What describing it is refused with: a status and a code.
    pub refusal: Option<(u16, &'static str)>,
}

impl EksCluster {
    /// An active cluster of the usual account and region, with a CA in PEM.
    pub fn new(name: &str, authority: &str) -> Self {
        Self {
            partition: "aws".to_owned(),
            account: ACCOUNT.to_owned(),
            region: STS_REGION.to_owned(),
            name: name.to_owned(),
            status: "ACTIVE".to_owned(),
            endpoint: format!("https://{name}.example"),
            authority: authority.to_owned(),
            authentication_mode: "API_AND_CONFIG_MAP".to_owned(),
            managed: Vec::new(),
            extra: json!({}),
            refusal: None,
        }
    }

    /// The same in another region.
    pub fn in_region(self, region: &str) -> Self {
        Self {
            region: region.to_owned(),
            ..self
        }
    }

    /// The same in another account.
    pub fn of_account(self, account: &str) -> Self {
        Self {
            account: account.to_owned(),
            ..self
        }
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        let Self {
            partition,
            region,
            account,
            name,
            ..
        } = self;
        format!("arn:{partition}:eks:{region}:{account}:cluster/{name}")
    }

    /// The same with another authentication mode.
    pub fn in_mode(self, mode: &str) -> Self {
        Self {
            authentication_mode: mode.to_owned(),
            ..self
        }
    }

    /// The same with nodes that EKS manages, by their role and its type.
    pub fn managing(mut self, role: &str, entry_type: &str) -> Self {
        self.managed.push((role.to_owned(), entry_type.to_owned()));
        self
    }

    pub(super) fn place(&self) -> Place {
        (self.account.clone(), self.region.clone(), self.name.clone())
    }

    /// What stands under `cluster` in the answer; one that is being created has no endpoint yet.
    pub(super) fn description(&self) -> Value {
        let mut description = json!({
            "name": self.name,
            "arn": self.arn(),
            "createdAt": 1_700_000_000.123,
            "version": "1.36",
            "roleArn": format!("arn:{}:iam::{}:role/eks", self.partition, self.account),
            "status": self.status,
            "platformVersion": "eks.1",
            "tags": {},
            "accessConfig": { "authenticationMode": self.authentication_mode },
        });
        let members = description.as_object_mut().expect("an object was made");
        if !matches!(self.status.as_str(), "CREATING" | "PENDING") {
            members.insert("endpoint".to_owned(), json!(self.endpoint));
            let data = BASE64_STANDARD.encode(&self.authority);
            members.insert("certificateAuthority".to_owned(), json!({ "data": data }));
        }
        let extra = self.extra.as_object().expect("extra members are an object");
        members.extend(extra.clone());
        description
    }
}
