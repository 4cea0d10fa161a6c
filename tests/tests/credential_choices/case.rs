//! A row of the table, written out: a home with the two files, an environment, perhaps a flag.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::rows::Row;

/// What both sides read.
pub(crate) struct Case {
    /// `HOME`.
    pub(crate) home: PathBuf,
    /// All other variables.
    pub(crate) environment: Vec<(String, String)>,
    /// `--profile`.
    pub(crate) profile: Option<String>,
}

impl Case {
    /// Writes the files of a row below `home`.
    pub(crate) fn new(home: &Path, (line, credentials, config, _): &Row) -> Self {
        let directory = home.join(".aws");
        fs::create_dir_all(&directory).unwrap();
        for (name, text) in [("credentials", credentials), ("config", config)] {
            if !text.is_empty() {
                fs::write(directory.join(name), filled(text)).unwrap();
            }
        }
        let mut case = Self {
            home: home.to_owned(),
            environment: Vec::new(),
            profile: None,
        };
        let mut words = line.split_whitespace();
        while let Some(word) = words.next() {
            match (word, word.split_once('=')) {
                ("--profile", _) => case.profile = words.next().map(str::to_owned),
                ("KEYS", _) => {
                    case.set("AWS_ACCESS_KEY_ID", &format!("{KEY}E"));
                    case.set("AWS_SECRET_ACCESS_KEY", "secret");
                }
                (_, Some(("AWS_ROLE_ARN", role))) => {
                    case.set("AWS_ROLE_ARN", &format!("{ROLE}{role}"));
                }
                (_, Some((name, value))) => case.set(name, value),
                (_, None) => panic!("{word} is no setting"),
            }
        }
        case
    }

    /// As the script of the other side takes it.
    pub(crate) fn to_json(&self) -> Value {
        let environment: serde_json::Map<String, Value> = self
            .environment
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        json!({"home": self.home, "environment": environment, "profile": self.profile})
    }

    /// A description as the table has it.
    pub(crate) fn shortened(&self, text: &str) -> String {
        text.replace(KEY, "").replace(ROLE, "")
    }

    fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }
}

/// `KEYS A`: a pair of keys whose id ends with A; `role_arn = x`: the ARN of that role; `SSO`: all
/// that single sign-on needs.
fn filled(text: &str) -> String {
    let sso = "sso_account_id = 111122223333\nsso_role_name = Admin\nsso_region = eu-west-1\n\
               sso_start_url = https://a.example";
    text.replace("role_arn = ", &format!("role_arn = {ROLE}"))
        .replace("SSO", sso)
        .lines()
        .map(|line| match line.strip_prefix("KEYS ") {
            Some(letter) => {
                format!("aws_access_key_id = {KEY}{letter}\naws_secret_access_key = secret\n")
            }
            None => format!("{line}\n"),
        })
        .collect()
}

const KEY: &str = "AKIA000000000000000";
const ROLE: &str = "arn:aws:iam::111122223333:role/";
