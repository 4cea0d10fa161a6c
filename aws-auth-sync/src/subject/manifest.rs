//! The ConfigMap itself: its envelope, and its sections as the consumer reads them.

use iam_core::aws_auth::{ManifestError, Section};
use iam_core::excerpt::Excerpt;
use iam_core::yaml::{Mapping, Node, Position, splice::Splice};

use super::{Kind, Subject, first_line, scalars};
use crate::lint::{Fix, Remark, Severity};
use crate::reading::Reading;

/// Whether the ConfigMap is, or is meant to be, aws-auth.
pub(super) fn read(
    subject: &mut Subject,
    reading: &Reading<'_>,
    node: &Node,
    mapping: &Mapping,
) -> bool {
    let metadata = mapping.get("metadata").and_then(Node::as_mapping);
    let named = |key: &str| metadata.and_then(|metadata| metadata.get(key));
    let is_named =
        metadata.and_then(|metadata| scalars::word(metadata, "name")) == Some("aws-auth");
    let data = mapping.get("data").and_then(Node::as_mapping);
    if !is_named && !data.is_some_and(has_section) {
        return false;
    }
    if !is_named {
        let at = named("name").map_or(first_line(node.position), |name| name.position);
        let remark = Remark::new("D08", at, "the ConfigMap is not named aws-auth");
        subject.remarks.push(remark.hint("write name: aws-auth"));
    }
    if let Some(namespace) = named("namespace")
        && namespace
            .as_scalar()
            .is_none_or(|scalar| scalar.text != "kube-system")
    {
        let remark = Remark::new(
            "D08",
            namespace.position,
            "the namespace is not kube-system",
        );
        subject
            .remarks
            .push(remark.hint("write namespace: kube-system"));
    }
    envelope(subject, reading.text, mapping);
    sections(subject, reading, node);
    true
}

fn has_section(data: &Mapping) -> bool {
    data.pairs.iter().any(|(key, _)| {
        let name = key.as_scalar().map_or("", |scalar| scalar.text.as_str());
        Section::ALL
            .iter()
            .any(|section| section.key().eq_ignore_ascii_case(name))
    })
}

fn sections(subject: &mut Subject, reading: &Reading<'_>, node: &Node) {
    match reading.take_manifest(node) {
        Ok(manifest) => {
            let data = manifest.data();
            let owned = |section| data.get(section).map(str::to_owned);
            let texts: Vec<_> = Section::ALL
                .into_iter()
                .filter_map(|section| {
                    let span = value(node, section)?.position.span;
                    Some((section, owned(section)?, span))
                })
                .collect();
            size(subject, node);
            let document = manifest.document;
            if document.section(Section::MapRoles).next().is_none()
                && !document.is_unreadable(Section::MapRoles)
            {
                let remark = Remark::new("D15", first_line(node.position), "mapRoles has no entry");
                subject
                    .remarks
                    .push(remark.hint("add the roles of the nodes, or give them access entries"));
            }
            subject.diagnostics(document.diagnostics, &document.entries);
            if let Some(part) = subject.push(Kind::Manifest, node, document.entries) {
                part.sections = texts;
            }
        }
        Err(ManifestError::NotText {
            section,
            position,
            found,
        }) => {
            let message = format!("{section} is {found}, but a ConfigMap holds text");
            let remark = Remark::new("D03", first_line(position), message);
            subject
                .remarks
                .push(remark.hint(format!("write {section}: |")));
        }
        Err(error) => {
            let remark = Remark::new("D01", first_line(node.position), error.to_string());
            subject.remarks.push(remark);
        }
    }
}

fn value(node: &Node, section: Section) -> Option<&Node> {
    node.as_mapping()?
        .get("data")?
        .as_mapping()?
        .get(section.key())
}

