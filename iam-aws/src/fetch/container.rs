//! The agent of ECS or of EKS Pod Identity.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>

use std::net::IpAddr;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderValue, Method, StatusCode, Uri};
use thiserror::Error;

use super::agent::{Agent, AgentError, Question, credentials};
use super::secret_file::{self, SecretFileError, is_token};
use super::{BoxError, Context, FetchError};
use crate::credentials::Credentials;
use crate::environment::WorkloadVariables;
use crate::http::{Limits, Route};
use crate::source::{Container, ContainerEndpoint};

/// Why an agent cannot be asked.
#[derive(Debug, Error)]
enum ContainerError {
    /// A path that is none.
    #[error("`{0}` is no path that begins with /")]
    Path(String),
    /// A URL that is none.
    #[error("`{0}` is no URL")]
    Url(String),
    /// A host that credentials are not taken from in the clear.
    #[error("{0} may be asked over https only: it is neither this machine nor an agent of AWS")]
    Host(String),
    /// No token in the file.
    #[error("reading what authorises the question (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)")]
    TokenFile(#[source] SecretFileError),
    /// No token in the variable.
    #[error("AWS_CONTAINER_AUTHORIZATION_TOKEN is no line of printable ASCII")]
    Token,
    /// The agent's answer.
    #[error(transparent)]
    Agent(#[from] AgentError),
}

/// Asks the agent.
pub(super) async fn fetch(
    container: &Container,
    context: &Context<'_>,
) -> Result<Credentials, FetchError> {
    let asked = ask(&container.endpoint, context).await;
    asked.map_err(|error| {
        let hint = error.hint(container);
        let doing = format!("asking the container's agent ({})", container.origin);
        FetchError::new(doing, BoxError::from(error)).with_hint(hint)
    })
}

async fn ask(
    endpoint: &ContainerEndpoint,
    context: &Context<'_>,
) -> Result<Credentials, ContainerError> {
    let (url, route) = address(endpoint)?;
    let question = Question {
        method: Method::GET,
        url,
        header: authorization(&context.environment().workload)?.map(|value| (AUTHORIZATION, value)),
    };
    let agent = Agent {
        limits: LIMITS,
        route,
        attempts: 3,
    };
    let answer = agent.ask(&question, context).await?;
    Ok(credentials(&answer, question.secret(), context.now())?)
}

/// Where the agent is, and whether a proxy may stand between: never before an agent in the clear.
fn address(endpoint: &ContainerEndpoint) -> Result<(String, Route), ContainerError> {
    let text = match endpoint {
        ContainerEndpoint::Relative(path) if path.starts_with('/') => {
            return Ok((format!("http://{ECS_AGENT}{path}"), Route::Direct));
        }
        ContainerEndpoint::Relative(path) => return Err(ContainerError::Path(path.clone())),
        ContainerEndpoint::Full(url) => url,
    };
    let uri: Uri = text
        .parse()
        .map_err(|_| ContainerError::Url(text.clone()))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => Ok((text.clone(), Route::Settings)),
        (Some("http"), Some(host)) if is_near(host) => Ok((text.clone(), Route::Direct)),
        (Some("http"), Some(host)) => Err(ContainerError::Host(host.to_owned())),
        _ => Err(ContainerError::Url(text.clone())),
    }
}

/// This machine, or one of the agents' link-local addresses. Other names are not looked up: what
/// they resolve to can change between the check and the connection.
fn is_near(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback() || AGENTS.contains(&bare),
        Err(_) => bare.eq_ignore_ascii_case("localhost"),
    }
}

/// The file wins, and is read each time: EKS renews it.
fn authorization(variables: &WorkloadVariables) -> Result<Option<HeaderValue>, ContainerError> {
    let token = match (&variables.container_token_file, &variables.container_token) {
        (Some(path), _) => secret_file::read(path).map_err(ContainerError::TokenFile)?,
        (None, Some(token)) if is_token(token) => token.clone(),
        (None, Some(_)) => return Err(ContainerError::Token),
        (None, None) => return Ok(None),
    };
    let mut value = HeaderValue::from_str(&token).map_err(|_| ContainerError::Token)?;
    value.set_sensitive(true);
    Ok(Some(value))
}

