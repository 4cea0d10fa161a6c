//! The ConfigMap's manifest with texts that stay as they are.

use iam_core::yaml::scalar11::quoted;

use crate::render::Data;

/// The manifest; each text is a block where a block can hold it, so that people can read it.
#[must_use]
pub fn manifest(data: &Data) -> String {
    let mut text = HEAD.to_owned();
    text += if data.is_empty() {
        "data: {}\n"
    } else {
        "data:\n"
    };
    for (key, value) in data {
        text += &format!("  {}: ", quoted(key));
        match block(value) {
            Some(block) => text += &block,
            None => text += &format!("{}\n", quoted(value)),
        }
    }
    text
}

/// A literal block, where every reader would read the same text back.
fn block(value: &str) -> Option<String> {
    let is_plain = |c: char| matches!(c, '\n' | ' ') || c.is_ascii_graphic() || c.is_alphanumeric();
    let begins_well = value
        .lines()
        .next()
        .is_some_and(|first| first.starts_with(|c: char| !c.is_whitespace()));
    let body = value.strip_suffix('\n');
    if !begins_well || !value.chars().all(is_plain) || body.is_some_and(|b| b.ends_with('\n')) {
        return None;
    }
    let mut text = if body.is_some() { "|\n" } else { "|-\n" }.to_owned();
    for line in value.lines() {
        text += match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        }
        .as_str();
    }
    Some(text)
}

const HEAD: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: aws-auth\n  namespace: kube-system\n";

#[cfg(test)]
mod tests {
    use iam_core::yaml::{self, Limits, Node};
    use proptest::prelude::*;

    use super::*;

    /// What a reader finds in `data`.
    fn read(text: &str) -> Data {
        let documents = yaml::parse(text, &Limits::default()).unwrap();
        let root = documents[0].as_mapping().unwrap();
        let data = root.get("data").and_then(Node::as_mapping).unwrap();
        let text = |node: &Node| node.as_scalar().unwrap().text.to_string();
        let pairs = data.pairs.iter();
        pairs.map(|(key, value)| (text(key), text(value))).collect()
    }

    #[test]
    fn comments_stay_and_only_what_a_block_cannot_hold_is_quoted() {
        let data = Data::from(
            [
                ("mapRoles", "# ours\n- rolearn: a\n\n  username: b\n"),
                ("mapUsers", "[]"),
                ("notes", "a\r\nb"),
                ("z", ""),
            ]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
        );
        let rest = "data:\n  mapRoles: |\n    # ours\n    - rolearn: a\n\n      username: b\n  \
                    mapUsers: |-\n    []\n  notes: \"a\\r\\nb\"\n  z: \"\"\n";
        assert_eq!(manifest(&data), format!("{HEAD}{rest}"));
        assert_eq!(manifest(&Data::new()), format!("{HEAD}data: {{}}\n"));
    }

    proptest! {
        #[test]
        fn every_text_is_read_back_as_it_is(
            value in "([- a:#\\[|>\"'\n\t]|\\PC|\u{85}|\r){0,24}",
            key in "[-._a-zA-Z0-9]{1,8}",
        ) {
            let data = Data::from([(key, value)]);
            prop_assert_eq!(read(&manifest(&data)), data);
        }
    }
}
