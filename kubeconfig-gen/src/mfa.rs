//! Whether the code of an MFA device is asked for before a token is signed.

use iam_aws::settings::{Named, Settings};
use iam_aws::source::Source;

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
    choice.is_ok_and(|choice| asks(&choice.source))
}

/// Whether one of its roles wants a code.
pub(crate) fn asks(source: &Source) -> bool {
    match source {
        Source::Role(role) => role.request.mfa_serial.is_some() || asks(&role.base),
        Source::Keys(_)
        | Source::WebIdentity(_)
        | Source::Process(_)
        | Source::SingleSignOn(_)
        | Source::Login(_)
        | Source::Container(_)
        | Source::InstanceMetadata(_) => false,
    }
}