impl ContainerError {
    fn hint(&self, container: &Container) -> String {
        match self {
            Self::Path(_) | Self::Url(_) | Self::Host(_) => {
                format!("correct {}, or unset it", container.origin)
            }
            Self::TokenFile(_) | Self::Token => {
                "in a pod, check its EKS Pod Identity association and that the token is mounted"
                    .to_owned()
            }
            Self::Agent(AgentError::Refused { status, .. })
                if matches!(*status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) =>
            {
                "check the pod's or task's role and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
                    .to_owned()
            }
            Self::Agent(AgentError::Unreached(error)) if error.is_about_certificates() => {
                error.hint()
            }
            Self::Agent(_) => {
                "check that the agent runs (on EKS the eks-pod-identity-agent add-on) and may be \
                 reached from here"
                    .to_owned()
            }
        }
    }
}

const ECS_AGENT: &str = "169.254.170.2";

/// ECS, then EKS Pod Identity over IPv4 and IPv6.
const AGENTS: [&str; 3] = [ECS_AGENT, "169.254.170.23", "fd00:ec2::23"];

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    answer: Duration::from_secs(5),
    bytes: Limits::USUAL,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_near_or_asked_over_https() {
        let found = |url: &str| address(&ContainerEndpoint::Full(url.to_owned()));
        for url in [
            "http://127.0.0.1:80/x",
            "http://127.8.8.8/x",
            "http://[::1]:80/x",
            "http://localhost/x",
            "http://169.254.170.2/x",
            "http://169.254.170.23/x",
            "http://[fd00:ec2::23]/x",
        ] {
            let expected = Ok((url.to_owned(), Route::Direct));
            assert_eq!(found(url).map_err(|error| error.to_string()), expected);
        }
        let far = "may be asked over https only: it is neither this machine nor an agent of AWS";
        for (url, expected) in [
            ("http://169.254.169.254/x", format!("169.254.169.254 {far}")),
            ("http://10.0.0.1/x", format!("10.0.0.1 {far}")),
            ("http://localhost.evil/x", format!("localhost.evil {far}")),
            ("http://127.0.0.1@evil/x", format!("evil {far}")),
            (
                "ftp://127.0.0.1/x",
                "`ftp://127.0.0.1/x` is no URL".to_owned(),
            ),
            ("/x", "`/x` is no URL".to_owned()),
        ] {
            assert_eq!(found(url).map_err(|error| error.to_string()), Err(expected));
        }
        let secure = found("https://agent/x").map_err(|error| error.to_string());
        assert_eq!(secure, Ok(("https://agent/x".to_owned(), Route::Settings)));
    }

    #[test]
    fn a_path_is_one_of_the_agent_of_ecs() {
        for (path, expected) in [
            ("/v2/x?a=b", Ok("http://169.254.170.2/v2/x?a=b")),
            ("v2", Err("`v2` is no path that begins with /")),
            ("@evil/", Err("`@evil/` is no path that begins with /")),
        ] {
            let found = address(&ContainerEndpoint::Relative(path.to_owned()))
                .map_err(|error| error.to_string());
            let expected = expected
                .map(|url| (url.to_owned(), Route::Direct))
                .map_err(str::to_owned);
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_token_file_wins_and_line_breaks_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, "from-file\n").unwrap();
        let both = |token: &str, file| WorkloadVariables {
            container_token: Some(token.to_owned()),
            container_token_file: file,
            ..WorkloadVariables::default()
        };
        let found = |variables| {
            authorization(&variables)
                .map(|value| value.map(|value| value.to_str().unwrap().to_owned()))
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            found(both("x", Some(path))),
            Ok(Some("from-file".to_owned()))
        );
        assert_eq!(found(both("Basic x", None)), Ok(Some("Basic x".to_owned())));
        assert_eq!(
            found(both("a\r\nX-Evil: 1", None)),
            Err("AWS_CONTAINER_AUTHORIZATION_TOKEN is no line of printable ASCII".to_owned()),
        );
        assert_eq!(found(WorkloadVariables::default()), Ok(None));
    }
}
