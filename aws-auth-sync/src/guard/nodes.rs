//! C03: the access of nodes.

use iam_core::aws_auth::Entry;
use iam_core::excerpt::Excerpt;

use super::{Change, Code, Guard, Named, Nodes};

/// Refuses to take the access of nodes away, unless it is known that there are none. Which role a
/// node has nobody can tell from the node, so that every entry of nodes is taken for one in use.
pub(super) fn check(change: &Change<'_>, nodes: &Nodes) -> Vec<Guard> {
    let reason = match nodes {
        Nodes::None => return Vec::new(),
        Nodes::Some(name) => format!("the cluster has nodes, {} is one of them", Excerpt(name)),
        Nodes::Unknown(reason) => {
            format!("it is not known whether the cluster has nodes ({reason})")
        }
    };
    let is_lost = |entry: &&Entry| {
        if !lets_nodes_in(&entry.username, &entry.groups) {
            return false;
        }
        let after = change.after.acting_for(entry);
        after.is_empty() || !after.iter().all(|after| is_same_node(entry, after))
    };
    let lost = change.before.acting().filter(is_lost);
    lost.map(|entry| {
        let message = format!(
            "{} lets nodes in, and would no longer: {reason}",
            Named::from(entry),
        );
        Guard::new(Code::NodeRole, message)
    })
    .collect()
}

/// Whether an entry that gives these names is one of nodes.
pub(crate) fn lets_nodes_in(username: &str, groups: &[String]) -> bool {
    username.starts_with("system:node:") || node_groups(groups).next().is_some()
}

fn is_same_node(before: &Entry, after: &Entry) -> bool {
    before.username == after.username
        && node_groups(&before.groups).all(|group| after.groups.contains(group))
}

fn node_groups(groups: &[String]) -> impl Iterator<Item = &String> {
    let is_of_nodes = |group: &&String| NODE_GROUPS.contains(&group.as_str());
    groups.iter().filter(is_of_nodes)
}

/// The groups that nodes are in.
pub(crate) const NODE_GROUPS: [&str; 4] = [
    "system:bootstrappers",
    "system:nodes",
    "system:node-proxier",
    "eks:kube-proxy-windows",
];
