//! Single sign-on by IAM Identity Center, as a profile and its session say.

use iam_core::account::AccountId;

use super::error::SourceError;
use super::setting::{SettingError, one};
use super::{Origin, SingleSignOn};
use crate::shared_config::{Profile, SharedConfig, SsoSession};

/// What a profile has of its own; either one announces single sign-on.
pub(super) const OF_PROFILE: &[&str] = &["sso_account_id", "sso_role_name"];

/// The role that a profile names. Each setting stands in the profile or in the session that it
/// names; in both it must be the same, as for the AWS CLI.
pub(super) fn single_sign_on(
    shared: &SharedConfig,
    profile: &Profile<'_>,
    origin: Origin,
) -> Result<SingleSignOn, SourceError> {
    let session = session(shared, profile)?;
    let setting = |key| setting(profile, session, key);
    let (account, role) = (setting("sso_account_id")?, setting("sso_role_name")?);
    let (region, url) = (setting("sso_region")?, setting("sso_start_url")?);
    let (Some(account), Some(role), Some(region), Some(url)) = (&account, &role, &region, &url)
    else {
        let parts = [
            ("sso_account_id", account.is_none()),
            ("sso_role_name", role.is_none()),
            ("sso_region", region.is_none()),
            ("sso_start_url", url.is_none()),
        ];
        let missing = parts.into_iter().filter(|(_, missing)| *missing);
        return Err(SourceError::Incomplete {
            origin,
            missing: missing.map(|(key, _)| key).collect(),
        });
    };
    Ok(SingleSignOn {
        session: session.map(|(name, _)| name.to_owned()),
        start_url: url.0.to_owned(),
        region: one(region, |text| Ok(text.parse()?))?,
        account_id: one(account, account_id)?,
        role_name: role.0.to_owned(),
        origin,
    })
}

/// The session that the profile names, if it names one.
fn session<'a>(
    shared: &'a SharedConfig,
    profile: &Profile<'a>,
) -> Result<Option<(&'a str, SsoSession<'a>)>, SourceError> {
    let Some((name, place)) = profile.locate("sso_session") else {
        return Ok(None);
    };
    match shared.sso_session(name) {
        Some(session) => Ok(Some((name, session))),
        None => Err(SourceError::NoSession {
            place: place.to_string(),
            name: name.to_owned(),
            path: shared.config_path().to_owned(),
        }),
    }
}

/// A setting, and in words where it stands.
fn setting<'a>(
    profile: &Profile<'a>,
    session: Option<(&'a str, SsoSession<'a>)>,
    key: &'static str,
) -> Result<Option<(&'a str, String)>, SourceError> {
    let of_profile = profile
        .locate(key)
        .map(|(text, place)| (text, place.to_string()));
    let of_session = session.and_then(|(name, session)| {
        let place = format!(
            "{key} of sso-session `{name}` in {}",
            session.path.display()
        );
        Some((session.get(key)?, place))
    });
    match (of_profile, of_session) {
        (Some((one, first)), Some((other, second))) if one != other => {
            Err(SourceError::Differ { first, second })
        }
        (found, None) | (_, found @ Some(_)) => Ok(found),
    }
}

fn account_id(text: &str) -> Result<String, SettingError> {
    Ok(text.parse::<AccountId>()?.to_string())
}
