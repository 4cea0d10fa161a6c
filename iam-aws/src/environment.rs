//! The environment variables that decide about AWS, read once at a program's edge.

use std::ffi::OsString;
use std::path::PathBuf;

use thiserror::Error;

/// What the environment says about AWS. An empty variable counts as unset, as in the AWS CLI.
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
    /// Which hosts are asked, and how they are reached.
    pub endpoints: EndpointVariables,
    /// What says where a workload gets its credentials.
    pub workload: WorkloadVariables,
}

/// The variables that decide which hosts are asked, and how they are reached.
#[derive(Clone, Default)]
pub struct EndpointVariables {
    /// `AWS_USE_FIPS_ENDPOINT`
    pub use_fips: Option<String>,
    /// `AWS_USE_DUALSTACK_ENDPOINT`
    pub use_dualstack: Option<String>,
    /// `AWS_STS_REGIONAL_ENDPOINTS`
    pub sts_regional: Option<String>,
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`
    pub ignore_configured_urls: Option<String>,
    /// `AWS_ENDPOINT_URL`
    pub url: Option<String>,
    /// `AWS_ENDPOINT_URL_STS`
    pub sts_url: Option<String>,
    /// `AWS_ENDPOINT_URL_SSO`
    pub sso_url: Option<String>,
    /// `AWS_ENDPOINT_URL_SSO_OIDC`
    pub sso_oidc_url: Option<String>,
    /// `AWS_ENDPOINT_URL_SIGNIN`
    pub signin_url: Option<String>,
    /// `AWS_ENDPOINT_URL_EKS`
    pub eks_url: Option<String>,
    /// `AWS_ENDPOINT_URL_EC2`
    pub ec2_url: Option<String>,
    /// `AWS_ENDPOINT_URL_IAM`
    pub iam_url: Option<String>,
    /// `AWS_CA_BUNDLE`
    pub ca_bundle: Option<PathBuf>,
    /// `SSL_CERT_FILE`
    pub ssl_cert_file: Option<PathBuf>,
    /// `HTTP_PROXY` or `http_proxy`; the latter first, as curl reads them.
    pub http_proxy: Option<String>,
    /// `https_proxy` or `HTTPS_PROXY`
    pub https_proxy: Option<String>,
    /// `all_proxy` or `ALL_PROXY`
    pub all_proxy: Option<String>,
    /// `no_proxy` or `NO_PROXY`
    pub no_proxy: Option<String>,
}

/// The variables by which a platform tells a workload where its credentials are.
#[derive(Clone, Default)]
pub struct WorkloadVariables {
    /// `AWS_WEB_IDENTITY_TOKEN_FILE`
    pub web_identity_token_file: Option<PathBuf>,
    /// `AWS_ROLE_ARN`
    pub role_arn: Option<String>,
    /// `AWS_ROLE_SESSION_NAME`
    pub role_session_name: Option<String>,
    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`
    pub container_relative_uri: Option<String>,
    /// `AWS_CONTAINER_CREDENTIALS_FULL_URI`
    pub container_full_uri: Option<String>,
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN`
    pub container_token: Option<String>,
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`
    pub container_token_file: Option<PathBuf>,
    /// `AWS_EC2_METADATA_DISABLED`
    pub ec2_metadata_disabled: Option<String>,
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT`
    pub ec2_metadata_endpoint: Option<String>,
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`
    pub ec2_metadata_endpoint_mode: Option<String>,
    /// `AWS_LOGIN_CACHE_DIRECTORY`
    pub login_cache_directory: Option<PathBuf>,
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
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("{variable} is not valid UTF-8")]
pub struct NotUtf8 {
    variable: &'static str,
}

/// How variables are read: empty ones count as unset.
pub struct Variables<G>(pub G);

impl<G: Fn(&'static str) -> Option<OsString>> Variables<G> {
    /// A value that may hold any bytes, such as a path.
    pub fn path(&self, variable: &'static str) -> Option<PathBuf> {
        self.raw(variable).map(PathBuf::from)
    }

    /// A value that is text.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub fn text(&self, variable: &'static str) -> Result<Option<String>, NotUtf8> {
        self.raw(variable)
            .map(|value| value.into_string().map_err(|_| NotUtf8 { variable }))
            .transpose()
    }

    /// The first of two that is set.
    fn first(&self, variables: [&'static str; 2]) -> Result<Option<Setting>, NotUtf8> {
        for variable in variables {
            if let Some(value) = self.text(variable)? {
                return Ok(Some(Setting { variable, value }));
            }
        }
        Ok(None)
    }

    fn raw(&self, variable: &'static str) -> Option<OsString> {
        (self.0)(variable).filter(|value| !value.is_empty())
    }
}

