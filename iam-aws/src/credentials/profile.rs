//! The static keys of a profile.

use super::{Credentials, CredentialsError, MissingProfile, Parts};
use crate::chosen_profile::ChosenProfile;
use crate::environment::{Environment, WEB_IDENTITY};
use crate::place::Place;
use crate::shared_config::{Profile, Section, SharedConfig};

/// The static keys of the chosen profile.
///
/// The order is the AWS CLI's: a role, a web identity (exported too, unless `--profile` is given)
/// or single sign-on wins over keys, keys in the credentials file win over a login session or a
/// process, and those over keys in the config file. Everything but keys is refused by name. Keys
/// of one file are never mixed with those of the other.
///
/// # Errors
/// When the profile is missing, has another source or none, or its keys are malformed.
pub fn from_profile(
    shared: &SharedConfig,
    chosen: ChosenProfile<'_>,
    environment: &Environment,
) -> Result<Credentials, CredentialsError> {
    let exported = match chosen {
        ChosenProfile::Flag(_) => None,
        ChosenProfile::Variable(_) | ChosenProfile::Default => environment.workload.announced(),
    };
    if exported == Some(WEB_IDENTITY) {
        return Err(exported_source(WEB_IDENTITY));
    }
    let profile = shared.profile(chosen.name());
    let found = match (profile, chosen.origin()) {
        (Some(profile), _) => static_keys(&profile)?,
        (None, None) => None,
        (None, Some(origin)) => return Err(missing(shared, chosen.name(), origin)),
    };
    match (found, exported) {
        (Some(credentials), _) => Ok(credentials),
        (None, Some(variable)) => Err(exported_source(variable)),
        (None, None) => Err(nowhere(shared, chosen)),
    }
}

fn exported_source(variable: &str) -> CredentialsError {
    CredentialsError::Unsupported {
        found: format!("{variable} is set"),
        profile: None,
    }
}

fn static_keys(profile: &Profile<'_>) -> Result<Option<Credentials>, CredentialsError> {
    refuse(profile, BEFORE_KEYS)?;
    if let Some(credentials) = keys(profile.credentials)? {
        return Ok(Some(credentials));
    }
    refuse(profile, BETWEEN_THE_FILES)?;
    if let Some(credentials) = keys(profile.config)? {
        return Ok(Some(credentials));
    }
    refuse(profile, AFTER_KEYS)?;
    Ok(None)
}

fn keys(section: Option<Section<'_>>) -> Result<Option<Credentials>, CredentialsError> {
    let Some(section) = section else {
        return Ok(None);
    };
    let part = |key| (section.get(key), Place::in_section(section, key));
    let parts = Parts {
        access_key_id: part("aws_access_key_id"),
        secret_access_key: part("aws_secret_access_key"),
        session_token: part("aws_session_token"),
    };
    let credentials = parts.assemble()?;
    if credentials.is_some() {
        let (name, path) = (section.profile_name(), section.path.display());
        tracing::info!("signing with the keys of profile `{name}` in {path}");
    }
    Ok(credentials)
}

/// An error if the profile has one of `keys`.
fn refuse(profile: &Profile<'_>, keys: &[&'static str]) -> Result<(), CredentialsError> {
    for section in profile.sections() {
        if let Some(key) = keys.iter().copied().find(|key| section.get(key).is_some()) {
            return Err(CredentialsError::Unsupported {
                found: format!(
                    "profile `{}` in {} takes its credentials from {key}",
                    section.profile_name(),
                    section.path.display(),
                ),
                profile: Some(section.profile_name().to_owned()),
            });
        }
    }
    Ok(())
}

fn missing(shared: &SharedConfig, name: &str, origin: &'static str) -> CredentialsError {
    let files = shared.files().map(|(path, exists)| {
        let remark = if exists {
            ""
        } else {
            " (which does not exist)"
        };
        format!("{}{remark}", path.display())
    });
    CredentialsError::MissingProfile(Box::new(MissingProfile {
        name: name.to_owned(),
        origin,
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

fn nowhere(shared: &SharedConfig, chosen: ChosenProfile<'_>) -> CredentialsError {
    let name = chosen.name();
    let variable = match chosen {
        ChosenProfile::Flag(_) => None,
        ChosenProfile::Variable(_) | ChosenProfile::Default => {
            Some("AWS_ACCESS_KEY_ID is not set".to_owned())
        }
    };
    let files = shared.files().map(|(path, exists)| match exists {
        true => format!("{} has no keys for profile `{name}`", path.display()),
        false => format!("{} does not exist", path.display()),
    });
    CredentialsError::Nowhere {
        looked_at: variable.into_iter().chain(files).collect(),
    }
}

/// Settings that win over keys in the credentials file.
const BEFORE_KEYS: &[&str] = &[
    "role_arn",
    "web_identity_token_file",
    "sso_account_id",
    "sso_role_name",
];

/// Settings that lose to keys in the credentials file and win over keys in the config file.
const BETWEEN_THE_FILES: &[&str] = &["login_session", "credential_process"];

/// Settings that name a source but are not one by themselves.
const AFTER_KEYS: &[&str] = &[
    "sso_session",
    "sso_start_url",
    "credential_source",
    "source_profile",
];

/// How many names a hint lists.
const SHOWN_NAMES: usize = 8;
