//! Which URL a service of AWS is asked at, where the settings name one of their own.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>

use crate::endpoint::{EndpointError, EndpointSettings};
use crate::environment::EndpointVariables;
use crate::place::Place;
use crate::shared_config::SharedConfig;

/// A service that is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Service {
    /// Roles and identities.
    Sts,
    /// Credentials of IAM Identity Center.
    Sso,
    /// Tokens of IAM Identity Center.
    SsoOidc,
    /// Sessions of `aws login`.
    Signin,
    /// Clusters.
    Eks,
    /// Regions.
    Ec2,
    /// Users and roles.
    Iam,
}

/// A URL of the settings' own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CustomUrl {
    /// `https://…` or `http://…`.
    pub url: String,
    /// Where it stands.
    pub place: String,
}

impl Service {
    /// Its variable in the environment, and the value.
    fn variable(self, variables: &EndpointVariables) -> (&'static str, Option<&str>) {
        let (name, value) = match self {
            Self::Sts => ("AWS_ENDPOINT_URL_STS", &variables.sts_url),
            Self::Sso => ("AWS_ENDPOINT_URL_SSO", &variables.sso_url),
            Self::SsoOidc => ("AWS_ENDPOINT_URL_SSO_OIDC", &variables.sso_oidc_url),
            Self::Signin => ("AWS_ENDPOINT_URL_SIGNIN", &variables.signin_url),
            Self::Eks => ("AWS_ENDPOINT_URL_EKS", &variables.eks_url),
            Self::Ec2 => ("AWS_ENDPOINT_URL_EC2", &variables.ec2_url),
            Self::Iam => ("AWS_ENDPOINT_URL_IAM", &variables.iam_url),
        };
        (name, value.as_deref())
    }

    /// What a `[services …]` section calls it.
    const fn key(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Sso => "sso",
            Self::SsoOidc => "sso_oidc",
            Self::Signin => "signin",
            Self::Eks => "eks",
            Self::Ec2 => "ec2",
            Self::Iam => "iam",
        }
    }
}

