//! Every key that may stand in the file, and what becomes of it.

/// What becomes of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Support {
    /// It is read.
    Read,
    /// It is the client's, in a file that both sides share.
    Client,
}

/// A key and its support. Keys are known in any case, as in aws-iam-authenticator.
pub(super) type Key = (&'static str, Support);

/// Keys at the top.
pub(super) const TOP: &[Key] = &[
    ("clusterID", Support::Read),
    ("server", Support::Read),
    ("cache", Support::Client),
    ("defaultRole", Support::Client),
    ("externalID", Support::Client),
    ("forwardSessionName", Support::Client),
    ("output", Support::Client),
    ("partition", Support::Client),
    ("region", Support::Client),
    ("role", Support::Client),
    ("sessionName", Support::Client),
    ("token", Support::Client),
    ("tokenOnly", Support::Client),
];

/// Keys under `server`.
pub(super) const SERVER: &[Key] = &[
    ("accessEntries", Support::Read),
    ("additionalClusterIDs", Support::Read),
    ("address", Support::Read),
    ("adminAddress", Support::Read),
    ("adminPort", Support::Read),
    ("audiences", Support::Read),
    ("backendMode", Support::Read),
    ("cacheFreshness", Support::Read),
    ("clientCA", Support::Read),
    ("dynamicBackendModePath", Support::Read),
    ("dynamicfilepath", Support::Read),
    ("dynamicfileUserIDStrict", Support::Read),
    ("ec2DescribeInstancesBurst", Support::Read),
    ("ec2DescribeInstancesQps", Support::Read),
    ("ec2DescribeInstancesRoleARN", Support::Read),
    ("generateKubeconfig", Support::Read),
    ("hostname", Support::Read),
    ("kubeconfig", Support::Read),
    ("kubeconfigPregenerated", Support::Read),
    ("mapAccounts", Support::Read),
    ("mapRoles", Support::Read),
    ("mapUsers", Support::Read),
    ("master", Support::Read),
    ("maxConnections", Support::Read),
    ("mountedFile", Support::Read),
    ("partition", Support::Read),
    ("port", Support::Read),
    ("requestDeadline", Support::Read),
    ("reservedPrefixConfig", Support::Read),
    ("scrubbedAccounts", Support::Read),
    ("shutdownGrace", Support::Read),
    ("sourceARN", Support::Read),
    ("stateDir", Support::Read),
    ("stsCABundle", Support::Read),
    ("stsRegions", Support::Read),
    ("stsResolve", Support::Read),
];

/// Keys of an item of `server.reservedPrefixConfig`.
pub(super) const RESERVED_PREFIXES: &[Key] = &[
    ("backendMode", Support::Read),
    ("usernamePrefixReserveList", Support::Read),
];
