//! Our choice, in the words of the other side.

use std::ffi::OsString;
use std::time::UNIX_EPOCH;

use iam_aws::chosen_profile::ChosenProfile;
use iam_aws::environment::{Environment, Variables};
use iam_aws::shared_config::{SharedConfig, Unreadable};
use iam_aws::source::{ContainerEndpoint, Keys, Origin, RoleRequest, Source, choose};

use crate::case::Case;

/// What is chosen, or `error`.
pub(crate) fn chosen(case: &Case) -> String {
    let environment = Environment::read(&Variables(|name: &'static str| {
        if name == "HOME" {
            return Some(case.home.clone().into_os_string());
        }
        let mut named = case.environment.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| OsString::from(value))
    }))
    .unwrap();
    let shared = SharedConfig::load(&environment, Unreadable::Refused).unwrap();
    let profile = ChosenProfile::of(case.profile.as_deref(), &environment);
    match choose(&environment, &shared, profile, UNIX_EPOCH) {
        Ok(choice) => described(&choice.source),
        Err(_) => "error".to_owned(),
    }
}

fn described(source: &Source) -> String {
    match source {
        Source::Keys(keys) => called(method_of(keys), &[keys.credentials.access_key_id.as_str()]),
        Source::Role(role) => {
            let call = call_of(&role.request);
            let call: Vec<&str> = call.iter().map(String::as_str).collect();
            format!(
                "{} < {}",
                called("assume-role", &call),
                described(&role.base)
            )
        }
        Source::WebIdentity(web_identity) => {
            let file = web_identity.token_file.to_str().unwrap();
            let role = web_identity.role_arn.to_string();
            let name = web_identity.session_name.as_ref();
            let name = name.map(|name| format!("RoleSessionName={name}"));
            let call: Vec<&str> = [file, &role].into_iter().chain(name.as_deref()).collect();
            called("assume-role-with-web-identity", &call)
        }
        Source::Process(process) => called("custom-process", &[&process.command]),
        Source::SingleSignOn(sso) => {
            let region = sso.region.as_str();
            let call = [&sso.role_name, &sso.account_id, region, &sso.start_url];
            let call: Vec<&str> = call.into_iter().chain(sso.session.as_deref()).collect();
            called("sso", &call)
        }
        Source::Login(login) => called("login", &[&login.session]),
        Source::Container(container) => match &container.endpoint {
            ContainerEndpoint::Relative(path) => {
                called("container-role", &[&format!("http://169.254.170.2{path}")])
            }
            ContainerEndpoint::Full(url) => called("container-role", &[url]),
        },
        Source::InstanceMetadata(_) => called("iam-role", &[""]),
    }
}

fn method_of(keys: &Keys) -> &'static str {
    match &keys.origin {
        Origin::Variable(_) => "env",
        Origin::Profile { path, .. } if path.ends_with("config") => "config-file",
        Origin::Profile { .. } => "shared-credentials-file",
        Origin::Argument(_) | Origin::Default => panic!("keys stand in a variable or a file"),
    }
}

/// Role and parameters, these by name.
fn call_of(request: &RoleRequest) -> Vec<String> {
    let duration = request.duration.map(|duration| duration.as_secs());
    let parameters = [
        duration.map(|seconds| format!("DurationSeconds={seconds}")),
        request
            .external_id
            .as_ref()
            .map(|id| format!("ExternalId={id}")),
        request
            .session_name
            .as_ref()
            .map(|name| format!("RoleSessionName={name}")),
        request
            .mfa_serial
            .as_ref()
            .map(|serial| format!("SerialNumber={serial}")),
    ];
    let role = [Some(request.role_arn.to_string())];
    role.into_iter().chain(parameters).flatten().collect()
}

fn called(method: &str, arguments: &[&str]) -> String {
    format!("{method}({})", arguments.join(", "))
}
