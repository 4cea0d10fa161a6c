//! Rules on single groups (G05 to G08).

use iam_core::aws_auth::Identity;
use iam_core::excerpt::Excerpt;

use super::View;
use crate::lint::{Remark, Severity};

pub(super) fn check(view: &View<'_>, remarks: &mut Vec<Remark>) {
    for (group, at) in view.groups() {
        let remark = |code, message: String| Remark::new(code, at, message).of(view.entry);
        match group {
            "system:masters" => {
                let is_shared =
                    view.is_node() || matches!(view.entry.identity, Identity::Sso { .. });
                let severity = if is_shared {
                    Severity::Error
                } else {
                    Severity::Warning
                };
                let message = if is_shared {
                    "an entry that many share is in system:masters"
                } else {
                    "the entry is in system:masters"
                };
                let hint = "bind a group of your own to cluster-admin, or acknowledge it: # aws-auth-sync: allow G05";
                remarks.push(
                    remark("G05", message.to_owned())
                        .severity(severity)
                        .hint(hint),
                );
            }
            "system:authenticated" | "system:unauthenticated" => {
                let message = format!("{group} is given by Kubernetes itself");
                remarks.push(remark("G06", message).hint("remove it"));
            }
            "system:bootstrappers" | "system:nodes" | "system:node-proxier" => {}
            _ if group.starts_with("system:") && !group.contains(" - ") => {
                let message = format!("the group {} is reserved", Excerpt(group));
                remarks.push(remark("G08", message).hint("bind a group of your own"));
            }
            _ => {}
        }
    }
}
