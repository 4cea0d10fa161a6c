//! What is not there, and what may have been meant.

use std::fmt::Display;

use thiserror::Error;

use crate::chosen_profile::ChosenProfile;
use crate::credentials::CredentialsError;
use crate::shared_config::SharedConfig;

/// A profile that is in neither file.
#[derive(Debug, Error)]
#[error("there is no profile `{name}` (named by {origin}) in {}", files.join(" or "))]
pub struct MissingProfile {
    /// Its name.
    pub name: String,
    /// Who named it: a flag, a variable, a setting of another profile.
    pub origin: String,
    /// The files, with a remark on those that do not exist.
    pub files: Vec<String>,
    /// What to try.
    pub hint: String,
}

/// The error for a profile that is not there.
pub(super) fn missing(shared: &SharedConfig, name: &str, origin: impl Display) -> CredentialsError {
    let files = shared.files().map(|(path, metadata)| {
        let remark = match metadata {
            Some(_) => "",
            None => " (which does not exist)",
        };
        format!("{}{remark}", path.display())
    });
    CredentialsError::MissingProfile(Box::new(MissingProfile {
        name: name.to_owned(),
        origin: origin.to_string(),
        files: files.to_vec(),
        hint: hint(shared, name),
    }))
}

fn hint(shared: &SharedConfig, name: &str) -> String {
    if shared.lacks_the_word_profile(name) {
        let path = shared.config_path().display();
        return format!("write [profile {name}] for [{name}] in {path}");
    }
    if !name.chars().all(is_of_a_name) {
        return "rename it: a profile's name is of letters, digits and _ - / . % @ : + alone"
            .to_owned();
    }
    let names = shared.names();
    let quoted = |names: &[&str]| {
        let shown: Vec<String> = names
            .iter()
            .take(SHOWN_NAMES)
            .map(|name| format!("`{name}`"))
            .collect();
        shown.join(", ")
    };
    let near: Vec<&str> = names
        .iter()
        .copied()
        .filter(|other| is_near(name, other))
        .collect();
    match (near.is_empty(), names.is_empty()) {
        (false, _) => format!("did you mean {}?", quoted(&near)),
        (true, false) => format!("there are {}", quoted(&names)),
        (true, true) => format!("run `aws configure --profile {name}`"),
    }
}

/// Sections of other names are passed over by the AWS SDKs.
fn is_of_a_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-/.%@:+".contains(character)
}

fn is_near(name: &str, other: &str) -> bool {
    let (name, other) = (name.to_lowercase(), other.to_lowercase());
    strsim::jaro_winkler(&name, &other) >= 0.8 || name.contains(&other) || other.contains(&name)
}

/// The error for credentials that are nowhere.
pub(super) fn nowhere(shared: &SharedConfig, chosen: ChosenProfile<'_>) -> CredentialsError {
    let name = chosen.name();
    let variable = match chosen {
        ChosenProfile::Flag(_) => None,
        ChosenProfile::Variable(_) | ChosenProfile::Default => {
            Some("AWS_ACCESS_KEY_ID is not set".to_owned())
        }
    };
    let files = shared.files().map(|(path, metadata)| match metadata {
        Some(_) => format!("{} has no keys for profile `{name}`", path.display()),
        None => format!("{} does not exist", path.display()),
    });
    CredentialsError::Nowhere {
        looked_at: variable.into_iter().chain(files).collect(),
    }
}

/// How many names a hint lists.
const SHOWN_NAMES: usize = 8;
