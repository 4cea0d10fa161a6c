//! The environment variables that token-exec knows, read once at its edge.

use std::ffi::OsString;
use std::path::PathBuf;

use thiserror::Error;

/// What the environment says. An empty variable counts as unset, as in the AWS CLI.
///
/// It holds secrets, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Environment {
    /// `AWS_ACCESS_KEY_ID`
    pub access_key_id: Option<String>,
    /// `AWS_SECRET_ACCESS_KEY`
    pub secret_access_key: Option<String>,
    /// `AWS_SESSION_TOKEN`
    pub session_token: Option<String>,
    /// `AWS_CREDENTIAL_EXPIRATION`
    pub credential_expiration: Option<String>,
    /// `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`, with the name of the variable.
    pub profile: Option<Setting>,
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`, with the name of the variable.
    pub region: Option<Setting>,
    /// `AWS_CONFIG_FILE`
    pub config_file: Option<PathBuf>,
    /// `AWS_SHARED_CREDENTIALS_FILE`
    pub shared_credentials_file: Option<PathBuf>,
    /// `HOME`; on Windows `USERPROFILE` where that is unset.
    pub home: Option<PathBuf>,
    /// `AWS_USE_FIPS_ENDPOINT`
    pub use_fips_endpoint: Option<String>,
    /// `AWS_USE_DUALSTACK_ENDPOINT`
    pub use_dualstack_endpoint: Option<String>,
    /// `AWS_STS_REGIONAL_ENDPOINTS`
    pub sts_regional_endpoints: Option<String>,
    /// The first of `AWS_ENDPOINT_URL_STS` and `AWS_ENDPOINT_URL` that is set.
    pub endpoint_url: Option<&'static str>,
    /// The first variable that is set of those that announce a source of credentials which
    /// token-exec does not use yet.
    pub other_source: Option<&'static str>,
    /// `KUBERNETES_EXEC_INFO`
    pub exec_info: Option<String>,
    /// `RUST_LOG`
    pub rust_log: Option<String>,
}

/// A value and the environment variable that it was read from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting {
    /// The variable.
    pub variable: &'static str,
    /// Its value.
    pub value: String,
}

/// A variable whose value is not UTF-8.
#[derive(Debug, Error, Eq, PartialEq)]
#[error("{variable} is not valid UTF-8")]
pub struct NotUtf8 {
    variable: &'static str,
}

impl Environment {
    /// Reads every variable of interest with `get`.
    ///
    /// # Errors
    /// When a value is not UTF-8; paths may hold any bytes.
    pub fn read(get: impl Fn(&'static str) -> Option<OsString>) -> Result<Self, NotUtf8> {
        let raw = |variable| get(variable).filter(|value| !value.is_empty());
        let text = |variable| {
            raw(variable)
                .map(|value| value.into_string().map_err(|_| NotUtf8 { variable }))
                .transpose()
        };
        let path = |variable| raw(variable).map(PathBuf::from);
        let first = |variables: [&'static str; 2]| -> Result<Option<Setting>, NotUtf8> {
            for variable in variables {
                if let Some(value) = text(variable)? {
                    return Ok(Some(Setting { variable, value }));
                }
            }
            Ok(None)
        };
        let first_set = |variables: &[&'static str]| {
            variables
                .iter()
                .copied()
                .find(|&variable| raw(variable).is_some())
        };
        Ok(Self {
            access_key_id: text("AWS_ACCESS_KEY_ID")?,
            secret_access_key: text("AWS_SECRET_ACCESS_KEY")?,
            session_token: text("AWS_SESSION_TOKEN")?,
            credential_expiration: text("AWS_CREDENTIAL_EXPIRATION")?,
            profile: first(["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])?,
            region: first(["AWS_REGION", "AWS_DEFAULT_REGION"])?,
            config_file: path("AWS_CONFIG_FILE"),
            shared_credentials_file: path("AWS_SHARED_CREDENTIALS_FILE"),
            home: path("HOME").or_else(|| {
                if cfg!(windows) {
                    path("USERPROFILE")
                } else {
                    None
                }
            }),
            use_fips_endpoint: text("AWS_USE_FIPS_ENDPOINT")?,
            use_dualstack_endpoint: text("AWS_USE_DUALSTACK_ENDPOINT")?,
            sts_regional_endpoints: text("AWS_STS_REGIONAL_ENDPOINTS")?,
            endpoint_url: first_set(&["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]),
            other_source: first_set(OTHER_SOURCES),
            exec_info: text("KUBERNETES_EXEC_INFO")?,
            rust_log: text("RUST_LOG")?,
        })
    }
}

/// What wins over the keys of a profile.
pub(crate) const WEB_IDENTITY: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

/// In the order in which the AWS CLI tries them.
const OTHER_SOURCES: &[&str] = &[
    WEB_IDENTITY,
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Environment {
        Environment::read(|name| {
            let (_, value) = variables.iter().find(|(variable, _)| *variable == name)?;
            Some(OsString::from(value))
        })
        .unwrap()
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let environment = read(&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "eu-west-1")]);
        assert_eq!(
            environment.region,
            Some(Setting {
                variable: "AWS_DEFAULT_REGION",
                value: "eu-west-1".to_owned()
            }),
        );
        assert_eq!(read(&[("AWS_ACCESS_KEY_ID", "")]).access_key_id, None);
    }

    #[test]
    fn the_newer_spelling_of_a_variable_wins() {
        let environment = read(&[
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_PROFILE", "old"),
            ("AWS_PROFILE", "new"),
            ("AWS_ENDPOINT_URL", "http://a"),
            ("AWS_ENDPOINT_URL_STS", "http://b"),
        ]);
        let region = Setting {
            variable: "AWS_REGION",
            value: "us-east-1".to_owned(),
        };
        let profile = Setting {
            variable: "AWS_PROFILE",
            value: "new".to_owned(),
        };
        assert_eq!(environment.region, Some(region));
        assert_eq!(environment.profile, Some(profile));
        assert_eq!(environment.endpoint_url, Some("AWS_ENDPOINT_URL_STS"));
    }

    #[cfg(unix)]
    #[test]
    fn names_a_variable_that_is_not_utf_8() {
        use std::os::unix::ffi::OsStringExt as _;
        let read = |wanted: &'static str| {
            Environment::read(move |name| (name == wanted).then(|| OsString::from_vec(vec![0xff])))
                .map(|environment| environment.home)
        };
        assert_eq!(
            read("AWS_SECRET_ACCESS_KEY"),
            Err(NotUtf8 {
                variable: "AWS_SECRET_ACCESS_KEY"
            }),
        );
        assert_eq!(
            read("HOME"),
            Ok(Some(PathBuf::from(OsString::from_vec(vec![0xff]))))
        );
    }
}
