//! Whether the code of an MFA device is asked for before a token is signed.

use iam_aws::settings::{Named, Settings};

use crate::eks::Aws;
use crate::names::Profile;

/// Whether the settings lead to a role that wants a code. Settings that cannot be read want none:
/// token-exec says what is wrong with them.
pub(crate) fn is_configured(profile: Option<&Profile>, aws: &Aws<'_>) -> bool {
    let profile = profile.map(ToString::to_string);
    let named = Named {
        profile: profile.as_deref(),
        ..Named::default()
    };
    let Ok(settings) = Settings::load(named, aws.environment) else {
        return false;
    };
    let choice = settings.choose((aws.clock)());
    choice.is_ok_and(|choice| choice.source.asks_a_person())
}