impl Environment {
    /// Reads every variable of interest.
    ///
    /// # Errors
    /// When a value is not UTF-8; paths may hold any bytes.
    pub fn read<G: Fn(&'static str) -> Option<OsString>>(
        variables: &Variables<G>,
    ) -> Result<Self, NotUtf8> {
        Ok(Self {
            access_key_id: variables.text("AWS_ACCESS_KEY_ID")?,
            secret_access_key: variables.text("AWS_SECRET_ACCESS_KEY")?,
            session_token: variables.text("AWS_SESSION_TOKEN")?,
            credential_expiration: variables.text("AWS_CREDENTIAL_EXPIRATION")?,
            profile: variables.first(["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])?,
            region: variables.first(["AWS_REGION", "AWS_DEFAULT_REGION"])?,
            config_file: variables.path("AWS_CONFIG_FILE"),
            shared_credentials_file: variables.path("AWS_SHARED_CREDENTIALS_FILE"),
            home: variables.path("HOME").or_else(|| {
                if cfg!(windows) {
                    variables.path("USERPROFILE")
                } else {
                    None
                }
            }),
            endpoints: EndpointVariables::read(variables)?,
            workload: WorkloadVariables::read(variables)?,
        })
    }
}

impl Environment {
    /// The variable that announces keys, if one does.
    #[must_use]
    pub fn keys(&self) -> Option<&'static str> {
        match (&self.access_key_id, &self.secret_access_key) {
            (Some(_), _) => Some("AWS_ACCESS_KEY_ID"),
            (None, Some(_)) => Some("AWS_SECRET_ACCESS_KEY"),
            (None, None) => None,
        }
    }
}

impl EndpointVariables {
    /// The variable that names an endpoint of STS, if one does: the service's own wins.
    #[must_use]
    pub fn announced_sts_url(&self) -> Option<&'static str> {
        match (&self.sts_url, &self.url) {
            (Some(_), _) => Some("AWS_ENDPOINT_URL_STS"),
            (None, Some(_)) => Some("AWS_ENDPOINT_URL"),
            (None, None) => None,
        }
    }

    fn read<G: Fn(&'static str) -> Option<OsString>>(
        variables: &Variables<G>,
    ) -> Result<Self, NotUtf8> {
        let either = |pair| Ok(variables.first(pair)?.map(|setting| setting.value));
        Ok(Self {
            use_fips: variables.text("AWS_USE_FIPS_ENDPOINT")?,
            use_dualstack: variables.text("AWS_USE_DUALSTACK_ENDPOINT")?,
            sts_regional: variables.text("AWS_STS_REGIONAL_ENDPOINTS")?,
            ignore_configured_urls: variables.text("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?,
            url: variables.text("AWS_ENDPOINT_URL")?,
            sts_url: variables.text("AWS_ENDPOINT_URL_STS")?,
            sso_url: variables.text("AWS_ENDPOINT_URL_SSO")?,
            sso_oidc_url: variables.text("AWS_ENDPOINT_URL_SSO_OIDC")?,
            signin_url: variables.text("AWS_ENDPOINT_URL_SIGNIN")?,
            eks_url: variables.text("AWS_ENDPOINT_URL_EKS")?,
            ec2_url: variables.text("AWS_ENDPOINT_URL_EC2")?,
            iam_url: variables.text("AWS_ENDPOINT_URL_IAM")?,
            ca_bundle: variables.path("AWS_CA_BUNDLE"),
            ssl_cert_file: variables.path("SSL_CERT_FILE"),
            http_proxy: either(["http_proxy", "HTTP_PROXY"])?,
            https_proxy: either(["https_proxy", "HTTPS_PROXY"])?,
            all_proxy: either(["all_proxy", "ALL_PROXY"])?,
            no_proxy: either(["no_proxy", "NO_PROXY"])?,
        })
    }
}

impl WorkloadVariables {
    /// The variable that names the agent beside a container, if one does: the first one wins.
    #[must_use]
    pub fn container(&self) -> Option<&'static str> {
        match (&self.container_relative_uri, &self.container_full_uri) {
            (Some(_), _) => Some("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
            (None, Some(_)) => Some("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
            (None, None) => None,
        }
    }

    /// Whether the metadata service of EC2 is not to be asked.
    #[must_use]
    pub fn rules_out_instance_metadata(&self) -> bool {
        self.ec2_metadata_disabled
            .as_deref()
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    fn read<G: Fn(&'static str) -> Option<OsString>>(
        variables: &Variables<G>,
    ) -> Result<Self, NotUtf8> {
        Ok(Self {
            web_identity_token_file: variables.path("AWS_WEB_IDENTITY_TOKEN_FILE"),
            role_arn: variables.text("AWS_ROLE_ARN")?,
            role_session_name: variables.text("AWS_ROLE_SESSION_NAME")?,
            container_relative_uri: variables.text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")?,
            container_full_uri: variables.text("AWS_CONTAINER_CREDENTIALS_FULL_URI")?,
            container_token: variables.text("AWS_CONTAINER_AUTHORIZATION_TOKEN")?,
            container_token_file: variables.path("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
            ec2_metadata_disabled: variables.text("AWS_EC2_METADATA_DISABLED")?,
            ec2_metadata_endpoint: variables.text("AWS_EC2_METADATA_SERVICE_ENDPOINT")?,
            ec2_metadata_endpoint_mode: variables.text("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?,
            login_cache_directory: variables.path("AWS_LOGIN_CACHE_DIRECTORY"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Environment {
        Environment::read(&Variables(|name: &'static str| {
            let (_, value) = variables.iter().find(|(variable, _)| *variable == name)?;
            Some(OsString::from(value))
        }))
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
            ("HTTPS_PROXY", "http://a"),
            ("https_proxy", "http://b"),
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
        assert_eq!(
            environment.endpoints.https_proxy.as_deref(),
            Some("http://b")
        );
    }

    #[cfg(unix)]
    #[test]
    fn names_a_variable_that_is_not_utf_8() {
        use std::os::unix::ffi::OsStringExt as _;
        let read = |wanted: &'static str| {
            Environment::read(&Variables(move |name: &'static str| {
                (name == wanted).then(|| OsString::from_vec(vec![0xff]))
            }))
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
