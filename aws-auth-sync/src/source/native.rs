//! The native format: `apiVersion: aws-auth-sync/v1`, `kind: AwsAuth`.
//!
//! ```yaml
//! apiVersion: aws-auth-sync/v1
//! kind: AwsAuth
//! owner: platform
//! cluster: arn:aws:eks:us-west-2:111122223333:cluster/demo
//! allowedAccounts: ["111122223333"]
//! roles:
//! - {rolearn: arn:aws:iam::111122223333:role/dev, username: "dev:{{SessionName}}", groups: [dev]}
//! users:
//! - {userarn: arn:aws:iam::111122223333:user/ann, username: ann, groups: [dev]}
//! accounts: ["444455556666"]
//! protect: ["arn:aws:iam::111122223333:role/break-glass*"]
//! ```

use glob::Pattern;
use iam_core::account::AccountId;
use iam_core::aws_auth::Identity;
use iam_core::yaml::{Mapping, Node};

use super::reader::Reader;
use super::{Declared, Source};
use crate::meaning::Meaning;

pub(crate) const API_VERSION: &str = "aws-auth-sync/v1";
pub(crate) const KIND: &str = "AwsAuth";

/// Reads a document whose version and kind are known.
pub(super) fn read(document: &Mapping, reader: &mut Reader<'_>) -> Source {
    reader.check_keys(document, &KEYS);
    let mut source = Source::default();
    for (key, node) in &document.pairs {
        match key.as_scalar().map_or("", |scalar| scalar.text.as_str()) {
            key @ "owner" => source.owner = reader.parsed(node, key),
            key @ "cluster" => source.cluster = reader.parsed(node, key),
            key @ "allowedAccounts" => source.allowed_accounts = accounts(node, key, reader),
            key @ "roles" => source.entries.extend(principals(node, key, &ROLE, reader)),
            key @ "users" => source.entries.extend(principals(node, key, &USER, reader)),
            key @ "accounts" => source.entries.extend(mapped_accounts(node, key, reader)),
            key @ "protect" => source.protect = patterns(node, key, reader),
            _ => {}
        }
    }
    source
}

/// Patterns of ARNs; one that is none is remarked upon.
fn patterns(node: &Node, key: &str, reader: &mut Reader<'_>) -> Vec<Pattern> {
    let items = reader.items(node, key);
    let parsed = items.iter().filter_map(|item| reader.parsed(item, key));
    parsed.map(|pattern| pattern.value).collect()
}

/// The accounts that all parse; `None` where one does not, so that no check follows from a part.
fn accounts(node: &Node, key: &str, reader: &mut Reader<'_>) -> Option<Vec<AccountId>> {
    let items = reader.items(node, key);
    items
        .iter()
        .map(|item| reader.parsed(item, key).map(|account| account.value))
        .collect()
}

fn mapped_accounts(node: &Node, key: &str, reader: &mut Reader<'_>) -> Vec<Declared> {
    let mut entries = Vec::new();
    for item in reader.items(node, key) {
        let Some(account) = reader.parsed::<AccountId>(item, key) else {
            continue;
        };
        entries.push(Declared {
            place: account.place,
            meaning: Meaning {
                identity: Identity::Account {
                    id: account.value.to_string(),
                },
                username: String::new(),
                groups: Vec::new(),
            },
        });
    }
    entries
}

