//! The real consumer: `tests/authenticator/consumer/main.go`.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use serde::{Deserialize, Deserializer, Serialize};

/// A document and whom it is asked about.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Question {
    #[serde(skip)]
    pub(crate) seed: u64,
    pub(crate) data: std::collections::BTreeMap<&'static str, String>,
    pub(crate) callers: Vec<String>,
    pub(crate) sso: bool,
}

/// What the consumer makes of it.
#[derive(Debug, Default, Deserialize, Eq, PartialEq)]
pub(crate) struct Answer {
    #[serde(deserialize_with = "or_null")]
    pub(crate) roles: Vec<Role>,
    #[serde(deserialize_with = "or_null")]
    pub(crate) users: Vec<User>,
    #[serde(deserialize_with = "or_null")]
    pub(crate) accounts: Vec<String>,
    #[serde(deserialize_with = "or_null")]
    pub(crate) lookups: Vec<Lookup>,
}

#[derive(Debug, Deserialize, Eq, PartialEq)]
pub(crate) struct Role {
    #[serde(default)]
    pub(crate) rolearn: String,
    pub(crate) sso: Option<Sso>,
    pub(crate) username: String,
    pub(crate) groups: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sso {
    pub(crate) permission_set_name: String,
    #[serde(rename = "accountID")]
    pub(crate) account_id: String,
    pub(crate) partition: Option<String>,
}

#[derive(Debug, Deserialize, Eq, PartialEq)]
pub(crate) struct User {
    pub(crate) userarn: String,
    pub(crate) username: String,
    pub(crate) groups: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize, Eq, PartialEq)]
pub(crate) struct Lookup {
    /// Empty: the ARN is not that of a caller.
    pub(crate) canonical: String,
    /// All that chance may choose from.
    pub(crate) mapped: Option<BTreeSet<Mapped>>,
    pub(crate) account: bool,
}

#[derive(Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Mapped {
    pub(crate) username: String,
    pub(crate) groups: Option<Vec<String>>,
}

/// Go writes a list that was never made as `null`.
fn or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Asks all questions of one process.
pub(crate) fn ask(program: &Path, questions: &[Question]) -> Vec<Answer> {
    let mut child = Command::new(program)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the consumer starts");
    let stdin = child.stdin.take().expect("stdin is piped");
    let stdout = child.stdout.take().expect("stdout is piped");
    let answers = thread::scope(|scope| {
        scope.spawn(move || {
            let mut stdin = BufWriter::new(stdin);
            for question in questions {
                let line = serde_json::to_string(question).expect("a question is JSON");
                writeln!(stdin, "{line}").expect("the consumer reads");
            }
        });
        let lines = BufReader::new(stdout).lines();
        lines
            .map(|line| serde_json::from_str(&line.expect("text")).expect("an answer"))
            .collect()
    });
    assert!(child.wait().expect("it ends").success());
    answers
}
