//! Manifests of the ConfigMap aws-auth itself.

use std::rc::Rc;

use iam_core::aws_auth::{Document, Manifest, ManifestError, Section, Severity};
use iam_core::yaml::{Mapping, Node, Position};

use super::reader::{self, Reader};
use super::{Declared, Source};
use crate::finding::Finding;
use crate::reading::Reading;

/// Reads a ConfigMap, or a `List` with one in it; `documents` are those of the whole file.
pub(super) fn read(
    node: &Node,
    documents: &[Node],
    reading: &Reading<'_>,
    reader: &mut Reader<'_>,
) -> Option<Source> {
    let envelopes = envelopes(node);
    if envelopes.is_empty() {
        reader.error(node.position, ABSENT);
        return None;
    }
    for envelope in envelopes {
        check_envelope(envelope, reader);
    }
    let found = match Manifest::find(documents) {
        Ok(node) => reading.manifest(node),
        Err(error) => Rc::new(Err(error)),
    };
    match &*found {
        Ok(manifest) => Some(entries(&manifest.document, reader)),
        Err(ManifestError::Yaml(error)) => {
            let position = error.position().unwrap_or(Position::START);
            reader.error(position, reader::without_position(error));
            None
        }
        Err(ManifestError::Absent) => {
            reader.error(node.position, ABSENT);
            None
        }
        Err(ManifestError::Several { first, second }) => {
            let message = format!("a second aws-auth; the first begins on line {}", first.line);
            reader.error(*second, message);
            None
        }
        Err(ManifestError::NotText {
            section,
            position,
            found,
        }) => {
            let message = format!("{section} is {found}, but a ConfigMap holds text");
            reader.error_with_hint(*position, message, format!("write {section}: |"));
            None
        }
    }
}

fn entries(document: &Document, reader: &mut Reader<'_>) -> Source {
    for found in &document.diagnostics {
        reader.add(Finding {
            severity: found.severity,
            place: reader.place(found.position),
            message: format!("{}: {}", found.section, found.message),
            hint: found.hint.clone(),
        });
    }
    let mut source = Source::default();
    for entry in &document.entries {
        if let Some(userid) = entry.fields.userid {
            reader.add(Finding {
                severity: Severity::Warning,
                place: reader.place(userid.key),
                message: "userid has no effect and is left out".to_owned(),
                hint: None,
            });
        }
        source.entries.push(Declared {
            place: reader.place(entry.position),
            meaning: entry.into(),
        });
    }
    source
}

/// The ConfigMaps named aws-auth: the document itself, or those among the items of a `List`.
fn envelopes(document: &Node) -> Vec<&Mapping> {
    let word = |map: &Mapping, key: &str| {
        let scalar = map.get(key).and_then(Node::as_scalar);
        scalar
            .map(|scalar| scalar.text.to_string())
            .unwrap_or_default()
    };
    let list = document
        .as_mapping()
        .filter(|map| word(map, "kind") == "List");
    let items = match list {
        Some(list) => list.get("items").and_then(Node::as_sequence),
        None => None,
    };
    let nodes = items.map_or(std::slice::from_ref(document), |items| &items.items);
    let is_aws_auth = |map: &&Mapping| {
        let metadata = map.get("metadata").and_then(Node::as_mapping);
        word(map, "kind") == "ConfigMap"
            && metadata.is_some_and(|metadata| word(metadata, "name") == "aws-auth")
    };
    nodes
        .iter()
        .filter_map(Node::as_mapping)
        .filter(is_aws_auth)
        .collect()
}

/// What stands around the sections: nothing there may be lost in silence.
fn check_envelope(config_map: &Mapping, reader: &mut Reader<'_>) {
    let metadata = config_map.get("metadata").and_then(Node::as_mapping);
    if let Some(namespace) = metadata.and_then(|metadata| metadata.get("namespace"))
        && namespace
            .as_scalar()
            .is_none_or(|scalar| scalar.text != "kube-system")
    {
        reader.error(
            namespace.position,
            "aws-auth is read in the namespace kube-system only",
        );
    }
    for (key, node) in &config_map.pairs {
        match key.as_scalar().map_or("", |scalar| scalar.text.as_str()) {
            "data" if !reader::is_null(node) => check_data(node, reader),
            "binaryData" if !reader::is_null(node) => {
                reader.error(key.position, "binaryData is read by nobody");
            }
            "immutable" if node.as_scalar().is_some_and(|scalar| scalar.text == "true") => {
                let message = "immutable: true would keep node groups from ever being added";
                reader.error(key.position, message);
            }
            _ => {}
        }
    }
}

fn check_data(node: &Node, reader: &mut Reader<'_>) {
    let Some(data) = reader.mapping(node, "data") else {
        return;
    };
    let mut seen = Vec::new();
    for (key, _) in &data.pairs {
        let name = key.as_scalar().map_or("", |scalar| scalar.text.as_str());
        if seen.contains(&name) {
            reader.error(
                key.position,
                format!("{} is given twice", reader::shown(name)),
            );
        }
        seen.push(name);
        // A section's name in another case is remarked upon by the document's own reading.
        if !Section::ALL
            .into_iter()
            .any(|section| section.key().eq_ignore_ascii_case(name))
        {
            let sections = Section::ALL.map(Section::key).join(", ");
            let message = format!("the key {} is read by nobody", reader::shown(name));
            reader.error_with_hint(key.position, message, format!("the keys are {sections}"));
        }
    }
}

