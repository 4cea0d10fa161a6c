//! The one source that is used, and those that lose to it.

use std::time::SystemTime;

use super::announced::{Announcement, Exported, announced};
use super::missing::{missing, nowhere};
use super::own::{Settings, unfinished};
use super::{Choice, InstanceMetadata, Origin, PassedOver, Source};
use crate::chosen_profile::ChosenProfile;
use crate::credentials::CredentialsError;
use crate::environment::{Environment, Setting};
use crate::shared_config::{Profile, SharedConfig};

/// The source of credentials that the settings decide on, as the AWS CLI would.
///
/// The order: exported keys; a role of the profile; a web identity, the exported one first; of the
/// profile single sign-on, keys in the credentials file, a login session, a process, keys in the
/// config file; the agent of a container; at last the role of the EC2 instance. `--profile` rules
/// out exported keys and an exported web identity, `AWS_PROFILE` does not.
///
/// # Errors
/// When the named profile is missing, the settings of the source that wins are malformed or
/// incomplete, or there is no source at all.
pub fn choose(
    environment: &Environment,
    shared: &SharedConfig,
    chosen: ChosenProfile<'_>,
    now: SystemTime,
) -> Result<Choice, CredentialsError> {
    let profile = shared.profile(chosen.name());
    let all = announced(environment, profile.as_ref());
    let won = all
        .iter()
        .position(|one| ruled_out(one, chosen).is_none())
        .unwrap_or(all.len());
    let winner = all.get(won);
    let exported = winner.is_some_and(Announcement::is_of_exported_keys);
    if let (None, Some(origin), false) = (&profile, chosen.origin(), exported) {
        return Err(missing(shared, chosen.name(), origin));
    }
    let settings = Settings {
        environment,
        shared,
        now,
    };
    let found = match winner {
        Some(winner) => settings.source(winner, chosen, profile.as_ref())?,
        None => None,
    };
    let source = match found {
        Some(source) => source,
        None => last_resort(&settings, profile.as_ref(), chosen)?,
    };
    let named = environment.profile.as_ref();
    let variable = named.and_then(|setting| passed_over_variable(setting, winner, chosen));
    let losers = passed_over(&all, won, chosen);
    Ok(Choice {
        source,
        passed_over: variable.into_iter().chain(losers).collect(),
    })
}

/// What `--profile` says against an announcement.
fn ruled_out(announcement: &Announcement<'_>, chosen: ChosenProfile<'_>) -> Option<String> {
    let ChosenProfile::Flag(name) = chosen else {
        return None;
    };
    let what = match announcement {
        Announcement::Exported(Exported::Keys, _) => "exported keys",
        Announcement::Exported(Exported::WebIdentity, _) => "an exported web identity",
        Announcement::Exported(Exported::Container, _) | Announcement::Profile(..) => return None,
    };
    Some(format!("--profile {name} wins over {what}"))
}

/// Nothing is announced: the instance is asked, unless a profile was begun or the user forbids it.
fn last_resort(
    settings: &Settings<'_>,
    profile: Option<&Profile<'_>>,
    chosen: ChosenProfile<'_>,
) -> Result<Source, CredentialsError> {
    if let Some(error) = profile.and_then(unfinished) {
        return Err(error);
    }
    if settings.environment.workload.rules_out_instance_metadata() {
        return Err(nowhere(settings.shared, chosen));
    }
    Ok(Source::InstanceMetadata(InstanceMetadata {
        origin: Origin::Default,
    }))
}

/// What was announced and is not the one at `won`.
fn passed_over(all: &[Announcement<'_>], won: usize, chosen: ChosenProfile<'_>) -> Vec<PassedOver> {
    let winner = all.get(won);
    let losers = all.iter().enumerate().filter_map(|(index, one)| {
        let why = match (ruled_out(one, chosen), winner) {
            (Some(why), _) => why,
            (None, Some(winner)) if index != won => format!("{winner} wins over it"),
            (None, _) => return None,
        };
        Some(PassedOver {
            what: one.to_string(),
            why,
        })
    });
    losers.collect()
}

/// The variable that names a profile, where flag or exported keys win over it.
fn passed_over_variable(
    setting: &Setting,
    winner: Option<&Announcement<'_>>,
    chosen: ChosenProfile<'_>,
) -> Option<PassedOver> {
    let Setting { variable, value } = setting;
    let why = match (chosen, winner) {
        (ChosenProfile::Flag(name), _) if name != value => format!("--profile {name} wins over it"),
        (ChosenProfile::Variable(_), Some(winner)) if winner.is_of_exported_keys() => {
            format!("{winner} wins over it; --profile {value} would win over both")
        }
        (_, _) => return None,
    };
    Some(PassedOver {
        what: format!("{variable}={value}"),
        why,
    })
}
