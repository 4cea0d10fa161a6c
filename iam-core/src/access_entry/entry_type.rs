//! What an access entry is for: people and programs, or one kind of node.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::principal::Principal;

/// The `type` of an access entry.
///
/// <https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html>
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum EntryType {
    /// People and programs: the default.
    #[default]
    Standard,
    /// Nodes on EC2.
    Ec2Linux,
    /// Windows nodes on EC2.
    Ec2Windows,
    /// Pods on Fargate, each a node of its own.
    FargateLinux,
    /// Nodes of EKS Auto Mode.
    Ec2,
    /// Nodes outside of AWS.
    HybridLinux,
    /// Nodes of SageMaker HyperPod.
    HyperpodLinux,
}

/// A text that is no [`EntryType`].
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("it is none of {}", EntryType::ALL.map(EntryType::name).join(", "))]
pub struct EntryTypeError;

impl EntryType {
    /// Every type.
    pub const ALL: [Self; 7] = [
        Self::Standard,
        Self::Ec2Linux,
        Self::Ec2Windows,
        Self::FargateLinux,
        Self::Ec2,
        Self::HybridLinux,
        Self::HyperpodLinux,
    ];

    /// The name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Ec2Linux => "EC2_LINUX",
            Self::Ec2Windows => "EC2_WINDOWS",
            Self::FargateLinux => "FARGATE_LINUX",
            Self::Ec2 => "EC2",
            Self::HybridLinux => "HYBRID_LINUX",
            Self::HyperpodLinux => "HYPERPOD_LINUX",
        }
    }

    /// The groups of every entry of this type, which the entry does not name. Nodes of Auto Mode
    /// get their rights by an access policy instead.
    #[must_use]
    pub const fn implicit_groups(self) -> &'static [&'static str] {
        match self {
            Self::Standard | Self::Ec2 => &[],
            Self::Ec2Linux | Self::HybridLinux | Self::HyperpodLinux => &NODE_GROUPS,
            Self::Ec2Windows => &WINDOWS_GROUPS,
            Self::FargateLinux => &FARGATE_GROUPS,
        }
    }

    /// Whether access policies can be bound to such an entry.
    pub(super) const fn takes_policies(self) -> bool {
        match self {
            Self::Standard | Self::Ec2 => true,
            Self::Ec2Linux
            | Self::Ec2Windows
            | Self::FargateLinux
            | Self::HybridLinux
            | Self::HyperpodLinux => false,
        }
    }

    /// The username template of an entry that names none; AWS does not say that of HyperPod.
    #[must_use]
    pub fn default_username(self, principal: &Principal) -> Option<String> {
        match self {
            Self::Standard => Some(match principal.role_name() {
                Some(role) => {
                    let (partition, account) = (principal.partition(), principal.account());
                    format!(
                        "arn:{partition}:sts::{account}:assumed-role/{role}/{{{{SessionName}}}}"
                    )
                }
                None => principal.to_string(),
            }),
            Self::Ec2Linux | Self::Ec2Windows | Self::Ec2 => {
                Some("system:node:{{EC2PrivateDNSName}}".to_owned())
            }
            Self::FargateLinux | Self::HybridLinux => {
                Some("system:node:{{SessionName}}".to_owned())
            }
            Self::HyperpodLinux => None,
        }
    }
}

impl fmt::Display for EntryType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EntryType {
    type Err = EntryTypeError;

    fn from_str(text: &str) -> Result<Self, EntryTypeError> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == text).ok_or(EntryTypeError)
    }
}

/// What makes a node a node.
pub(super) const NODE_GROUPS: [&str; 2] = ["system:bootstrappers", "system:nodes"];
/// kube-proxy on Windows runs with the node's credentials.
const WINDOWS_GROUPS: [&str; 3] = [
    "system:bootstrappers",
    "system:nodes",
    "eks:kube-proxy-windows",
];
/// So does kube-proxy on Fargate.
const FARGATE_GROUPS: [&str; 3] = [
    "system:bootstrappers",
    "system:nodes",
    "system:node-proxier",
];
