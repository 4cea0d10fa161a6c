//! Documents in the native format.

use iam_core::aws_auth::{Document, Section};
use iam_core::yaml::{Mapping, Node};

use super::{Kind, Subject};
use crate::source;

pub(super) use crate::source::{API_VERSION, KIND};

pub(super) fn read(subject: &mut Subject, node: &Node, mapping: &Mapping) {
    let lists = [
        (Section::MapRoles, "roles"),
        (Section::MapUsers, "users"),
        (Section::MapAccounts, "accounts"),
    ];
    let found = lists
        .into_iter()
        .filter_map(|(section, key)| Some((section, mapping.get(key)?)));
    let document = Document::from_nodes(found);
    subject.diagnostics(document.diagnostics, &document.entries);
    let mut findings = Vec::new();
    let source = source::native_document(mapping, &subject.file, &mut findings);
    subject.sources(findings);
    if let Some(part) = subject.push(Kind::Native, node, document.entries) {
        part.allowed_accounts = source.allowed_accounts;
    }
}
