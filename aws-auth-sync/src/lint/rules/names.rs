//! Rules on usernames (U), and on nodes (D18, G01 to G04).

use iam_core::aws_auth::{Identity, Section};
use iam_core::excerpt::Excerpt;

use super::View;
use crate::lint::Remark;

pub(super) fn check(view: &View<'_>, remarks: &mut Vec<Remark>) {
    let entry = view.entry;
    let username = entry.username.as_str();
    let remark =
        |code, message: String| Remark::new(code, view.username_position(), message).of(entry);
    let both = view.has_group(BOOTSTRAPPERS) && view.has_group(NODES);
    let node_name = username.strip_prefix("system:node:");
    match node_name {
        Some("") => {
            let message =
                "the node's name is empty: another template has eaten {{EC2PrivateDNSName}}";
            remarks.push(
                remark("D18", message.to_owned())
                    .hint("write {{\"{{\"}}EC2PrivateDNSName}} in Helm"),
            );
        }
        Some(name) if !name.contains("{{") => {
            let message = format!("every node of the role would be {}", Excerpt(name));
            remarks.push(remark("U02", message).hint("write system:node:{{EC2PrivateDNSName}}"));
        }
        Some(_) => {}
        None => reserved(view, remarks),
    }
    if node_name.is_some() && !both {
        let message = "the entry of nodes lacks system:bootstrappers or system:nodes".to_owned();
        remarks.push(remark("G01", message).hint("give it both groups"));
    }
    if node_name.is_none() && view.has_group(NODES) {
        let message = "system:nodes is given to an entry whose username is not a node's".to_owned();
        remarks
            .push(remark("G01", message).hint("write username: system:node:{{EC2PrivateDNSName}}"));
        if username.contains("{{SessionName") || entry.section == Section::MapUsers {
            let message = "a person or program is in system:nodes".to_owned();
            remarks.push(remark("G04", message).hint("give it a group of its own"));
        }
    }
    if node_name == Some("{{SessionName}}") && both && !view.has_group("system:node-proxier") {
        let message = "the entry is that of Fargate, and lacks system:node-proxier".to_owned();
        remarks.push(remark("G03", message).hint("add system:node-proxier"));
    }
    windows(view, remarks);
}

fn reserved(view: &View<'_>, remarks: &mut Vec<Remark>) {
    let username = view.entry.username.as_str();
    let prefixes = ["system:", "eks:", "aws:", "amazon:", "iam:"];
    if let Some(prefix) = prefixes
        .iter()
        .find(|prefix| username.starts_with(**prefix))
    {
        let message = format!("usernames that begin with {prefix} are reserved");
        let remark = Remark::new("U01", view.username_position(), message).of(view.entry);
        remarks.push(remark.hint("choose another username"));
    }
}

fn windows(view: &View<'_>, remarks: &mut Vec<Remark>) {
    let Identity::Role { arn } = &view.entry.identity else {
        return;
    };
    let roles = &view.settings.windows_roles;
    let is_windows = roles.iter().any(|role| role.eq_ignore_ascii_case(arn));
    if is_windows && !view.has_group("eks:kube-proxy-windows") {
        let message = "the role of Windows nodes lacks eks:kube-proxy-windows";
        let remark = Remark::new("G02", view.username_position(), message).of(view.entry);
        remarks.push(remark.hint("add eks:kube-proxy-windows"));
    }
}

const BOOTSTRAPPERS: &str = "system:bootstrappers";
const NODES: &str = "system:nodes";
