//! Sources against peers on loopback: what they are asked, what is made of their answers.

mod beside;
mod login;
mod roles;
mod single_sign_on;

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use iam_core::error_chain::ErrorChain;

use super::{Context, FetchError, MfaPrompt, fetch};
use crate::credentials::Credentials;
use crate::endpoint::EndpointSettings;
use crate::environment::{EndpointVariables, Environment, Setting};
use crate::shared_config::{SharedConfig, Unreadable};
use crate::source::{Keys, Origin, Source};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "FwoGZXIvYXdzEBYaDH";

/// 2023-11-14T22:13:20Z
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// An environment without files, in eu-west-1, with STS at `sts_url`.
fn environment(sts_url: String) -> Environment {
    Environment {
        region: Some(Setting {
            variable: "AWS_REGION",
            value: "eu-west-1".to_owned(),
        }),
        home: Some(PathBuf::from("/nowhere")),
        endpoints: EndpointVariables {
            sts_url: Some(sts_url),
            ..EndpointVariables::default()
        },
        ..Environment::default()
    }
}

fn ask(
    source: &Source,
    environment: &Environment,
    mfa: MfaPrompt<'_>,
) -> Result<Credentials, FetchError> {
    let shared = SharedConfig::load(environment, Unreadable::Refused).unwrap();
    let settings = EndpointSettings {
        region_flag: None,
        environment,
        profile: None,
        cluster: None,
    };
    fetch(source, &Context::new(settings, &shared, mfa, now))
}

/// The error with its causes, and the hint.
fn failure(asked: Result<Credentials, FetchError>) -> (String, String) {
    let error = asked
        .map(|credentials| credentials.access_key_id)
        .unwrap_err();
    let hint = error.hint().unwrap_or_default().to_owned();
    (ErrorChain(&error).to_string(), hint)
}

/// All parts of credentials.
fn parts(credentials: &Credentials) -> [String; 4] {
    let expiry = credentials.expiry.unwrap().duration_since(UNIX_EPOCH);
    [
        credentials.access_key_id.to_string(),
        credentials.secret_access_key.expose().to_owned(),
        credentials
            .session_token
            .as_ref()
            .unwrap()
            .expose()
            .to_owned(),
        expiry.unwrap().as_secs().to_string(),
    ]
}

fn keys() -> Source {
    Source::Keys(Keys {
        credentials: Credentials {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".parse().unwrap(),
            secret_access_key: SECRET.parse().unwrap(),
            session_token: None,
            expiry: None,
        },
        origin: Origin::Variable("AWS_ACCESS_KEY_ID"),
    })
}

const NOBODY: MfaPrompt<'_> = MfaPrompt::Unavailable { reason: "nobody" };