impl EndpointSettings<'_> {
    /// The URL that the settings name for `service`: its own variable, `AWS_ENDPOINT_URL`, its part
    /// of the profile's `services` section, the profile's `endpoint_url`; the first that is set.
    /// It wins over FIPS and dual-stack, which are properties of AWS's own hosts.
    ///
    /// # Errors
    /// When it is not an http or https URL, or another setting makes no sense.
    pub fn custom_url(
        &self,
        service: Service,
        shared: &SharedConfig,
    ) -> Result<Option<CustomUrl>, EndpointError> {
        if self.ignores_custom_urls()? {
            return Ok(None);
        }
        let variables = &self.environment.endpoints;
        let (own, value) = service.variable(variables);
        let exported = value
            .map(|url| (url, own))
            .or_else(|| Some((variables.url.as_deref()?, "AWS_ENDPOINT_URL")));
        let found = match exported {
            Some((url, variable)) => Some((url.to_owned(), variable.to_owned())),
            None => self.configured_url(service, shared),
        };
        found.map(|(url, place)| check(url, place)).transpose()
    }

    fn ignores_custom_urls(&self) -> Result<bool, EndpointError> {
        let exported = self.environment.endpoints.ignore_configured_urls.as_deref();
        self.word(
            (exported, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
            "ignore_configured_endpoint_urls",
            ["true", "false"],
        )
    }

    fn configured_url(&self, service: Service, shared: &SharedConfig) -> Option<(String, String)> {
        let services = self.profile?.get("services");
        let of_service = services.and_then(|services| {
            let url = shared.service_setting(services, service.key(), "endpoint_url")?;
            let place = format!(
                "endpoint_url of {} in [services {services}] of {}",
                service.key(),
                shared.config_path().display()
            );
            Some((url.to_owned(), place))
        });
        let of_profile = || {
            let (url, place): (&str, Place<'_>) = self.in_profile("endpoint_url")?;
            Some((url.to_owned(), place.to_string()))
        };
        of_service.or_else(of_profile)
    }
}

fn check(url: String, place: String) -> Result<CustomUrl, EndpointError> {
    let parsed: Option<http::Uri> = url.parse().ok();
    let sound = parsed.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.query().is_none()
    });
    if sound {
        Ok(CustomUrl { url, place })
    } else {
        Err(EndpointError::Url { place })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;

    use super::*;
    use crate::environment::{Environment, Variables};
    use crate::shared_config::Unreadable;

    const CONFIG: &str = "\
[default]
services = local
endpoint_url = http://profile:1
[profile quiet]
endpoint_url = http://profile:1
ignore_configured_endpoint_urls = true
[profile wrong]
endpoint_url = profile:1
[services local]
sts =
  endpoint_url = http://services:1
";

    fn custom(profile: &str, variables: &[(&'static str, &str)], service: Service) -> String {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config");
        fs::write(&path, CONFIG).unwrap();
        let environment = Environment::read(&Variables(|name| match name {
            "AWS_CONFIG_FILE" => Some(OsString::from(&path)),
            _ => variables
                .iter()
                .find(|(variable, _)| *variable == name)
                .map(|(_, value)| OsString::from(value)),
        }))
        .unwrap();
        let shared = SharedConfig::load(&environment, Unreadable::Refused).unwrap();
        let settings = EndpointSettings {
            region_flag: None,
            environment: &environment,
            profile: shared.profile(profile),
            cluster: None,
        };
        let directory = format!("{}/", home.path().display());
        match settings.custom_url(service, &shared) {
            Ok(Some(CustomUrl { url, place })) => format!("{url} by {place}"),
            Ok(None) => "AWS's own".to_owned(),
            Err(error) => error.to_string(),
        }
        .replace(&directory, "")
    }

    #[test]
    fn the_nearest_setting_names_the_url() {
        const ALL: (&str, &str) = ("AWS_ENDPOINT_URL", "http://all:1");
        const OWN: (&str, &str) = ("AWS_ENDPOINT_URL_STS", "https://own:1/path");
        const OFF: (&str, &str) = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        const ON: (&str, &str) = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false");
        let services = "http://services:1 by endpoint_url of sts in [services local] of config";
        let profile = "http://profile:1 by endpoint_url of profile `default` in config";
        let quiet = "http://profile:1 by endpoint_url of profile `quiet` in config";
        type Row<'a> = (&'a str, &'a [(&'static str, &'a str)], Service, &'a str);
        let table: [Row<'_>; 11] = [
            (
                "default",
                &[ALL, OWN],
                Service::Sts,
                "https://own:1/path by AWS_ENDPOINT_URL_STS",
            ),
            (
                "default",
                &[ALL, OWN],
                Service::Eks,
                "http://all:1 by AWS_ENDPOINT_URL",
            ),
            (
                "default",
                &[ALL],
                Service::Sts,
                "http://all:1 by AWS_ENDPOINT_URL",
            ),
            ("default", &[], Service::Sts, services),
            ("default", &[], Service::Sso, profile),
            ("default", &[ALL, OWN, OFF], Service::Sts, "AWS's own"),
            ("quiet", &[OWN], Service::Sts, "AWS's own"),
            ("quiet", &[ON], Service::Sts, quiet),
            ("nobody", &[], Service::Sts, "AWS's own"),
            (
                "wrong",
                &[],
                Service::Sts,
                "endpoint_url of profile `wrong` in config is no http or https URL",
            ),
            (
                "default",
                &[("AWS_ENDPOINT_URL_EC2", "ftp://own")],
                Service::Ec2,
                "AWS_ENDPOINT_URL_EC2 is no http or https URL",
            ),
        ];
        for (profile, variables, service, expected) in table {
            assert_eq!(
                custom(profile, variables, service),
                expected,
                "{variables:?}"
            );
        }
    }
}