const ABSENT: &str = "the ConfigMap is not the one named aws-auth";

#[cfg(test)]
mod tests {
    use super::super::parse_text;
    use super::*;
    use crate::meaning::Meaning;

    const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: aws-auth\n";

    #[test]
    fn reads_the_example_with_the_places_of_the_file() {
        let text = include_str!("../../../examples/aws-auth.yaml");
        let (sources, findings) = parse_text(text);
        assert_eq!(findings, [""; 0]);
        let entries: Vec<_> = sources
            .iter()
            .flat_map(|source| &source.entries)
            .map(|entry| {
                let Declared { place, meaning } = entry;
                let Meaning {
                    identity,
                    username,
                    groups,
                } = meaning;
                format!("{place} {identity} {username} {}", groups.join(","))
            })
            .collect();
        assert_eq!(
            entries,
            [
                "f.yaml:9:7 arn:aws:iam::111122223333:role/demo-node system:node:{{EC2PrivateDNSName}} system:bootstrappers,system:nodes",
                "f.yaml:14:7 arn:aws:iam::111122223333:role/developer dev:{{SessionName}} developers",
                "f.yaml:19:7 arn:aws:iam::111122223333:user/ops/break-glass break-glass system:masters",
                "f.yaml:24:7 444455556666  ",
            ],
        );
    }

    #[test]
    fn says_where_a_manifest_is_at_fault() {
        let table = [
            (
                "  namespace: default\n",
                "5:14: aws-auth is read in the namespace kube-system only",
            ),
            ("data: []\n", "5:7: data is a mapping of keys to values"),
            (
                "binaryData: {a: Yg==}\n",
                "5:1: binaryData is read by nobody",
            ),
            (
                "immutable: true\n",
                "5:1: immutable: true would keep node groups from ever being added",
            ),
            (
                "data:\n  mapRoles: []\n",
                "6:13: mapRoles is a list, but a ConfigMap holds text (write mapRoles: |)",
            ),
            (
                "data:\n  mapRole: a\n",
                "6:3: the key \"mapRole\" is read by nobody (the keys are mapRoles, mapUsers, mapAccounts)",
            ),
            (
                "data:\n  maproles: a\n",
                "6:3: mapRoles: the key maproles is read by nobody (write mapRoles)",
            ),
            (
                "data:\n  mapRoles: |\n    - rolearn: a\n      username: no\n",
                "8:17: ",
            ),
            (
                "data:\n  mapUsers: |\n    - rolearn: a\n      username: b\n",
                "7:7: ",
            ),
            ("data:\n  mapRoles: |\n    a\n", "7:5: "),
            ("data:\n  mapRoles: \"{{\"\n", "6:13: "),
        ];
        for (rest, message) in table {
            let (_, findings) = parse_text(&format!("{HEAD}{rest}"));
            let expected = format!("f.yaml:{message}");
            let [finding, ..] = &findings[..] else {
                panic!("nothing is said about {rest}")
            };
            if message.ends_with(": ") {
                assert!(finding.starts_with(&expected), "{findings:?}");
            } else {
                assert_eq!(findings, [expected], "{rest}");
            }
        }
    }

    #[test]
    fn the_items_of_a_list_are_looked_at_as_closely() {
        let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  \
                    metadata: {name: aws-auth, namespace: default}\n  data:\n    mapRole: a\n  \
                    binaryData: {a: Yg==}\n";
        assert_eq!(
            parse_text(list).1,
            [
                "f.yaml:6:41: aws-auth is read in the namespace kube-system only",
                "f.yaml:8:5: the key \"mapRole\" is read by nobody (the keys are mapRoles, mapUsers, mapAccounts)",
                "f.yaml:9:3: binaryData is read by nobody",
            ],
        );
    }

    #[test]
    fn another_config_map_beside_aws_auth_is_refused_where_it_stands() {
        let other = HEAD.replace("aws-auth", "coredns");
        let data = "data:\n  mapAccounts: |\n    - \"111122223333\"\n";
        let (sources, findings) = parse_text(&format!("{HEAD}{data}---\n{other}"));
        let entries: usize = sources.iter().map(|source| source.entries.len()).sum();
        assert_eq!(entries, 1);
        assert_eq!(
            findings,
            ["f.yaml:9:1: the ConfigMap is not the one named aws-auth"]
        );
    }

    #[test]
    fn refuses_other_config_maps_and_second_ones() {
        let other = HEAD.replace("aws-auth", "coredns");
        assert_eq!(
            parse_text(&other).1,
            ["f.yaml:1:1: the ConfigMap is not the one named aws-auth"],
        );
        let (_, findings) = parse_text(&format!("{HEAD}---\n{HEAD}"));
        assert_eq!(
            findings[0],
            "f.yaml:6:1: a second aws-auth; the first begins on line 1"
        );
    }
}