/// What tells roles from users.
struct Kind {
    keys: [&'static str; 3],
    identity: fn(String) -> Identity,
}

fn principals(node: &Node, list: &str, kind: &Kind, reader: &mut Reader<'_>) -> Vec<Declared> {
    let items = reader.items(node, list);
    items
        .iter()
        .filter_map(|item| principal(item, kind, reader))
        .collect()
}

fn principal(item: &Node, kind: &Kind, reader: &mut Reader<'_>) -> Option<Declared> {
    let mapping = reader.mapping(item, "an entry")?;
    reader.check_keys(mapping, &kind.keys);
    let [arn, username, groups] = kind.keys;
    let mut required = |key: &str| match mapping.get(key) {
        Some(node) => reader.text(node, key),
        None => {
            reader.error(item.position, format!("the entry has no {key}"));
            None
        }
    };
    let (arn, username) = (required(arn), required(username));
    let groups = match mapping.get(groups) {
        Some(node) => {
            let items = reader.items(node, groups);
            items
                .iter()
                .map(|item| reader.text(item, "a group"))
                .collect()
        }
        None => Some(Vec::new()),
    };
    Some(Declared {
        place: reader.place(item.position),
        meaning: Meaning {
            identity: (kind.identity)(arn?),
            username: username?,
            groups: groups?,
        },
    })
}

const KEYS: [&str; 9] = [
    "apiVersion",
    "kind",
    "owner",
    "cluster",
    "allowedAccounts",
    "roles",
    "users",
    "accounts",
    "protect",
];
const ROLE: Kind = Kind {
    keys: ["rolearn", "username", "groups"],
    identity: |arn| Identity::Role { arn },
};
const USER: Kind = Kind {
    keys: ["userarn", "username", "groups"],
    identity: |arn| Identity::User { arn },
};

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Located, parse_text};
    use super::*;
    use crate::finding::Place;

    const HEAD: &str = "apiVersion: aws-auth-sync/v1\nkind: AwsAuth\n";

    fn place(line: usize, column: usize) -> Place {
        Place {
            file: Arc::from("f.yaml"),
            line,
            column,
        }
    }

    #[test]
    fn reads_every_field() {
        let text = format!(
            "{HEAD}owner: platform
cluster: https://127.0.0.1:6443
allowedAccounts: [\"111122223333\"]
roles:
- rolearn: arn:aws:iam::111122223333:role/dev
  username: dev:{{{{SessionName}}}}
  groups: [a, \"on\"]
users:
- {{userarn: u, username: ann}}
accounts:
- '444455556666'
protect: [arn:aws:iam::*:role/ops-*]
"
        );
        let entry = |line, column, identity, username: &str, groups: &[&str]| Declared {
            place: place(line, column),
            meaning: Meaning {
                identity,
                username: username.to_owned(),
                groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            },
        };
        let role = Identity::Role {
            arn: "arn:aws:iam::111122223333:role/dev".to_owned(),
        };
        let account = Identity::Account {
            id: "444455556666".to_owned(),
        };
        let expected = Source {
            owner: Some(Located {
                value: "platform".parse().unwrap(),
                place: place(3, 8),
            }),
            cluster: Some(Located {
                value: "https://127.0.0.1:6443".to_owned(),
                place: place(4, 10),
            }),
            allowed_accounts: Some(vec!["111122223333".parse().unwrap()]),
            protect: vec![Pattern::new("arn:aws:iam::*:role/ops-*").unwrap()],
            entries: vec![
                entry(7, 3, role, "dev:{{SessionName}}", &["a", "on"]),
                entry(
                    11,
                    3,
                    Identity::User {
                        arn: "u".to_owned(),
                    },
                    "ann",
                    &[],
                ),
                entry(13, 3, account, "", &[]),
            ],
        };
        assert_eq!(parse_text(&text), (vec![expected], vec![]));
    }

    #[test]
    fn says_where_a_document_is_at_fault() {
        let keys = "the keys are apiVersion, kind, owner, cluster, allowedAccounts, roles, users, \
                    accounts, protect";
        let table = [
            ("owner: a b\n", "3:8: owner: \"a b\" is not an owner's name (1 to 57 letters, digits and inner - _ .)".to_owned()),
            ("owner: 5\n", "3:8: owner is a string, and \"5\" is an integer in YAML 1.1 (put it in quotes: \"5\")".to_owned()),
            ("owner:\n", "3:6: owner has no value".to_owned()),
            ("owner: []\n", "3:8: owner is a string".to_owned()),
            ("owner: a\nowner: b\n", "4:1: owner is given twice".to_owned()),
            ("rolls: []\n", format!("3:1: \"rolls\" is not a key here ({keys})")),
            ("? [a]\n: b\n", "3:3: a key is a string".to_owned()),
            ("protect: arn\n", "3:10: protect is a list".to_owned()),
            ("protect: [\"a***\"]\n", "3:11: protect: Pattern syntax error near position 3: wildcards are either regular `*` or recursive `**`".to_owned()),
            ("allowedAccounts: [111122223333]\n", "3:19: allowedAccounts is a string, and \"111122223333\" is an integer in YAML 1.1 (put it in quotes: \"111122223333\")".to_owned()),
            ("accounts: [\"1\"]\n", "3:12: accounts: \"1\" is not an account number (exactly 12 digits)".to_owned()),
            ("accounts: {}\n", "3:11: accounts is a list".to_owned()),
            ("roles:\n- x\n", "4:3: an entry is a mapping of keys to values".to_owned()),
            ("roles:\n- {rolearn: a}\n", "4:3: the entry has no username".to_owned()),
            ("roles:\n- {username: a}\n", "4:3: the entry has no rolearn".to_owned()),
            ("roles:\n- {userarn: a, rolearn: a, username: b}\n", "4:4: \"userarn\" is not a key here (the keys are rolearn, username, groups)".to_owned()),
            ("users:\n- {userarn: a, username: no}\n", "4:26: username is a string, and \"no\" is a boolean in YAML 1.1 (put it in quotes: \"no\")".to_owned()),
            ("users:\n- {userarn: a, username: b, groups: c}\n", "4:37: groups is a list".to_owned()),
            ("users:\n- {userarn: a, username: b, groups: [1e3]}\n", "4:38: a group is a string, and \"1e3\" is a number in YAML 1.1 (put it in quotes: \"1e3\")".to_owned()),
        ];
        for (rest, message) in table {
            let (_, findings) = parse_text(&format!("{HEAD}{rest}"));
            assert_eq!(findings, [format!("f.yaml:{message}")], "{rest}");
        }
    }

    #[test]
    fn a_file_may_hold_several_documents_and_empty_ones() {
        let (sources, findings) = parse_text(&format!(
            "---\n---\n{HEAD}owner: a\n---\n# none\n---\n{HEAD}"
        ));
        assert_eq!(findings, [""; 0]);
        assert_eq!(sources.len(), 2);
    }

    #[test]
    fn refuses_documents_of_other_kinds_and_texts_that_are_no_yaml() {
        let kinds = "sources are aws-auth-sync/v1 AwsAuth documents, manifests of the v1 ConfigMap aws-auth, IAMIdentityMappings, and eksctl's ClusterConfig";
        let table = [
            (
                "[]",
                "1:1: a document is a mapping of keys to values".to_owned(),
            ),
            (
                "kind: AwsAuth\n",
                format!("1:1: the document has no apiVersion ({kinds})"),
            ),
            (
                "apiVersion: v1\n",
                format!("1:1: the document has no kind ({kinds})"),
            ),
            (
                "apiVersion: v1\nkind: Secret\n",
                format!("1:1: \"v1\" \"Secret\" is not a kind of source ({kinds})"),
            ),
            (
                "apiVersion: aws-auth-sync/v2\nkind: AwsAuth\n",
                format!("1:1: \"aws-auth-sync/v2\" \"AwsAuth\" is not a kind of source ({kinds})"),
            ),
        ];
        for (text, message) in table {
            assert_eq!(
                parse_text(text),
                (vec![], vec![format!("f.yaml:{message}")]),
                "{text}"
            );
        }
        for (text, place) in [
            ("a: b\n\tc: d\n", "f.yaml:1:4: not YAML: "),
            ("a: [\n", "f.yaml:"),
        ] {
            let (sources, findings) = parse_text(text);
            assert_eq!((sources.len(), findings.len()), (0, 1), "{text}");
            assert!(findings[0].starts_with(place), "{findings:?}");
        }
    }
}
