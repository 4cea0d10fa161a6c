//! Role credentials that the AWS CLI keeps: whoever used it a moment ago need not wait again.

use std::path::Path;
use std::time::SystemTime;

use iam_aws::credentials::Credentials;
use iam_aws::source::{Origin, RoleRequest, SingleSignOn, Source};

use crate::cache::aws_cli_cache::{
    AssumeRoleArguments, SsoPortal, assume_role_key, read, sso_key, web_identity_key,
};

/// The credentials of `source` that the AWS CLI keeps for the user of `home`, if there are any that
/// are good for a while.
#[must_use]
pub fn kept(source: &Source, home: &Path, now: SystemTime) -> Option<Credentials> {
    let key = key(source)?;
    let path = home.join(".aws/cli/cache").join(format!("{key}.json"));
    let credentials = read(&path, now)?;
    tracing::info!(
        "taking the credentials that the AWS CLI keeps in {}",
        path.display()
    );
    Some(credentials)
}

/// The AWS CLI keeps what it got for a profile, and nothing that an argument named.
fn key(source: &Source) -> Option<String> {
    match (source, source.origin()) {
        (Source::Role(role), Origin::Profile { .. }) => Some(role_key(&role.request)),
        (Source::WebIdentity(web_identity), Origin::Profile { .. }) => {
            let name = web_identity.session_name.as_ref();
            let arn = web_identity.role_arn.to_string();
            Some(web_identity_key(&arn, name.map(|name| name.as_str())))
        }
        (Source::SingleSignOn(sso), _) => Some(portal_key(sso)),
        (
            Source::Keys(_)
            | Source::Role(_)
            | Source::WebIdentity(_)
            | Source::Process(_)
            | Source::Login(_)
            | Source::Container(_)
            | Source::InstanceMetadata(_),
            _,
        ) => None,
    }
}

fn role_key(request: &RoleRequest) -> String {
    let seconds = request.duration.map(|duration| duration.as_secs());
    assume_role_key(&AssumeRoleArguments {
        duration_seconds: seconds.and_then(|seconds| seconds.try_into().ok()),
        external_id: request.external_id.as_deref(),
        role_arn: &request.role_arn.to_string(),
        role_session_name: request.session_name.as_ref().map(|name| name.as_str()),
        serial_number: request.mfa_serial.as_deref(),
    })
}

fn portal_key(sso: &SingleSignOn) -> String {
    let portal = match &sso.session {
        Some(session) => SsoPortal::Session(session),
        None => SsoPortal::StartUrl(&sso.start_url),
    };
    sso_key(&sso.account_id, &sso.role_name, portal)
}
