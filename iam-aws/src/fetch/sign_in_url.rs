//! Where the services of signing in are asked.
//!
//! Their hosts are those of `endpoint-rule-set-1.json` of `sso`, `sso-oidc` and `signin` in
//! botocore 1.44.5.

use iam_core::partition::Partition;
use iam_core::region::Region;

use super::Context;
use crate::endpoint::EndpointError;
use crate::service::Service;

/// Where a service of signing in is asked in `region`: an address without a slash at its end.
pub(super) fn url(
    service: SignInService,
    region: &Region,
    context: &Context<'_>,
) -> Result<String, EndpointError> {
    let settings = context.settings();
    if let Some(custom) = settings.custom_url(service.into(), context.shared())? {
        return Ok(custom.url.trim_end_matches('/').to_owned());
    }
    let host = service.host(region, settings.fips()?, settings.dual_stack()?);
    Ok(format!("https://{host}"))
}

/// A service of signing in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SignInService {
    /// The portal of IAM Identity Center, which hands out role credentials.
    Portal,
    /// The one that renews its tokens.
    Oidc,
    /// The one behind `aws login`.
    SignIn,
}

impl From<SignInService> for Service {
    fn from(service: SignInService) -> Self {
        match service {
            SignInService::Portal => Self::Sso,
            SignInService::Oidc => Self::SsoOidc,
            SignInService::SignIn => Self::Signin,
        }
    }
}

impl SignInService {
    fn host(self, region: &Region, fips: bool, dual_stack: bool) -> String {
        match self {
            Self::Portal => usual("portal.sso", region, fips, dual_stack),
            Self::Oidc => usual("oidc", region, fips, dual_stack),
            Self::SignIn => sign_in(region, fips, dual_stack),
        }
    }
}

fn usual(name: &str, region: &Region, fips: bool, dual_stack: bool) -> String {
    let partition = region.partition();
    let suffix = if dual_stack {
        partition.dual_stack_dns_suffix()
    } else {
        partition.dns_suffix()
    };
    // GovCloud's usual hosts are of FIPS.
    let included = partition == Partition::AwsUsGov && !dual_stack;
    if fips && !included {
        format!("{name}-fips.{region}.{suffix}")
    } else {
        format!("{name}.{region}.{suffix}")
    }
}

fn sign_in(region: &Region, fips: bool, dual_stack: bool) -> String {
    let partition = region.partition();
    let suffix = sign_in_suffix(partition);
    match (fips, dual_stack) {
        (false, false) => format!("{region}.signin.{suffix}"),
        (true, false) if region.as_str() == "us-gov-west-1" => format!("signin-fips.{suffix}"),
        (true, false) if partition == Partition::AwsUsGov => {
            format!("{region}.signin-fips.{suffix}")
        }
        (true, false) | (_, true) => usual("signin", region, fips, dual_stack),
    }
}

