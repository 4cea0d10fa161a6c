//! `update --all`: every cluster that some profiles see in some regions, written at one stroke.

mod progress;
mod search;

use std::process::ExitCode;

use iam_core::arn::Arn;
use iam_core::region::Region;

use crate::apply::Effect;
use crate::eks::Aws;
use crate::error::Error;
use crate::kubeconfig::{Choices, CurrentContext, Kubeconfig};
use crate::mfa;
use crate::names::Profile;
use crate::plugin::Plugin;
use crate::update;
use search::Sighting;

/// Where to look.
#[derive(Clone, Debug)]
pub struct Search {
    /// Whose clusters; none is whoever the environment says.
    pub profiles: Vec<Profile>,
    /// `--assume-role-arn`
    pub role: Option<Arn>,
    /// Where.
    pub regions: Regions,
}

/// Regions to look in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Regions {
    /// These; none is the region of the settings.
    Named(Vec<Region>),
    /// All of the partition.
    All,
}

/// What the entries say.
#[derive(Clone, Debug)]
pub(crate) struct Entries {
    pub(crate) choices: Choices,
    pub(crate) plugin: Plugin,
}

/// Looks for clusters and writes those that were found; what it returns is for stdout. The exit
/// code is 0 where nothing failed.
///
/// # Errors
/// When the file cannot be written. A profile, a region or a cluster that fails is told, and the
/// others are written.
pub(crate) fn run(
    search: &Search,
    choices: &Entries,
    effect: &Effect,
    aws: &Aws<'_>,
) -> Result<(String, ExitCode), Error> {
    let outcome = search::search(search, aws);
    for failure in &outcome.failures {
        tracing::warn!("{failure}");
    }
    for region in &outcome.switched_off {
        tracing::info!("{region} is not switched on");
    }
    let code = if outcome.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    let sightings = each_once(outcome.sightings);
    if sightings.is_empty() {
        tracing::info!(target: iam_cli::NOTICE, "no cluster was found; nothing is written");
        return Ok((String::new(), code));
    }
    update::say_where_the_plugin_is(&choices.plugin);
    let asking = asking(&sightings, choices, aws);
    let entries = sightings
        .iter()
        .map(|sighting| {
            let entries = entries(sighting, choices)?;
            Ok(match asking.contains(&sighting.profile) {
                true => entries.asking(),
                false => entries,
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok((effect.apply(&entries)?, code))
}

/// Where two profiles see one cluster, the first signs its tokens.
fn each_once(sightings: Vec<Sighting>) -> Vec<Sighting> {
    let mut kept: Vec<Sighting> = Vec::new();
    for sighting in sightings {
        let same = |other: &&Sighting| other.cluster.reference == sighting.cluster.reference;
        match kept.iter().find(same) {
            Some(first) => tracing::info!(
                target: iam_cli::NOTICE,
                "{} is written for {}, and not for {}",
                sighting.cluster.reference,
                whose(first),
                whose(&sighting),
            ),
            None => kept.push(sighting),
        }
    }
    kept
}

fn whose(sighting: &Sighting) -> String {
    match &sighting.profile {
        Some(profile) => format!("profile {profile}"),
        None => "the default profile".to_owned(),
    }
}

/// The profiles that want a code. The sightings come profile by profile.
fn asking(sightings: &[Sighting], wanted: &Entries, aws: &Aws<'_>) -> Vec<Option<Profile>> {
    let mut profiles: Vec<_> = sightings.iter().map(|one| one.profile.clone()).collect();
    profiles.dedup();
    profiles.retain(|profile| {
        let profile = profile.as_ref().or(wanted.choices.profile.as_ref());
        mfa::is_configured(profile, aws)
    });
    profiles
}

fn entries(sighting: &Sighting, wanted: &Entries) -> Result<Kubeconfig, Error> {
    let choices = Choices {
        profile: sighting.profile.clone().or(wanted.choices.profile.clone()),
        current: CurrentContext::Leave,
        ..wanted.choices.clone()
    };
    let choices = choices.with_region(&sighting.cluster.reference, None)?;
    Ok(Kubeconfig::new(
        &sighting.cluster,
        &choices,
        &wanted.plugin,
    )?)
}
