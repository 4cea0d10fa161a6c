//! Rules on all entries together, by what a cluster says of its nodes (D15, G02).

use iam_core::aws_auth::Entry;
use iam_core::excerpt::Excerpt;

use crate::lint::{Live, Remark};
use crate::subject::Subject;

/// What the nodes of a cluster lack. It is said of `first`, the first file with entries; of the
/// others only goes what is said of a file that knows no cluster.
pub(crate) fn live(
    subjects: &[Subject],
    live: &Live,
    first: Option<&Subject>,
    remarks: &mut Vec<Remark>,
) {
    remarks.retain(|remark| remark.code() != "D15");
    let Some(part) = first.and_then(|subject| subject.parts.first()) else {
        return;
    };
    let at = part.position;
    let entries = || subjects.iter().flat_map(Subject::entries);
    if let Some(node) = &live.node
        && !entries().any(|entry| entry.username.starts_with("system:node:"))
    {
        let message = format!(
            "no entry is one of nodes, and the cluster has some, {} say",
            Excerpt(node)
        );
        let remark = Remark::new("D15", at, message);
        remarks.push(remark.hint("add the roles of the nodes, or give them access entries"));
    }
    if let Some(node) = &live.windows_node
        && !entries().any(is_windows)
    {
        let message = format!(
            "no entry gives {WINDOWS}, and the cluster has nodes with Windows, {} say",
            Excerpt(node)
        );
        let remark = Remark::new("G02", at, message);
        remarks.push(remark.hint(format!("add {WINDOWS} to the entry of their role")));
    }
}

fn is_windows(entry: &Entry) -> bool {
    entry.groups.iter().any(|group| group == WINDOWS)
}

const WINDOWS: &str = "eks:kube-proxy-windows";
