//! What the settings announce, in the order in which the AWS CLI tries it.

use std::fmt::{self, Display, Formatter};

use super::Origin;
use crate::environment::Environment;
use crate::place::Place;
use crate::shared_config::{Profile, Section};

/// A source that is announced, and where.
#[derive(Clone, Copy)]
pub(super) enum Announcement<'a> {
    /// By an environment variable.
    Exported(Exported, &'static str),
    /// By a key of a profile.
    Profile(OfProfile, Profile<'a>, Place<'a>),
}

/// What the environment can announce.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Exported {
    Keys,
    WebIdentity,
    Container,
}

/// What a profile can announce.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum OfProfile {
    Role,
    WebIdentity,
    SingleSignOn,
    CredentialsFileKeys,
    Login,
    Process,
    ConfigFileKeys,
}

/// All that environment and profile announce, first what is tried first.
pub(super) fn announced<'a>(
    environment: &Environment,
    profile: Option<&Profile<'a>>,
) -> Vec<Announcement<'a>> {
    let exported = |what, variable: Option<&'static str>| {
        variable.map(|variable| Announcement::Exported(what, variable))
    };
    let workload = &environment.workload;
    let token_file = workload
        .web_identity_token_file
        .as_ref()
        .map(|_| "AWS_WEB_IDENTITY_TOKEN_FILE");
    let keys = exported(Exported::Keys, environment.keys());
    let role = profile.and_then(|profile| of_profile(profile, OfProfile::Role));
    let web_identity = exported(Exported::WebIdentity, token_file);
    let rest = profile.into_iter().flat_map(announced_by);
    let container = exported(Exported::Container, workload.container());
    let first = [keys, role, web_identity].into_iter().flatten();
    first.chain(rest).chain(container).collect()
}

/// All that a profile announces besides a role that other credentials assume, first what is tried
/// first.
pub(super) fn announced_by<'a>(profile: &Profile<'a>) -> impl Iterator<Item = Announcement<'a>> {
    [
        OfProfile::WebIdentity,
        OfProfile::SingleSignOn,
        OfProfile::CredentialsFileKeys,
        OfProfile::Login,
        OfProfile::Process,
        OfProfile::ConfigFileKeys,
    ]
    .into_iter()
    .filter_map(|what| of_profile(profile, what))
}

/// Whether the profile is of a role that other credentials assume. With a token file its `role_arn`
/// belongs to a web identity.
pub(super) fn is_role(profile: &Profile<'_>) -> bool {
    place_of_role(profile).is_some()
}

/// Whether the profile has keys, or one of the two.
pub(super) fn has_keys(profile: &Profile<'_>) -> bool {
    profile
        .sections()
        .any(|section| place_of_keys(section).is_some())
}

fn of_profile<'a>(profile: &Profile<'a>, what: OfProfile) -> Option<Announcement<'a>> {
    let at = |key| profile.locate(key).map(|(_, place)| place);
    let place = match what {
        OfProfile::Role => place_of_role(profile),
        OfProfile::WebIdentity => at("web_identity_token_file"),
        OfProfile::SingleSignOn => at("sso_account_id").or_else(|| at("sso_role_name")),
        OfProfile::CredentialsFileKeys => profile.credentials.and_then(place_of_keys),
        OfProfile::Login => at("login_session"),
        OfProfile::Process => at("credential_process"),
        OfProfile::ConfigFileKeys => profile.config.and_then(place_of_keys),
    };
    place.map(|place| Announcement::Profile(what, *profile, place))
}

fn place_of_role<'a>(profile: &Profile<'a>) -> Option<Place<'a>> {
    let (_, place) = profile.locate("role_arn")?;
    profile
        .get("web_identity_token_file")
        .is_none()
        .then_some(place)
}

fn place_of_keys(section: Section<'_>) -> Option<Place<'_>> {
    let key = ["aws_access_key_id", "aws_secret_access_key"]
        .into_iter()
        .find(|key| section.get(key).is_some())?;
    Some(Place::in_section(section, key))
}

impl Announcement<'_> {
    /// Whether it is of exported keys.
    pub(super) fn is_of_exported_keys(&self) -> bool {
        matches!(self, Self::Exported(Exported::Keys, _))
    }
}

impl Display for Announcement<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exported(_, variable) => write!(formatter, "the exported {variable}"),
            Self::Profile(_, _, place) => place.fmt(formatter),
        }
    }
}

/// A place, as what is made of it keeps it.
pub(super) fn origin(place: Place<'_>) -> Origin {
    match place {
        Place::Variable(variable) => Origin::Variable(variable),
        Place::Profile { profile, path, .. } => Origin::Profile {
            name: profile.to_owned(),
            path: path.to_owned(),
        },
    }
}
