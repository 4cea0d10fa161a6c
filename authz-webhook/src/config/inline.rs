//! The mapping lists in the configuration itself, read as an aws-auth.

use iam_core::aws_auth::{Document, Section};
use iam_core::yaml::Node;

use super::fields::{Fields, Findings, is_null};

/// The three lists. Places in what is said of them are places of the file.
pub(super) fn read(fields: &Fields<'_>, findings: &mut Findings<'_>) -> Document {
    let mut sections: Vec<(Section, &Node)> = Vec::new();
    for section in Section::ALL {
        let Some(node) = fields.node(section.key()).filter(|node| !is_null(node)) else {
            continue;
        };
        if node.as_sequence().is_some() {
            sections.push((section, node));
        } else {
            findings.fault(node.position, format!("server.{section} must be a list"));
        }
    }
    Document::from_nodes(sections)
}
