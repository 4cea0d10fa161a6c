//! Roles that are assumed one with another: `source_profile` and `credential_source`.

use super::announced::{has_keys, is_role, origin};
use super::error::SourceError;
use super::missing::missing;
use super::own::{Settings, unfinished};
use super::setting::{Located, SettingError, one};
use super::{InstanceMetadata, Origin, RoleRequest, RoleSource, Source, role};
use crate::credentials::CredentialsError;
use crate::shared_config::Profile;

/// The role of `profile`, whoever assumes it, through any number of profiles.
pub(super) fn resolve<'a>(
    settings: &Settings<'a>,
    profile: Profile<'a>,
) -> Result<Source, CredentialsError> {
    let mut links = Vec::new();
    let mut visited = vec![profile.name()];
    let mut current = profile;
    let base = loop {
        if links.len() == MAX_ROLES {
            return Err(SourceError::TooMany { limit: MAX_ROLES }.into());
        }
        links.extend(link(&current)?);
        let source = match Assumed::by(&current)? {
            Assumed::With(named) => break named_source(settings, named)?,
            Assumed::Through(source) => source,
        };
        let next = next(settings, source, &current, &visited)?;
        if has_keys(&next) || !is_role(&next) {
            break base(settings, source, &next)?;
        }
        visited.push(next.name());
        current = next;
    };
    let outwards = links.into_iter().rev();
    Ok(outwards.fold(base, |base, (request, origin)| {
        Source::Role(Box::new(RoleSource {
            base,
            request,
            origin,
        }))
    }))
}

/// Who assumes the role of a profile.
enum Assumed<'a> {
    /// Another profile, or the same one's keys.
    Through(Located<'a>),
    /// What `credential_source` names.
    With(Located<'a>),
}

impl<'a> Assumed<'a> {
    fn by(profile: &Profile<'a>) -> Result<Self, SourceError> {
        let through = profile.locate("source_profile");
        let with = profile.locate("credential_source");
        match (through, with) {
            (Some(through), None) => Ok(Self::Through(through)),
            (None, Some(with)) => Ok(Self::With(with)),
            (Some((_, first)), Some((_, second))) => Err(SourceError::Both {
                first: first.to_string(),
                second: second.to_string(),
            }),
            (None, None) => Err(SourceError::Neither {
                role: profile
                    .locate("role_arn")
                    .map(|(_, place)| place.to_string())
                    .unwrap_or_default(),
            }),
        }
    }
}

fn link(profile: &Profile<'_>) -> Result<Option<(RoleRequest, Origin)>, SourceError> {
    let place = profile.locate("role_arn").map(|(_, place)| origin(place));
    Ok(role::request(profile)?.zip(place))
}

/// The profile that `source_profile` names. A profile that names itself is let through for its
/// keys; any other way back is a loop, as for the AWS CLI.
fn next<'a>(
    settings: &Settings<'a>,
    (name, place): Located<'a>,
    current: &Profile<'a>,
    visited: &[&'a str],
) -> Result<Profile<'a>, CredentialsError> {
    let Some(next) = settings.shared.profile(name) else {
        return Err(missing(settings.shared, name, place));
    };
    let itself = name == current.name() && has_keys(&next);
    match visited.iter().position(|seen| *seen == name) {
        Some(first) if !itself => {
            let cycle = visited.iter().skip(first).chain([&name]);
            Err(SourceError::Loop {
                place: place.to_string(),
                cycle: cycle.map(ToString::to_string).collect(),
            }
            .into())
        }
        Some(_) | None => Ok(next),
    }
}

/// What the last profile of the chain holds by itself.
fn base<'a>(
    settings: &Settings<'a>,
    (name, place): Located<'a>,
    profile: &Profile<'a>,
) -> Result<Source, CredentialsError> {
    if let Some(source) = settings.base(profile)? {
        return Ok(source);
    }
    Err(unfinished(profile).unwrap_or_else(|| {
        SourceError::Empty {
            place: place.to_string(),
            name: name.to_owned(),
        }
        .into()
    }))
}

/// What `credential_source` can name, as it is spelt.
#[derive(Clone, Copy)]
enum Named {
    Environment,
    EcsContainer,
    Ec2InstanceMetadata,
}

fn named_source(settings: &Settings<'_>, located: Located<'_>) -> Result<Source, CredentialsError> {
    let (text, place) = located;
    let lacks = |why: &str| SourceError::Unavailable {
        place: place.to_string(),
        value: text.to_owned(),
        why: why.to_owned(),
    };
    let workload = &settings.environment.workload;
    match one(&located, named)? {
        Named::Environment => settings
            .exported_keys()?
            .ok_or_else(|| lacks("AWS_ACCESS_KEY_ID is not set").into()),
        Named::EcsContainer => settings.container().ok_or_else(|| {
            lacks(
                "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor \
                 AWS_CONTAINER_CREDENTIALS_FULL_URI is set",
            )
            .into()
        }),
        Named::Ec2InstanceMetadata if workload.rules_out_instance_metadata() => {
            Err(lacks("AWS_EC2_METADATA_DISABLED is true").into())
        }
        Named::Ec2InstanceMetadata => Ok(Source::InstanceMetadata(InstanceMetadata {
            origin: origin(place),
        })),
    }
}

fn named(text: &str) -> Result<Named, SettingError> {
    match text {
        "Environment" => Ok(Named::Environment),
        "EcsContainer" => Ok(Named::EcsContainer),
        "Ec2InstanceMetadata" => Ok(Named::Ec2InstanceMetadata),
        other => Err(SettingError::CredentialSource {
            found: other.to_owned(),
        }),
    }
}

/// Far beyond any use; a file of a few MiB could name more than a stack holds.
const MAX_ROLES: usize = 1_000;