/// All values of `data` count, whoever reads them.
fn size(subject: &mut Subject, node: &Node) {
    let data = node.as_mapping().and_then(|mapping| mapping.get("data"));
    let data = data.and_then(Node::as_mapping);
    let values = data.iter().flat_map(|data| &data.pairs);
    let values = values.filter_map(|(_, value)| value.as_scalar());
    let bytes: usize = values.map(|value| value.text.len()).sum();
    let remark = |message: String| Remark::new("D11", first_line(node.position), message);
    let limit = format!("data has {bytes} bytes; a ConfigMap takes {MAX_BYTES}");
    if bytes > MAX_BYTES {
        subject.remarks.push(remark(limit));
    } else if bytes > MAX_BYTES / 4 * 3 {
        subject
            .remarks
            .push(remark(limit).severity(Severity::Warning));
    } else if bytes > MAX_ANNOTATIONS {
        let message = format!(
            "data has {bytes} bytes; kubectl apply keeps a copy in an annotation, and annotations \
             take {MAX_ANNOTATIONS}"
        );
        let remark = remark(message).severity(Severity::Warning);
        subject
            .remarks
            .push(remark.hint("aws-auth-sync apply keeps none"));
    }
}

fn envelope(subject: &mut Subject, text: &str, mapping: &Mapping) {
    for (key, node) in &mapping.pairs {
        match key.as_scalar().map_or("", |scalar| scalar.text.as_str()) {
            "data" => match node.as_mapping() {
                Some(data) => keys(subject, text, data),
                None if matches!(scalars::text(node), Ok(None)) => {}
                None => {
                    let remark =
                        Remark::new("D03", first_line(node.position), "data is not a mapping");
                    subject.remarks.push(remark);
                }
            },
            "binaryData" if !matches!(scalars::text(node), Ok(None)) => {
                let remark = Remark::new("D10", key.position, "binaryData is read by nobody");
                subject
                    .remarks
                    .push(remark.hint("move it to data, as text"));
            }
            "immutable" if node.as_scalar().is_some_and(|scalar| scalar.text == "true") => {
                let message = "immutable: true keeps everybody from changing it";
                subject
                    .remarks
                    .push(Remark::new("D09", key.position, message));
            }
            _ => {}
        }
    }
}

/// Keys of `data`; the reading of the sections says which differ in case only.
fn keys(subject: &mut Subject, text: &str, data: &Mapping) {
    let mut seen: Vec<&str> = Vec::new();
    for (key, _) in &data.pairs {
        let name = key.as_scalar().map_or("", |scalar| scalar.text.as_str());
        if seen.contains(&name) {
            let message = format!("{} is given twice", Excerpt(name));
            let remark = Remark::new("D13", key.position, message).severity(Severity::Error);
            subject.remarks.push(remark);
        }
        seen.push(name);
        let Some(section) = meant(name) else {
            if Section::ALL.iter().all(|section| section.key() != name) {
                let message = format!("the key {} is read by nobody", Excerpt(name));
                subject
                    .remarks
                    .push(Remark::new("D07", key.position, message));
            }
            continue;
        };
        let message = format!("the key {} is read by nobody", Excerpt(name));
        let mut remark = Remark::new("D06", key.position, message);
        remark = remark.hint(format!("write {section}"));
        let is_free = data.get(section.key()).is_none();
        subject
            .remarks
            .push(remark.fix(rename(text, key.position, name, section).filter(|_| is_free)));
    }
}

/// The section that somebody meant by a key that is none.
fn meant(name: &str) -> Option<Section> {
    let plain = |text: &str| {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters
            .map(|letter| letter.to_ascii_lowercase())
            .collect::<String>()
    };
    let is_meant = |section: &Section| {
        let (found, key) = (plain(name), plain(section.key()));
        found == key || format!("{found}s") == key || found == format!("{key}s")
    };
    let is_exact = Section::ALL.iter().any(|section| section.key() == name);
    Section::ALL
        .into_iter()
        .find(|section| !is_exact && is_meant(section))
}

fn rename(text: &str, at: Position, name: &str, section: Section) -> Option<Fix> {
    let is_plain = text.get(at.span.range()) == Some(name);
    is_plain.then(|| Fix {
        title: format!("rename {} to {section}", Excerpt(name)),
        splices: vec![Splice {
            range: at.span.range(),
            text: section.key().to_owned(),
        }],
    })
}

/// What etcd and the API server allow for the data of a ConfigMap.
const MAX_BYTES: usize = 1 << 20;
/// Of all annotations of an object together.
const MAX_ANNOTATIONS: usize = 256 << 10;