/// The sign-in pages of each partition, under whose names the service is.
fn sign_in_suffix(partition: Partition) -> &'static str {
    match partition {
        Partition::Aws => "aws.amazon.com",
        Partition::AwsCn => "amazonaws.cn",
        Partition::AwsUsGov => "amazonaws-us-gov.com",
        Partition::AwsIso => "c2shome.ic.gov",
        Partition::AwsIsoB => "sc2shome.sgov.gov",
        Partition::AwsIsoE => "csphome.adc-e.uk",
        Partition::AwsIsoF => "csphome.hci.ic.gov",
        Partition::AwsEusc => "amazonaws-eusc.eu",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Service, region, kind of host, and the host.
    const HOSTS: &str = "
        sso      us-west-2      plain portal.sso.us-west-2.amazonaws.com
        sso      us-west-2      dual  portal.sso.us-west-2.api.aws
        sso      us-west-2      fips  portal.sso-fips.us-west-2.amazonaws.com
        sso      us-west-2      both  portal.sso-fips.us-west-2.api.aws
        sso      cn-north-1     plain portal.sso.cn-north-1.amazonaws.com.cn
        sso      us-gov-west-1  plain portal.sso.us-gov-west-1.amazonaws.com
        sso      us-gov-west-1  dual  portal.sso.us-gov-west-1.api.aws
        sso      us-gov-west-1  fips  portal.sso.us-gov-west-1.amazonaws.com
        sso      us-gov-west-1  both  portal.sso-fips.us-gov-west-1.api.aws
        sso      us-iso-east-1  plain portal.sso.us-iso-east-1.c2s.ic.gov
        sso      us-isob-east-1 plain portal.sso.us-isob-east-1.sc2s.sgov.gov
        sso      eu-isoe-west-1 plain portal.sso.eu-isoe-west-1.cloud.adc-e.uk
        sso      us-isof-south-1 plain portal.sso.us-isof-south-1.csp.hci.ic.gov
        sso      eusc-de-east-1 plain portal.sso.eusc-de-east-1.amazonaws.eu
        sso-oidc us-west-2      plain oidc.us-west-2.amazonaws.com
        sso-oidc us-west-2      dual  oidc.us-west-2.api.aws
        sso-oidc us-west-2      fips  oidc-fips.us-west-2.amazonaws.com
        sso-oidc us-west-2      both  oidc-fips.us-west-2.api.aws
        sso-oidc us-gov-west-1  plain oidc.us-gov-west-1.amazonaws.com
        sso-oidc us-gov-west-1  dual  oidc.us-gov-west-1.api.aws
        sso-oidc us-gov-west-1  fips  oidc.us-gov-west-1.amazonaws.com
        sso-oidc us-gov-west-1  both  oidc-fips.us-gov-west-1.api.aws
        signin   us-west-2      plain us-west-2.signin.aws.amazon.com
        signin   us-west-2      dual  signin.us-west-2.api.aws
        signin   us-west-2      fips  signin-fips.us-west-2.amazonaws.com
        signin   us-west-2      both  signin-fips.us-west-2.api.aws
        signin   cn-north-1     plain cn-north-1.signin.amazonaws.cn
        signin   us-gov-west-1  plain us-gov-west-1.signin.amazonaws-us-gov.com
        signin   us-gov-west-1  dual  signin.us-gov-west-1.api.aws
        signin   us-gov-west-1  fips  signin-fips.amazonaws-us-gov.com
        signin   us-gov-west-1  both  signin-fips.us-gov-west-1.api.aws
        signin   us-gov-east-1  plain us-gov-east-1.signin.amazonaws-us-gov.com
        signin   us-gov-east-1  dual  signin.us-gov-east-1.api.aws
        signin   us-gov-east-1  fips  us-gov-east-1.signin-fips.amazonaws-us-gov.com
        signin   us-gov-east-1  both  signin-fips.us-gov-east-1.api.aws
        signin   us-iso-east-1  plain us-iso-east-1.signin.c2shome.ic.gov
        signin   us-isob-east-1 plain us-isob-east-1.signin.sc2shome.sgov.gov
        signin   eu-isoe-west-1 plain eu-isoe-west-1.signin.csphome.adc-e.uk
        signin   us-isof-south-1 plain us-isof-south-1.signin.csphome.hci.ic.gov
        signin   eusc-de-east-1 plain eusc-de-east-1.signin.amazonaws-eusc.eu
    ";

    #[test]
    fn hosts_are_those_that_botocore_asks() {
        for row in HOSTS.lines().filter(|row| !row.trim().is_empty()) {
            let [service, region, kind, host] = row
                .split_whitespace()
                .collect::<Vec<_>>()
                .try_into()
                .unwrap();
            let service = match service {
                "sso" => SignInService::Portal,
                "sso-oidc" => SignInService::Oidc,
                _ => SignInService::SignIn,
            };
            let (fips, dual_stack) = match kind {
                "plain" => (false, false),
                "fips" => (true, false),
                "dual" => (false, true),
                _ => (true, true),
            };
            let found = service.host(&region.parse().unwrap(), fips, dual_stack);
            assert_eq!(found, host, "{row}");
        }
    }
}
