//! Sources that a profile or the environment hold by themselves, made from their settings.

use std::path::PathBuf;
use std::time::SystemTime;

use super::announced::{Announcement, Exported, OfProfile, announced_by, origin};
use super::error::SourceError;
use super::role::{role_arn, session_name};
use super::setting::{Located, read};
use super::{
    Container, ContainerEndpoint, Keys, Login, Origin, Process, Source, WebIdentity, chain, sso,
};
use crate::chosen_profile::ChosenProfile;
use crate::credentials::{self, CredentialsError};
use crate::environment::{Environment, WorkloadVariables};
use crate::place::Place;
use crate::shared_config::{Profile, Section, SharedConfig};

/// All that decides.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    pub(super) environment: &'a Environment,
    pub(super) shared: &'a SharedConfig,
    pub(super) now: SystemTime,
}

impl<'a> Settings<'a> {
    /// The source that wins.
    pub(super) fn source(
        &self,
        winner: &Announcement<'a>,
        chosen: ChosenProfile<'_>,
        profile: Option<&Profile<'a>>,
    ) -> Result<Option<Source>, CredentialsError> {
        let exported = match chosen {
            ChosenProfile::Flag(_) => None,
            ChosenProfile::Variable(_) | ChosenProfile::Default => Some(&self.environment.workload),
        };
        match *winner {
            Announcement::Exported(Exported::Keys, _) => self.exported_keys(),
            Announcement::Exported(Exported::WebIdentity, variable) => {
                web_identity(exported, profile, Place::Variable(variable)).map(Some)
            }
            Announcement::Exported(Exported::Container, _) => Ok(self.container()),
            Announcement::Profile(OfProfile::WebIdentity, profile, place) => {
                web_identity(exported, Some(&profile), place).map(Some)
            }
            Announcement::Profile(what, profile, place) => self.own(what, &profile, place),
        }
    }

    /// What a profile holds by itself, if it does. The environment has no say in it.
    pub(super) fn base(&self, profile: &Profile<'a>) -> Result<Option<Source>, CredentialsError> {
        match announced_by(profile).next() {
            Some(Announcement::Profile(what, profile, place)) => self.own(what, &profile, place),
            Some(Announcement::Exported(..)) | None => Ok(None),
        }
    }

    fn own(
        &self,
        what: OfProfile,
        profile: &Profile<'a>,
        place: Place<'a>,
    ) -> Result<Option<Source>, CredentialsError> {
        let text = |key| profile.get(key).unwrap_or_default().to_owned();
        let origin = origin(place);
        Ok(Some(match what {
            OfProfile::Role => chain::resolve(self, *profile)?,
            OfProfile::WebIdentity => web_identity(None, Some(profile), place)?,
            OfProfile::SingleSignOn => {
                Source::SingleSignOn(sso::single_sign_on(self.shared, profile, origin)?)
            }
            OfProfile::CredentialsFileKeys => return keys(profile.credentials, origin),
            OfProfile::Login => Source::Login(Login {
                session: text("login_session"),
                origin,
            }),
            OfProfile::Process => Source::Process(Process {
                command: text("credential_process"),
                origin,
            }),
            OfProfile::ConfigFileKeys => return keys(profile.config, origin),
        }))
    }

    /// The keys that the environment exports, if it does.
    pub(super) fn exported_keys(&self) -> Result<Option<Source>, CredentialsError> {
        let keys = credentials::exported(self.environment, self.now)?;
        Ok(keys.map(|credentials| {
            Source::Keys(Keys {
                credentials,
                origin: Origin::Variable("AWS_ACCESS_KEY_ID"),
            })
        }))
    }

    /// The agent beside the container, if the environment names one.
    pub(super) fn container(&self) -> Option<Source> {
        let workload = &self.environment.workload;
        let relative = workload.container_relative_uri.clone();
        let endpoint = relative.map(ContainerEndpoint::Relative).or_else(|| {
            workload
                .container_full_uri
                .clone()
                .map(ContainerEndpoint::Full)
        })?;
        let origin = Origin::Variable(workload.container()?);
        Some(Source::Container(Container { endpoint, origin }))
    }
}

fn keys(section: Option<Section<'_>>, origin: Origin) -> Result<Option<Source>, CredentialsError> {
    let found = section.map(credentials::of_section).transpose()?.flatten();
    Ok(found.map(|credentials| {
        Source::Keys(Keys {
            credentials,
            origin,
        })
    }))
}

/// Each of the three settings is taken from the environment, where it counts, else from the
/// profile, as the AWS CLI does.
fn web_identity(
    exported: Option<&WorkloadVariables>,
    profile: Option<&Profile<'_>>,
    place: Place<'_>,
) -> Result<Source, CredentialsError> {
    let located = |key| profile.and_then(|profile| profile.locate(key));
    let token_file = exported
        .and_then(|exported| exported.web_identity_token_file.clone())
        .or_else(|| located("web_identity_token_file").map(|(text, _)| PathBuf::from(text)));
    let role: Option<Located<'_>> = exported
        .and_then(|exported| exported.role_arn.as_deref())
        .map(|text| (text, Place::Variable("AWS_ROLE_ARN")))
        .or_else(|| located("role_arn"));
    let name: Option<Located<'_>> = exported
        .and_then(|exported| exported.role_session_name.as_deref())
        .map(|text| (text, Place::Variable("AWS_ROLE_SESSION_NAME")))
        .or_else(|| located("role_session_name"));
    let lacks_role = || {
        let missing = match place {
            Place::Variable(_) => Place::Variable("AWS_ROLE_ARN"),
            Place::Profile { profile, path, .. } => Place::Profile {
                key: "role_arn",
                profile,
                path,
            },
        };
        CredentialsError::half(place, missing)
    };
    Ok(Source::WebIdentity(WebIdentity {
        role_arn: read(role, role_arn)?.ok_or_else(lacks_role)?,
        token_file: token_file.unwrap_or_default(),
        session_name: read(name, session_name)?,
        origin: origin(place),
    }))
}

/// What a profile began to announce and did not end.
pub(super) fn unfinished(profile: &Profile<'_>) -> Option<CredentialsError> {
    let parts: [(&'static str, &[&'static str]); 4] = [
        ("sso_session", sso::OF_PROFILE),
        ("sso_start_url", sso::OF_PROFILE),
        ("source_profile", &["role_arn"]),
        ("credential_source", &["role_arn"]),
    ];
    parts.into_iter().find_map(|(key, missing)| {
        let (_, place) = profile.locate(key)?;
        Some(SourceError::unfinished(place, missing).into())
    })
}
