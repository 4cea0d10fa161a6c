//! An environment, two files and a flag, and what is chosen from them.

use std::ffi::OsString;
use std::fs;
use std::time::UNIX_EPOCH;

use iam_aws::chosen_profile::ChosenProfile;
use iam_aws::environment::{Environment, Variables};
use iam_aws::shared_config::{SharedConfig, Unreadable};
use iam_aws::source::{Choice, choose};
use iam_core::error_chain::ErrorChain;
use tempfile::TempDir;

/// A role's ARN, for `ROLE` in a text; `ROLE2` is another.
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/r";

/// What decides, in short: `KEYS` stands for a pair of keys.
pub(crate) struct Setup {
    home: TempDir,
    variables: Vec<(String, String)>,
    flag: Option<String>,
}

impl Setup {
    /// `variables`: `NAME=VALUE`, apart by spaces; `KEYS` exports keys. `--profile NAME` is the
    /// flag.
    pub(crate) fn new(line: &str, credentials: &str, config: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join(".aws");
        fs::create_dir(&directory).unwrap();
        for (name, text) in [("credentials", credentials), ("config", config)] {
            if !text.is_empty() {
                fs::write(directory.join(name), filled(text)).unwrap();
            }
        }
        let mut setup = Self {
            home,
            variables: Vec::new(),
            flag: None,
        };
        let mut words = line.split_whitespace();
        while let Some(word) = words.next() {
            match (word, word.split_once('=')) {
                ("--profile", _) => setup.flag = words.next().map(str::to_owned),
                ("KEYS", _) => {
                    setup.set("AWS_ACCESS_KEY_ID", KEY);
                    setup.set("AWS_SECRET_ACCESS_KEY", SECRET);
                }
                (_, Some((name, value))) => setup.set(name, &filled(value)),
                (_, None) => panic!("{word} is no setting"),
            }
        }
        setup
    }

    fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// What is chosen, or the error and its hint; the home directory reads `~`.
    pub(crate) fn choose(&self) -> Result<Choice, String> {
        let environment = Environment::read(&Variables(|name: &'static str| {
            if name == "HOME" {
                return Some(self.home.path().into());
            }
            let mut found = self.variables.iter().filter(|(known, _)| known == name);
            found.next().map(|(_, value)| OsString::from(value))
        }))
        .unwrap();
        let shared = SharedConfig::load(&environment, Unreadable::Refused).unwrap();
        let chosen = ChosenProfile::of(self.flag.as_deref(), &environment);
        choose(&environment, &shared, chosen, UNIX_EPOCH)
            .map_err(|error| self.short(&format!("{}\n{}", ErrorChain(&error), error.hint())))
    }

    /// What is chosen, in words.
    pub(crate) fn told(&self) -> String {
        match self.choose() {
            Ok(choice) => self.short(&choice.source.describe()),
            Err(error) => error,
        }
    }

    pub(crate) fn short(&self, text: &str) -> String {
        text.replace(self.home.path().to_str().unwrap(), "~")
            .replace(&filled("ROLE2"), "ROLE2")
            .replace(ROLE, "ROLE")
    }
}

/// The text with what its abbreviations stand for.
pub(crate) fn filled(text: &str) -> String {
    let keys = format!("aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}");
    let other = "arn:aws:iam::444455556666:role/path/r2";
    text.replace("KEYS", &keys)
        .replace("ROLE2", other)
        .replace("ROLE", ROLE)
}

pub(crate) const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
