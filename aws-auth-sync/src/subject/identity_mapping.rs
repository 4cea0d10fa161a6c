//! `IAMIdentityMapping`, the custom resource of aws-iam-authenticator.

use iam_core::yaml::{Mapping, Node};

use super::{Kind, Subject, eksctl::Parts};
use crate::lint::Remark;

pub(super) fn read(subject: &mut Subject, node: &Node, mapping: &Mapping) {
    let Some(spec) = mapping
        .get("spec")
        .and_then(|spec| Some((spec, spec.as_mapping()?)))
    else {
        let remark = Remark::new(
            "S01",
            super::first_line(node.position),
            "the document has no spec",
        );
        subject.remarks.push(remark);
        return;
    };
    let (spec_node, spec) = spec;
    let index = subject
        .parts
        .iter()
        .filter(|part| part.kind == Kind::IdentityMapping)
        .count();
    let mut parts = Parts::new(index, spec_node.position);
    for (key, value) in &spec.pairs {
        match key.as_scalar().map_or("", |scalar| scalar.text.as_str()) {
            "arn" => parts.arn(key, value),
            "username" => parts.username(key, value),
            "groups" => parts.groups(key, value),
            other => parts.unknown(other, key),
        }
    }
    let (entry, remarks) = parts.into_entry();
    subject.remarks.extend(remarks);
    subject.push(Kind::IdentityMapping, node, entry.into_iter().collect());
}
