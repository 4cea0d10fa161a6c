//! `IAMIdentityMapping`, the custom resource of aws-iam-authenticator.

use iam_core::aws_auth::Entry;
use iam_core::yaml::{Mapping, Node};

use super::{Kind, Subject, eksctl::Parts, first_line};
use crate::lint::Remark;

pub(super) fn read(subject: &mut Subject, node: &Node, mapping: &Mapping) {
    let parts = subject.parts.iter();
    let index = parts
        .filter(|part| part.kind == Kind::IdentityMapping)
        .count();
    let (entry, remarks) = entry(node, mapping, index);
    subject.remarks.extend(remarks);
    subject.push(Kind::IdentityMapping, node, entry.into_iter().collect());
}

/// The entry that a document stands for.
pub(crate) fn entry(node: &Node, mapping: &Mapping, index: usize) -> (Option<Entry>, Vec<Remark>) {
    let spec = mapping.get("spec");
    let Some((spec_node, spec)) = spec.and_then(|spec| Some((spec, spec.as_mapping()?))) else {
        let remark = Remark::new("S01", first_line(node.position), "the document has no spec");
        return (None, vec![remark]);
    };
    let mut parts = Parts::new(index, spec_node.position);
    for (key, value) in &spec.pairs {
        match key.as_scalar().map_or("", |scalar| scalar.text.as_str()) {
            "arn" => parts.arn(key, value),
            "username" => parts.username(key, value),
            "groups" => parts.groups(key, value),
            other => parts.unknown(other, key),
        }
    }
    parts.into_entry()
}
